"""How much of a number belongs to what lies between edges: bins, or the classes themselves.

Letters of shapes: N photos, K parts between edges.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray

from maskopt.labels import Attribute, Head

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def bin_edges(numbers: Floats, cuts: Sequence[float], width: float) -> Floats:
    """Return the bounds between bins, rising: all cuts, and others about a width apart.

    Example:
        >>> bin_edges(np.array([18.0, 75.0]), (30.0, 60.0), 10.0).tolist()
        [20.0, 30.0, 40.0, 50.0, 60.0, 70.0]
    """
    below = np.arange(cuts[0] - width, numbers.min(), -width)[::-1]
    above = np.arange(cuts[-1] + width, numbers.max(), width)
    between = [
        np.linspace(low, high, max(1, round((high - low) / width)), endpoint=False)
        for low, high in pairwise(cuts)
    ]
    return np.concatenate([below, *between, cuts[-1:], above])


def blurred(numbers: Floats, edges: Floats, spread: float) -> Floats:
    """Return how much of a normal distribution around each number lies between edges, [N, K].

    Whole numbers count as the middle of what they stand for: 29 years are 29 to 30. Without a
    spread all of a number is in one place; a number on an edge is above it.

    Args:
        numbers: [N].
        edges: [K - 1], rising; beyond the first and the last lies all the rest.
        spread: Its standard deviation.
    """
    gaps = edges - middles(numbers)[:, None]
    if spread > 0:
        below = torch.special.ndtr(torch.from_numpy(gaps / spread)).numpy()
    else:
        below = (gaps > 0).astype(np.float64)
    ends = np.zeros((len(numbers), 1)), np.ones((len(numbers), 1))
    return np.diff(np.concatenate([ends[0], below, ends[1]], axis=1), axis=1)


def middles(numbers: Floats) -> Floats:
    """Return numbers, or the middles of what they stand for where all of them are whole."""
    return numbers + 0.5 if bool((numbers == np.round(numbers)).all()) else numbers


def join_shares(
    head: Head,
    numbers: Mapping[str, Floats],
    class_ids: Ints,
    divide: Callable[[Attribute], tuple[Floats, Ints]],
) -> tuple[NDArray[np.float32], Ints]:
    """Return shares [N, K] and classes [K] of a head: those of its attributes, multiplied.

    Args:
        head: Of several attributes, or of one.
        numbers: Of those that are cut out of one, [N] each.
        class_ids: Of the head, [N].
        divide: Gives shares and classes of an attribute that is a number.
    """
    own = np.unravel_index(class_ids, head.shape)
    parts: list[tuple[Floats, Ints]] = []
    for attribute, ids in zip(head.attributes, own, strict=True):
        size = len(attribute.classes)
        plain = np.eye(size)[ids], np.arange(size)
        parts.append(divide(attribute) if attribute.name in numbers else plain)
    shares = reduce(_outer, (part for part, _ in parts))
    places = np.meshgrid(*(classes for _, classes in parts), indexing="ij")
    classes = np.ravel_multi_index([place.ravel() for place in places], head.shape)
    return shares.astype(np.float32), classes.astype(np.int64)


def _outer(first: Floats, second: Floats) -> Floats:
    return (first[:, :, None] * second[:, None, :]).reshape(len(first), -1)
