"""Losses of a batch as a whole: every photo of it has the same value, or the same term.

Letters of shapes: B photos of a batch, C classes of a head.

What they estimate is the better the larger the batch is. A class that is absent from a batch has
no part in its loss; with soft labels, of which a class may have less than one photo's worth, it
counts by as much.
"""

from __future__ import annotations

from math import log

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, one_hot

from maskopt.vision.losses_rare import log_prior


class SoftF1(nn.Module):
    """One minus the macro F1 of a batch, counted in probabilities instead of photos."""

    def forward(self, logits: Tensor, targets: Tensor) -> Tensor:
        """Return the loss of each photo, [B], given logits [B, C] and targets [B]."""
        return self.of_shares(logits, one_hot(targets, logits.shape[1]).to(logits.dtype))

    def of_shares(self, logits: Tensor, shares: Tensor) -> Tensor:
        """Return losses [B], given logits [B, C] and how much of a photo is of a class, [B, C]."""
        said = logits.softmax(dim=1)
        true = shares.sum(dim=0)  # [C], photos
        # A class that is neither there nor said has no F1, and no part in the mean
        scores = 2 * (said * shares).sum(dim=0) / (said.sum(dim=0) + true).clamp_min(1e-6)
        loss: Tensor = 1 - (scores * _presence(true)).sum() / _presence(true).sum()
        return loss.expand(len(logits))


class Lade(nn.Module):
    """Cross entropy freed from the training proportions, with a regulariser."""

    shift: Tensor

    def __init__(self, shift: Tensor, weight: float, penalty: float) -> None:
        super().__init__()
        self.weight, self.penalty = weight, penalty
        self.register_buffer("shift", shift)

    def forward(self, logits: Tensor, targets: Tensor) -> Tensor:
        """Return the loss of each photo, [B], given logits [B, C] and targets [B]."""
        return self.of_shares(logits, one_hot(targets, logits.shape[1]).to(logits.dtype))

    def of_shares(self, logits: Tensor, shares: Tensor) -> Tensor:
        """Return losses [B], given logits [B, C] and how much of a photo is of a class, [B, C]."""
        losses = cross_entropy(logits + self.shift, shares, reduction="none")
        return losses + self.weight * self._regularizer(logits, shares)

    def _regularizer(self, logits: Tensor, shares: Tensor) -> Tensor:
        prior, true = self.shift.exp(), shares.sum(dim=0)
        own = (shares * logits).sum(dim=0) / true.clamp_min(1e-6)  # [C]
        # Photos weighted as if all classes were as frequent, p_u(y) / p_s(y)
        even = (shares / (len(prior) * prior)).sum(dim=1).log()  # [B]
        every = (logits + even[:, None]).logsumexp(dim=0) - log(len(logits))  # [C]
        bounds = every - own + self.penalty * every**2
        return (prior * _presence(true) * bounds).sum()


def _presence(photos: Tensor) -> Tensor:
    return photos.clamp_max(1.0)


def f1(class_counts: NDArray[np.int64]) -> SoftF1:
    """Build the soft macro F1: 1 less the mean F1 of the classes that a batch holds.

    A class's F1 is `2 * sum(p * t) / (sum(p) + sum(t))` over the batch, p being its softmax and
    t 1 for its photos and 0 for others.

    Args:
        class_counts: Training photos of each class, [C].

    References:
        Pastor-Pellicer et al., F-Measure as the Error Function to Train Neural Networks, 2013.
    """
    return SoftF1()


def lade(class_counts: NDArray[np.int64], *, weight: float, penalty: float) -> Lade:
    """Build the label distribution disentangling loss.

    It is the cross entropy of `logits + log(p_s)`, p_s being the classes' shares of the training
    photos, plus `weight` times the regulariser

        sum over c of p_s(c) * (L_c - mean of the logits f_c of c's photos + penalty * L_c ** 2),
        L_c = log(mean over all photos i of exp(f_c(i)) * p_u(y_i) / p_s(y_i)),  p_u = 1 / C,

    which has each logit be the logarithm of p(x | c) / p_u(x), whatever the proportions (a bound
    by Donsker and Varadhan). So the softmax of the logits is that of a world where all classes
    are as frequent. The importance weights go by a photo's own class, as in the paper; the
    authors' program divides by the prior of c instead, which is the same where classes are
    balanced.

    Args:
        class_counts: Training photos of each class, [C].
        weight: Of the regulariser beside the cross entropy; alpha in the paper.
        penalty: Of the squares; lambda in the paper.

    References:
        Hong et al., Disentangling Label Distribution for Long-Tailed Visual Recognition, 2021.
    """
    return Lade(log_prior(class_counts), weight, penalty)
