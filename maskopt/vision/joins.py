"""How a head's outputs become logits of its classes, where a label policy gives it others.

Letters of shapes: B photos of a batch, C classes of a head or of one attribute, K outputs, T
thresholds of a number.

A join's buffers tell all that it does, so that a network's file tells how to build it again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod

import torch
from torch import Tensor, nn
from torch.nn.functional import logsigmoid

from maskopt.labels import Head

LOG_SPREAD = (-4.0, 3.0)
"""Least and most logarithm of a distribution's spread, in standard deviations of the numbers."""

_NEARLY_ONE = -1e-7  # the logarithm of what is taken for 1 where its rest is wanted


class Join(nn.Module):
    """Maps outputs [B, K] to logits of classes, [B, C]."""

    outputs: int
    """K."""

    class_count: int
    """C."""


class Joined(Join):
    """Outputs joined into classes: a class's probability is the sum of its bins'."""

    bins: Tensor
    apart: Tensor

    def __init__(self, bins: Tensor, class_count: int) -> None:
        """Join outputs.

        Args:
            bins: The class of each output, [K].
            class_count: C.
        """
        super().__init__()
        self.outputs, self.class_count = len(bins), class_count
        self.register_buffer("bins", bins)
        apart = torch.zeros(len(bins), class_count).masked_fill_(
            bins[:, None] != torch.arange(class_count), -torch.inf
        )
        self.register_buffer("apart", apart, persistent=False)

    def forward(self, outputs: Tensor) -> Tensor:
        """Return logits of the classes, [B, C], given those of the bins, [B, K]."""
        apart = outputs.float().unsqueeze(2) + self.apart  # [B, K, C]
        joined: Tensor = torch.logsumexp(apart, dim=1)
        return joined


class Classes(Join):
    """One output a class."""

    def __init__(self, class_count: int) -> None:
        super().__init__()
        self.outputs = self.class_count = class_count

    def forward(self, outputs: Tensor) -> Tensor:
        """Return log-probabilities, [B, C]."""
        return outputs.float().log_softmax(dim=1)


class Ordinal(Join):
    """One output a threshold: whether a number reaches it, given that it reached the one below.

    Products of these probabilities never rise from one threshold to the next.

    References:
        Shi, Cao and Raschka, Deep Neural Networks for Rank-Consistent Ordinal Regression Based on
        Conditional Probabilities, 2021.
    """

    cuts: Tensor
    thresholds: Tensor

    def __init__(self, thresholds: Tensor, cuts: Tensor) -> None:
        """Tell which thresholds part classes.

        Args:
            thresholds: Rising, in the number's own unit, [T]; T is K.
            cuts: Places of those that part classes, rising, [C - 1].
        """
        super().__init__()
        self.outputs, self.class_count = len(thresholds), len(cuts) + 1
        self.register_buffer("thresholds", thresholds)
        self.register_buffer("cuts", cuts)

    def forward(self, outputs: Tensor) -> Tensor:
        """Return log-probabilities of the classes, [B, C]."""
        reached = logsigmoid(outputs.float()).cumsum(dim=1)[:, self.cuts]  # [B, C - 1]
        before = torch.cat([torch.zeros_like(reached[:, :1]), reached[:, :-1]], dim=1)
        stayed = before + log_rest(reached - before)
        return torch.cat([stayed, reached[:, -1:]], dim=1)

    def between(self, outputs: Tensor) -> Tensor:
        """Return log-probabilities of what lies between two thresholds, [B, T + 1]."""
        told = outputs.float()
        reached = logsigmoid(told).cumsum(dim=1)
        before = torch.cat([torch.zeros_like(reached[:, :1]), reached], dim=1)  # [B, T + 1]
        stays = torch.cat([logsigmoid(-told), torch.zeros_like(reached[:, :1])], dim=1)
        return before + stays


class Regression(Join):
    """Two outputs: the middle of a logistic distribution of the number, and its log-spread.

    A class is as likely as its part of the distribution. Numbers are counted in standard
    deviations of the training photos' from their mean, where both outputs start at zero.
    """

    cuts: Tensor
    scored: Tensor
    """The cuts as they were given: `cuts` may be fitted."""
    scale: Tensor
    outputs = 2

    def __init__(self, cuts: Tensor, scale: Tensor) -> None:
        """Tell where classes part.

        Args:
            cuts: Rising, in standard deviations from the mean, [C - 1].
            scale: Mean and standard deviation of the training photos' numbers, [2].
        """
        super().__init__()
        self.class_count = len(cuts) + 1
        self.register_buffer("cuts", cuts)
        self.register_buffer("scored", cuts.clone(), persistent=False)
        self.register_buffer("scale", scale)

    def forward(self, outputs: Tensor) -> Tensor:
        """Return log-probabilities of the classes, [B, C]."""
        return between_cuts(outputs, self.cuts)


class Product(Join):
    """A head whose attributes are told apart: their probabilities are multiplied."""

    def __init__(self, parts: Sequence[Join]) -> None:
        """Take each attribute's own join, in their order."""
        super().__init__()
        self.parts = nn.ModuleList(parts)
        self.widths = [part.outputs for part in parts]
        self.shape = tuple(part.class_count for part in parts)
        self.outputs, self.class_count = sum(self.widths), prod(self.shape)

    def forward(self, outputs: Tensor) -> Tensor:
        """Return log-probabilities of the head's classes, [B, C]."""
        logs = torch.zeros_like(outputs[:, :1], dtype=torch.float32)
        for part, own in zip(self.parts, self.divide(outputs), strict=True):
            logs = (logs[:, :, None] + part(own)[:, None, :]).flatten(1)
        return logs

    def divide(self, outputs: Tensor) -> tuple[Tensor, ...]:
        """Return each attribute's outputs."""
        return torch.split(outputs, self.widths, dim=1)


def split_number(outputs: Tensor) -> tuple[Tensor, Tensor]:
    """Return middle and log-spread, [B] each, given the two outputs of a regression."""
    middle, log_spread = outputs.float().unbind(dim=1)
    return middle, log_spread.clamp(*LOG_SPREAD)


def between_cuts(outputs: Tensor, cuts: Tensor) -> Tensor:
    """Return the logarithm of a regression's distribution's parts between cuts, [B, C].

    Args:
        outputs: The two outputs, [B, 2].
        cuts: [C - 1].
    """
    middle, log_spread = split_number(outputs)
    below = (cuts - middle[:, None]) / log_spread.exp()[:, None]  # [B, C - 1]
    first, last = logsigmoid(below[:, :1]), logsigmoid(-below[:, -1:])
    low, high = below[:, :-1], below[:, 1:]
    # sigmoid(high) - sigmoid(low), without the difference of two numbers that are nearly 1
    inner = logsigmoid(high) + logsigmoid(-low) + log_rest(low - high)
    return torch.cat([first, inner, last], dim=1)


def log_rest(logs: Tensor) -> Tensor:
    """Return `log(1 - exp(logs))`, given logarithms of probabilities."""
    return torch.log(-torch.expm1(logs.clamp(max=_NEARLY_ONE)))


def read_join(given: Mapping[str, Tensor], place: int, head: Head) -> Join | None:
    """Return the join that a network's tensors tell of; none where outputs are the classes.

    Nonsense is left out: what is built without it does not fit the file then.

    Args:
        given: All tensors of the file.
        place: Of the head.
        head: What it is joined into.
    """
    start = f"joins.{place}."
    bins = given.get(f"{start}bins")
    if bins is not None:
        every = set(bins.flatten().tolist()) == set(range(head.class_count))
        fits = bins.dtype == torch.int64 and bins.dim() == 1 and every
        return Joined(bins, head.class_count) if fits else None
    parts = [_read_part(given, f"{start}parts.{i}.", size) for i, size in enumerate(head.shape)]
    told = any(not isinstance(part, Classes) for part in parts)
    return Product(parts) if told else None


def _read_part(given: Mapping[str, Tensor], start: str, class_count: int) -> Join:
    cuts, scale = given.get(f"{start}cuts"), given.get(f"{start}scale")
    thresholds = given.get(f"{start}thresholds")
    if cuts is None or cuts.shape != (class_count - 1,):
        return Classes(class_count)
    if thresholds is not None and _are_places(cuts, thresholds):
        return Ordinal(thresholds, cuts)
    if scale is not None and cuts.is_floating_point() and scale.shape == (2,):
        return Regression(cuts, scale)
    return Classes(class_count)


def _are_places(cuts: Tensor, thresholds: Tensor) -> bool:
    every = set(range(thresholds.numel()))
    return cuts.dtype == torch.int64 and thresholds.dim() == 1 and every >= set(cuts.tolist())
