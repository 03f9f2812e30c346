"""Label policies: what a head is taught, where a number tells more than its class.

Letters of shapes: N training photos, C classes of a head, K outputs of it.

Whatever a head is taught, it is judged on the official classes: its outputs are joined into them
before anything is scored, voted or written.

A builder takes a head, the numbers of the attributes that are cut out of one, [N] each, and the
head's true class ids, [N]; it gives a `Lesson`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from maskopt.labels import Attribute, Head
from maskopt.vision.failures import TrainingError
from maskopt.vision.joins import Join, Joined
from maskopt.vision.number_shares import Floats, Ints, bin_edges, blurred, join_shares
from maskopt.vision.taught import BinLoss, SoftLoss

MOST_OUTPUTS = 2000


@dataclass(frozen=True, eq=False)
class Lesson:
    """What a head is taught.

    Attributes:
        told: What its loss is told of each photo beside its class, [N, any]; no columns where
            its class tells all.
        join: Makes logits of classes of its outputs; none where outputs are the classes.
        teach: Gives the loss over outputs, given the one over classes.
        class_ids: What it takes for true in training, [N]; none where that is what is scored.
        apart: Share of the training groups that it is not taught, on whose photos the cuts of a
            number are fitted.
    """

    told: NDArray[np.float32]
    join: Join | None = None
    teach: Callable[[nn.Module], nn.Module] | None = None
    class_ids: Ints | None = None
    apart: float = 0.0


def official(head: Head, numbers: Mapping[str, Floats], class_ids: Ints) -> Lesson:
    """Teach the classes as they are scored."""
    return Lesson(np.empty((len(class_ids), 0), np.float32))


def cut(
    head: Head,
    numbers: Mapping[str, Floats],
    class_ids: Ints,
    *,
    to: float | None,
    attribute: str | None,
) -> Lesson:
    """Teach classes with one cut moved: with `to: 58` who is 58 is a senior in training.

    The cut that is nearest to it moves. A class at whose edge photos are few, or look like its
    neighbour's, can so be given more of them; what is scored stays.

    Args:
        head: What is taught.
        numbers: By attribute.
        class_ids: Of the head.
        to: Where the cut is moved to; none leaves it where it is.
        attribute: Whose cut; none takes every attribute that is a number.
    """
    ids = list(np.unravel_index(class_ids, head.shape))
    for place, each in enumerate(head.attributes):
        if to is not None and each.name in numbers and attribute in (None, each.name):
            moved = move_cut(each.cuts, to)
            ids[place] = np.searchsorted(moved, numbers[each.name], side="right")
    moved_ids = np.ravel_multi_index(ids, head.shape).astype(np.int64)
    return Lesson(np.empty((len(class_ids), 0), np.float32), class_ids=moved_ids)


def move_cut(cuts: tuple[float, ...], to: float) -> tuple[float, ...]:
    """Return cuts with the one that is nearest to a number moved there.

    Example:
        >>> move_cut((30.0, 60.0), 58.0)
        (30.0, 58.0)
    """
    nearest = min(range(len(cuts)), key=lambda place: abs(cuts[place] - to))
    return (*cuts[:nearest], to, *cuts[nearest + 1 :])


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
    if not has_numbers(head, numbers):
        return official(head, numbers, class_ids)

    def divide(attribute: Attribute) -> tuple[Floats, Ints]:
        shares = blurred(numbers[attribute.name], np.array(attribute.cuts), spread)
        return shares, np.arange(len(attribute.classes))

    return Lesson(join_shares(head, numbers, class_ids, divide)[0], teach=SoftLoss)


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
    if not has_numbers(head, numbers):
        return official(head, numbers, class_ids)

    def divide(attribute: Attribute) -> tuple[Floats, Ints]:
        edges = threshold_edges("bins", attribute, numbers, width)
        within = np.searchsorted(attribute.cuts, edges, side="right")
        return blurred(numbers[attribute.name], edges, spread), np.append(0, within)

    shares, classes = join_shares(head, numbers, class_ids, divide)
    joined = Joined(torch.from_numpy(classes), head.class_count)
    return Lesson(shares, joined, partial(BinLoss, joined=joined, weight=weight))


def has_numbers(head: Head, numbers: Mapping[str, Floats]) -> bool:
    """Tell whether an attribute of a head is cut out of a number that is known."""
    return any(attribute.name in numbers for attribute in head.attributes)


def threshold_edges(
    policy: str, attribute: Attribute, numbers: Mapping[str, Floats], width: float
) -> Floats:
    """Return the bounds between bins of a number, and refuse what is too fine.

    Raises:
        TrainingError: There would be more than 2,000 bins.
    """
    edges = bin_edges(numbers[attribute.name], attribute.cuts, width)
    if len(edges) >= MOST_OUTPUTS:
        raise TrainingError(
            f"label policy {policy}: {len(edges) + 1} bins of {attribute.name} are more than "
            f"{MOST_OUTPUTS}; widen `width`, got {width:g}"
        )
    return edges
