"""How much each head counts in what training descends.

Letters of shapes: B photos of a batch, H heads.

A builder takes the heads' names and gives a module that maps the heads' losses [H, B] to those of
the photos, [B].
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

MOST = 3.0
"""Bound of a learned log-variance: weights stay within exp(-3) and exp(3)."""


class Equal(nn.Module):
    """The mean over heads."""

    def forward(self, losses: Tensor) -> Tensor:
        """Return losses of photos, [B], given those of heads, [H, B]."""
        return losses.mean(dim=0)


class Fixed(nn.Module):
    """A weighted mean over heads."""

    weights: Tensor

    def __init__(self, weights: Tensor) -> None:
        super().__init__()
        self.register_buffer("weights", weights)

    def forward(self, losses: Tensor) -> Tensor:
        """Return losses of photos, [B], given those of heads, [H, B]."""
        return (self.weights[:, None] * losses).mean(dim=0)


class Learned(nn.Module):
    """A mean over heads weighted by what training learns of each head's noise."""

    def __init__(self, heads: int) -> None:
        super().__init__()
        self.noise = nn.Parameter(torch.zeros(heads))

    @property
    def log_variances(self) -> Tensor:
        """The heads' log-variances, [H]; bounded, lest a loss near zero or below has no end."""
        return MOST * torch.tanh(self.noise / MOST)

    def forward(self, losses: Tensor) -> Tensor:
        """Return losses of photos, [B], given those of heads, [H, B]."""
        wide = self.log_variances[:, None]
        return (torch.exp(-wide) * losses + wide / 2).mean(dim=0)


def equal(heads: Sequence[str]) -> Equal:
    """Build the mean over heads.

    Args:
        heads: Their names, [H].
    """
    return Equal()


def fixed(heads: Sequence[str], /, **weights: float) -> Fixed:
    """Build a mean over heads with weights, of which only the ratios count.

    They are divided by their mean, so that the learning rate means the same with any.

    Args:
        heads: Their names, [H].
        **weights: Of heads by name; the others have 1.

    Example:
        >>> fixed(["mask", "age"], age=3).weights.tolist()
        [0.5, 1.5]
    """
    given = torch.tensor([float(weights.get(head, 1.0)) for head in heads])
    return Fixed(given / given.mean())


def learned(heads: Sequence[str]) -> Learned:
    """Build a mean over heads of `exp(-s) * loss + s / 2`, with a log-variance s learned of each.

    A head that stays uncertain, with a loss L, ends at s = log(2 L): it counts by 1 / (2 L). All
    begin with s = 0, which is the mean.

    Args:
        heads: Their names, [H].

    References:
        Kendall et al., Multi-Task Learning Using Uncertainty to Weigh Losses for Scene Geometry
        and Semantics, 2018, equation 10.
    """
    return Learned(len(heads))
