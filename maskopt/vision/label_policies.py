"""Label policies: what a head is taught, where a number tells more than its class.

Letters of shapes: N training photos, C classes of a head, K outputs of it.

Whatever a head is taught, it is judged on the official classes: its outputs are joined into them
before anything is scored, voted or written.

A builder takes a head, the numbers of the attributes that are cut out of one, [N] each, and the
head's true class ids, [N]; it gives a `Lesson`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray

from maskopt.labels import Attribute, Head
from maskopt.vision.failures import TrainingError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
MOST_OUTPUTS = 2000


@dataclass(frozen=True, eq=False)
class Lesson:
    """What a head is taught.

    Attributes:
        bins: The class of each output, [K]; none where outputs are the classes.
        shares: How much of each photo belongs to each output, [N, K], each photo's sum being 1;
            without columns where its class tells all.
        weight: Of the cross entropy over bins, beside the loss over classes.
    """

    bins: Ints | None
    shares: NDArray[np.float32]
    weight: float = 0.0


def official(head: Head, numbers: Mapping[str, Floats], class_ids: Ints) -> Lesson:
    """Teach the classes as they are scored."""
    return Lesson(None, np.empty((len(class_ids), 0), np.float32))


def soft(head: Head, numbers: Mapping[str, Floats], class_ids: Ints, *, spread: float) -> Lesson:
    """Teach that a number near a cut is a little of both classes.

    A photo belongs to a class by the share of a normal distribution around its number that lies
    within the class's cuts. The loss is that of each class, weighted by these shares.

    Args:
        head: What is taught.
        numbers: By attribute.
        class_ids: Of the head.
        spread: Standard deviation of that distribution, in the number's own unit.

    References:
        Geng, Label Distribution Learning, 2016.
    """
    if not _numeric(head, numbers):
        return official(head, numbers, class_ids)

    def divide(attribute: Attribute) -> tuple[Floats, Ints]:
        shares = blurred(numbers[attribute.name], np.array(attribute.cuts), spread)
        return shares, np.arange(len(attribute.classes))

    return Lesson(None, _join(head, numbers, class_ids, divide)[0])


def bins(
    head: Head,
    numbers: Mapping[str, Floats],
    class_ids: Ints,
    *,
    width: float,
    spread: float,
    weight: float,
) -> Lesson:
    """Teach narrow bins of a number beside the classes that they are joined into.

    A class's probability is the sum of its bins'. The loss over classes is the one that was
    chosen; to it the cross entropy is added of the bins against a normal distribution around the
    number, so that 29 is nearer to 31 than to 12.

    Args:
        head: What is taught.
        numbers: By attribute.
        class_ids: Of the head.
        width: Of a bin, about, in the number's own unit; cuts lie between two bins.
        spread: Standard deviation of that distribution, in the same unit.
        weight: Of the added cross entropy.

    Raises:
        TrainingError: There would be more than 2,000 bins.

    References:
        Gao et al., Deep Label Distribution Learning with Label Ambiguity, 2017.
    """
    if not _numeric(head, numbers):
        return official(head, numbers, class_ids)

    def divide(attribute: Attribute) -> tuple[Floats, Ints]:
        edges = bin_edges(numbers[attribute.name], attribute.cuts, width)
        if len(edges) >= MOST_OUTPUTS:
            raise TrainingError(
                f"label policy bins: {len(edges) + 1} bins of {attribute.name} are more than "
                f"{MOST_OUTPUTS}; widen `width`, got {width:g}"
            )
        within = np.searchsorted(attribute.cuts, edges, side="right")
        return blurred(numbers[attribute.name], edges, spread), np.append(0, within)

    shares, classes = _join(head, numbers, class_ids, divide)
    return Lesson(classes, shares, weight)


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
    middles = numbers + 0.5 if bool((numbers == np.round(numbers)).all()) else numbers
    gaps = edges - middles[:, None]
    if spread > 0:
        below = torch.special.ndtr(torch.from_numpy(gaps / spread)).numpy()
    else:
        below = (gaps > 0).astype(np.float64)
    ends = np.zeros((len(numbers), 1)), np.ones((len(numbers), 1))
    return np.diff(np.concatenate([ends[0], below, ends[1]], axis=1), axis=1)


def _numeric(head: Head, numbers: Mapping[str, Floats]) -> bool:
    return any(attribute.name in numbers for attribute in head.attributes)


def _join(
    head: Head,
    numbers: Mapping[str, Floats],
    class_ids: Ints,
    divide: Callable[[Attribute], tuple[Floats, Ints]],
) -> tuple[NDArray[np.float32], Ints]:
    """Return shares [N, K] and classes [K] of a head: those of its attributes, multiplied."""
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
