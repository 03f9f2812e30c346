"""Losses that know how frequent classes are, and ask more where a class is rare.

Letters of shapes: B photos of a batch, C classes of a head.

They go by the training photos' own proportions. Where a sampler shows classes in others, the two
add up: choose one of them.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, one_hot

from maskopt.vision.losses import build_class_weights


class LogitAdjusted(nn.Module):
    """Cross entropy of logits to which each class's log frequency is added."""

    shift: Tensor

    def __init__(self, shift: Tensor) -> None:
        super().__init__()
        self.register_buffer("shift", shift)

    def forward(self, logits: Tensor, targets: Tensor) -> Tensor:
        """Return the loss of each photo, [B], given logits [B, C] and targets [B]."""
        return cross_entropy(logits + self.shift, targets, reduction="none")


class Margins(nn.Module):
    """Cross entropy that wants the true class's logit ahead by a margin of its own."""

    margins: Tensor
    weights: Tensor

    def __init__(self, margins: Tensor, weights: Tensor, deferred: float) -> None:
        super().__init__()
        self.deferred, self.is_weighted = deferred, False
        self.register_buffer("margins", margins)
        self.register_buffer("weights", weights)

    def begin(self, share: float) -> None:
        """Weigh classes once this share of all epochs is done."""
        self.is_weighted = share >= self.deferred

    def forward(self, logits: Tensor, targets: Tensor) -> Tensor:
        """Return the loss of each photo, [B], given logits [B, C] and targets [B]."""
        behind = logits - self.margins * one_hot(targets, len(self.margins))
        weights = self.weights if self.is_weighted else None
        return cross_entropy(behind, targets, weight=weights, reduction="none")


def logit_adjusted(class_counts: NDArray[np.int64], *, tau: float) -> LogitAdjusted:
    """Build the logit-adjusted loss: cross entropy of `logits + tau * log(prior)`.

    The network need not say itself that a class is rare, so that its own softmax is, with tau 1,
    that of a world where all classes are as frequent: what the balanced error, and nearly what
    the macro F1, asks for.

    Args:
        class_counts: Training photos of each class, [C]; their shares are the prior.
        tau: 0 is cross entropy.

    References:
        Menon et al., Long-Tail Learning via Logit Adjustment, 2021, equation 10.
    """
    return LogitAdjusted(tau * log_prior(class_counts))


def ldam(
    class_counts: NDArray[np.int64], *, max_margin: float, scale: float, deferred: float
) -> Margins:
    """Build the label-distribution-aware margin loss, with deferred re-weighting.

    The true class's logit is lowered by its margin before the cross entropy. Margins go by
    n ** (-1/4), n being a class's training photos, and the rarest class has the largest,
    `scale * max_margin`. The authors' logits are cosines that are multiplied by the scale; here
    they are the head's own, so that their softmax stays what the network says, and the scale
    multiplies margins alone: only its product with `max_margin` acts.

    Args:
        class_counts: Training photos of each class, [C].
        max_margin: Of the rarest class, in cosines.
        scale: Logits of a cosine of 1.
        deferred: Share of the epochs after which classes are weighted by their effective number
            (see `build_class_weights`): 0 weighs them from the start, 1 never.

    References:
        Cao et al., Learning Imbalanced Datasets with Label-Distribution-Aware Margin Loss, 2019.
    """
    roots = np.maximum(class_counts, 1).astype(np.float64) ** -0.25
    largest = roots[class_counts > 0].max(initial=0.0) or 1.0
    margins = scale * max_margin * np.minimum(roots / largest, 1.0)
    weights = build_class_weights(class_counts, "effective")
    assert weights is not None
    return Margins(torch.tensor(margins, dtype=torch.float32), weights, deferred)


def log_prior(class_counts: NDArray[np.int64]) -> Tensor:  # [C]
    """Return the logarithm of each class's share of the training photos.

    A class without photos counts as having one.

    Example:
        >>> log_prior(np.array([3, 1])).exp().tolist()
        [0.75, 0.25]
    """
    counts = np.maximum(class_counts, 1).astype(np.float64)
    return torch.tensor(np.log(counts / counts.sum()), dtype=torch.float32)
