"""Losses of one head: a number for each photo, before any mean.

Letters of shapes: B photos of a batch, C classes of a head.

A builder takes the head's class counts among the training photos, [C], and gives a module that
maps logits [B, C] and targets [B] to losses [B]. No mean is taken here, so that a step made of
several batches, or of a short last one, counts every photo once. Whatever a head descends, the
softmax of its logits is what it predicts.

A loss of a batch as a whole gives its value for each photo (`OfShares`); one that changes in the
course of a training hears how much of it is done (`Timed`).
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, one_hot
from torch.nn.functional import cross_entropy as torch_cross_entropy

EFFECTIVE_BETA = 0.999


@runtime_checkable
class OfShares(Protocol):
    """A loss that cannot be summed over classes, so it takes a photo's classes all at once."""

    def of_shares(self, logits: Tensor, shares: Tensor) -> Tensor:
        """Return losses [B], given logits [B, C] and how much of a photo is of a class, [B, C]."""


@runtime_checkable
class Timed(Protocol):
    """A loss that depends on how much of the training is done."""

    def begin(self, share: float) -> None:
        """Hear at the head of an epoch which share of all epochs lies behind."""


class CrossEntropy(nn.Module):
    """Cross entropy with label smoothing and class weights."""

    weights: Tensor | None

    def __init__(self, weights: Tensor | None, label_smoothing: float) -> None:
        super().__init__()
        self.label_smoothing = label_smoothing
        self.register_buffer("weights", weights)

    def forward(self, logits: Tensor, targets: Tensor) -> Tensor:
        """Return the loss of each photo, [B], given logits [B, C] and targets [B]."""
        return torch_cross_entropy(
            logits,
            targets,
            weight=self.weights,
            label_smoothing=self.label_smoothing,
            reduction="none",
        )


class Focal(nn.Module):
    """Cross entropy that counts less where the network is already right."""

    weights: Tensor | None

    def __init__(
        self, weights: Tensor | None, gamma: float, form: str, label_smoothing: float
    ) -> None:
        super().__init__()
        self.gamma, self.form, self.label_smoothing = gamma, form, label_smoothing
        self.register_buffer("weights", weights)

    def forward(self, logits: Tensor, targets: Tensor) -> Tensor:
        """Return the loss of each photo, [B], given logits [B, C] and targets [B]."""
        classes, spread = logits.shape[1], self.label_smoothing
        log_p = torch.log_softmax(logits, dim=1)
        terms = -log_p * ((1 - spread) * one_hot(targets, classes) + spread / classes)  # [B, C]
        if self.weights is not None:
            terms = terms * self.weights
        if self.form == "softmax":
            return (_missing(-log_p) ** self.gamma * terms).sum(dim=1)
        losses = terms.sum(dim=1)
        return _missing(losses) ** self.gamma * losses


def _missing(losses: Tensor) -> Tensor:
    # 1 - exp(-loss), kept off zero: below gamma 1 the power has no gradient there
    return (-torch.expm1(-losses)).clamp_min(1e-7)


class BinaryCrossEntropy(nn.Module):
    """Cross entropy of one sigmoid, that of the difference of two logits."""

    def __init__(self, positive_weight: float, label_smoothing: float) -> None:
        super().__init__()
        self.label_smoothing = label_smoothing
        self.register_buffer("positive_weight", torch.tensor(positive_weight))

    def forward(self, logits: Tensor, targets: Tensor) -> Tensor:
        """Return the loss of each photo, [B], given logits [B, 2] and targets [B]."""
        wanted = targets * (1 - self.label_smoothing) + self.label_smoothing / 2
        return binary_cross_entropy_with_logits(
            logits[:, 1] - logits[:, 0],
            wanted.to(logits.dtype),
            pos_weight=self.get_buffer("positive_weight"),
            reduction="none",
        )


def cross_entropy(
    class_counts: NDArray[np.int64], *, label_smoothing: float, class_weights: str | None
) -> CrossEntropy:
    """Build the cross entropy of the softmax.

    With smoothing e the target is 1 - e of the true class and e spread evenly over all classes.

    Args:
        class_counts: Training photos of each class, [C].
        label_smoothing: e, in [0, 1).
        class_weights: `inverse`, `effective` or none; see `build_class_weights`.

    References:
        Szegedy et al., Rethinking the Inception Architecture, 2016 (label smoothing).
    """
    return CrossEntropy(build_class_weights(class_counts, class_weights), label_smoothing)


def focal(
    class_counts: NDArray[np.int64],
    *,
    gamma: float,
    form: str,
    label_smoothing: float,
    class_weights: str | None,
) -> Focal:
    """Build the focal loss, in one of the two forms in use.

    With smoothed targets t, class weights w and the softmax p, the cross entropy is the sum over
    classes of its terms `-t * w * log(p)`. Then

    - `softmax` multiplies each term by `(1 - p) ** gamma`;
    - `cross_entropy` multiplies the sum L by `(1 - exp(-L)) ** gamma`.

    Both are `-(1 - p) ** gamma * log(p)` of the true class where there are neither weights nor
    smoothing. With weights, `exp(-L)` is `p ** w`: the form on the cross entropy takes a photo of
    a weighty class for one that is farther from right. With smoothing, L never falls to 0, so it
    goes on looking at photos that are right already.

    Args:
        class_counts: Training photos of each class, [C].
        gamma: 0 is cross entropy; more looks away from photos that are already right.
        form: `softmax` or `cross_entropy`.
        label_smoothing: As in `cross_entropy`.
        class_weights: `inverse`, `effective` or none; see `build_class_weights`.

    References:
        Lin et al., Focal Loss for Dense Object Detection, 2017.
    """
    return Focal(build_class_weights(class_counts, class_weights), gamma, form, label_smoothing)


def bce(
    class_counts: NDArray[np.int64], *, positive_weight: float, label_smoothing: float
) -> BinaryCrossEntropy:
    """Build the binary cross entropy of a head of two classes.

    The second class's probability is q = sigmoid(z1 - z0), which is its softmax, and the loss
    `-(v * t * log(q) + (1 - t) * log(1 - q))`, v being the weight of the second class. Without a
    weight this is cross entropy.

    Args:
        class_counts: Training photos of each class, [2].
        positive_weight: v; as much as the first class is more frequent makes both count alike.
        label_smoothing: e: t is e / 2 and 1 - e / 2 instead of 0 and 1.

    Raises:
        ValueError: The head has other than two classes.
    """
    if len(class_counts) != 2:
        raise ValueError(f"`bce` takes a head of two classes, got {len(class_counts)}")
    return BinaryCrossEntropy(positive_weight, label_smoothing)


def build_class_weights(class_counts: NDArray[np.int64], kind: str | None) -> Tensor | None:  # [C]
    """Return weights of classes whose mean over the training photos is 1.

    `inverse` is 1 / n, n being a class's photos; `effective` is (1 - b) / (1 - b ** n) with
    b = 0.999, which rewards rare classes less. A class without photos counts as having one.

    References:
        Cui et al., Class-Balanced Loss Based on Effective Number of Samples, 2019.
    """
    if kind is None:
        return None
    counts = np.maximum(class_counts, 1).astype(np.float64)
    if kind == "inverse":
        weights = 1 / counts
    else:
        weights = (1 - EFFECTIVE_BETA) / (1 - EFFECTIVE_BETA**counts)
    mean = (weights * class_counts).sum() / max(class_counts.sum(), 1)
    return torch.tensor(weights / (mean or 1.0), dtype=torch.float32)
