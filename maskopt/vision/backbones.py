"""Backbones as timm builds them: without a classifier, with the options that a file gives.

Letters of shapes: B photos of a batch, S height and width in pixels, F features.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import timm
import torch
from torch import Tensor

from maskopt.errors import did_you_mean
from maskopt.space import show_value
from maskopt.vision.failures import TrainingError

OUR_OWN = ("weights", "mean", "std")
"""What an option of a backbone may carry that timm does not hear of."""

# What timm raises of an image size, or of an option's value, that a backbone cannot take, as it is
# built or as it looks: layers raise whatever the arithmetic of shapes comes to.
_UNFIT = (
    RuntimeError,
    AssertionError,
    ValueError,
    ZeroDivisionError,
    KeyError,
    IndexError,
    AttributeError,
)


def build_backbone(name: str, image_size: int, options: Mapping[str, Any]) -> Any:
    """Build a backbone with random weights.

    Args:
        name: timm's, with a tag or without.
        image_size: S.
        options: What timm's constructor takes; those that are none are left to timm.

    Raises:
        TrainingError: timm has no such backbone, or it cannot take these options or this size.
    """
    check_name(name)
    taken = {key: value for key, value in options.items() if value is not None}
    sized: dict[str, Any] = {"img_size": image_size} if is_made_for_a_size(name) else {}
    try:
        return timm.create_model(name, pretrained=False, num_classes=0, **taken, **sized)
    except TypeError as error:
        refused = [key for key in taken if f"'{key}'" in str(error)] or list(taken)
        message = f"backbone {name} does not take {', '.join(refused)}: {error}"
        raise TrainingError(message) from error
    except _UNFIT as error:
        raise TrainingError(_cannot_take(name, image_size, taken, error)) from error


def check_name(name: str) -> None:
    """Raise unless timm has a backbone of that name, and weights of its tag.

    Raises:
        TrainingError: It has not.
    """
    if not timm.is_model(name):
        near = did_you_mean(name, timm.list_models())
        raise TrainingError(f"timm knows no backbone {name!r}{near}")
    try:
        timm.get_pretrained_cfg(name)
    except RuntimeError as error:
        bare, _, tag = name.partition(".")
        known = sorted(each.partition(".")[2] for each in timm.list_pretrained(f"{bare}.*"))
        hint = did_you_mean(tag, known) or f"; known: {', '.join(known) or 'none'}"
        raise TrainingError(f"timm has no weights {tag!r} of {bare}{hint}") from error


def is_made_for_a_size(name: str) -> bool:
    """Tell whether a backbone is built for the image size that it is to look at."""
    config = timm.get_pretrained_cfg(name)
    return config is not None and bool(config.fixed_input_size)


def count_features(
    backbone: Any, name: str, image_size: int, options: Mapping[str, Any] | None = None
) -> int:
    """Return F by looking at one blank photo: no attribute tells it for every backbone.

    Args:
        backbone: It is set to evaluation.
        name: For messages.
        image_size: S.
        options: For messages.

    Raises:
        TrainingError: It cannot take this size, or does not give one vector a photo.
    """
    backbone.eval()
    try:
        with torch.no_grad():
            features = pooled(backbone, torch.zeros(1, 3, image_size, image_size))
    except _UNFIT as error:
        message = _cannot_take(name, image_size, options or {}, error)
        raise TrainingError(message) from error
    if features.ndim != 2:
        shape = list(features.shape)
        raise TrainingError(
            f"backbone {name}{_with(options or {})} gives {shape} for a photo, not one vector"
        )
    return features.shape[1]


def pooled(backbone: Any, images: Tensor) -> Tensor:
    """Return what a backbone's classifier would see, [B, F]; layers before it included."""
    features: Tensor = backbone.forward_head(backbone.forward_features(images), pre_logits=True)
    return features


def _cannot_take(name: str, image_size: int, options: Mapping[str, Any], error: Exception) -> str:
    reason = f": {error}" if str(error) else ""
    return f"backbone {name}{_with(options)} cannot take images of {image_size} px{reason}"


def _with(options: Mapping[str, Any]) -> str:
    told = ", ".join(f"{k}={show_value(v)}" for k, v in options.items() if v is not None)
    return f"({told})" if told else ""
