"""Test-time augmentation: the views of a photo whose probabilities are averaged.

Letters of shapes: V views, B photos of a batch, S height and width in pixels, C classes of a head,
F features.
"""

from __future__ import annotations

from math import log

import torch
from torch import Tensor
from torch.nn.functional import interpolate, log_softmax

from maskopt.ensembles import VIEWS
from maskopt.vision.models import Model

VIEW_COUNTS = dict(zip(VIEWS, (1, 2, 6), strict=True))
"""V by name. The views of each name are the first ones of the names after it."""

CROPS = (0.9, 0.8)
"""Sides of the centre crops, as shares of the photo's."""


def stack_views(images: Tensor, name: str) -> Tensor:
    """Return a batch's views, [V * B, 3, S, S]: all photos' first view, then all their second.

    The order is: the whole photo and its mirror, then each crop, resized back, and its mirror.

    Args:
        images: [B, 3, S, S], of any numbers.
        name: One of `maskopt.ensembles.VIEWS`.
    """
    count = VIEW_COUNTS[name]
    wholes = [images, *(_crop(images, share) for share in CROPS)][: (count + 1) // 2]
    views = [view for whole in wholes for view in (whole, whole.flip(3))]
    return torch.cat(views[:count]) if count > 1 else images


def _crop(images: Tensor, share: float) -> Tensor:
    size = images.shape[3]
    side = max(1, round(share * size))
    start = (size - side) // 2
    inner = images[:, :, start : start + side, start : start + side]
    return interpolate(inner, size=(size, size), mode="bilinear", align_corners=False)


def look(model: Model, images: Tensor, name: str) -> tuple[tuple[Tensor, ...], Tensor]:
    """Return what a model says of each view of a batch.

    Args:
        model: In evaluation mode.
        images: Normalised, [B, 3, S, S].
        name: One of `maskopt.ensembles.VIEWS`.

    Returns:
        Log-probabilities of each head, [V, B, C], and features of the first view, [B, F].
    """
    count = VIEW_COUNTS[name]
    features = model.features(stack_views(images, name))  # [V * B, F]
    by_view = [each.reshape(count, -1, each.shape[1]) for each in model.classify(features)]
    return tuple(log_softmax(each, dim=2) for each in by_view), features[: images.shape[0]]


def average(log_probabilities: Tensor, name: str) -> Tensor:
    """Return the logarithm of the mean probability over a name's views, [B, C].

    Args:
        log_probabilities: [V, B, C], of this name or one that includes it.
        name: One of `maskopt.ensembles.VIEWS`.
    """
    count = VIEW_COUNTS[name]
    if count == 1:
        return log_probabilities[0]
    return log_probabilities[:count].logsumexp(dim=0) - log(count)
