"""Losses of one head: a number for each photo, before any mean.

Letters of shapes: B photos of a batch, C classes of a head.

A builder takes the head's class counts among the training photos, [C], and gives a module that
maps logits [B, C] and targets [B] to losses [B]. No mean is taken here, so that a step made of
several batches, or of a short last one, counts every photo once.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import cross_entropy as torch_cross_entropy

EFFECTIVE_BETA = 0.999


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
    """Cross entropy times `(1 - p) ** gamma`, p being the probability of the true class."""

    weights: Tensor | None

    def __init__(self, weights: Tensor | None, gamma: float) -> None:
        super().__init__()
        self.gamma = gamma
        self.register_buffer("weights", weights)

    def forward(self, logits: Tensor, targets: Tensor) -> Tensor:
        """Return the loss of each photo, [B], given logits [B, C] and targets [B]."""
        log_p = torch.log_softmax(logits, dim=1).gather(1, targets[:, None]).squeeze(1)  # [B]
        # 1 - exp(log_p), kept off zero: below gamma 1 the power has no gradient there
        missing = (-torch.expm1(log_p)).clamp_min(1e-7)
        losses = missing**self.gamma * -log_p
        return losses if self.weights is None else losses * self.weights[targets]


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


def focal(class_counts: NDArray[np.int64], *, gamma: float, class_weights: str | None) -> Focal:
    """Build the focal loss `-(1 - p) ** gamma * log(p)`, p the true class's probability.

    Args:
        class_counts: Training photos of each class, [C].
        gamma: 0 is cross entropy; more looks away from photos that are already right.
        class_weights: `inverse`, `effective` or none; see `build_class_weights`.

    References:
        Lin et al., Focal Loss for Dense Object Detection, 2017.
    """
    return Focal(build_class_weights(class_counts, class_weights), gamma)


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
