"""Whether a cut that is moved in training leaves photos on both of its sides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product

import numpy as np
from numpy.typing import NDArray

from maskopt.labels import Attribute, LabelSpace
from maskopt.space import Choice, Domain, Fixed, SearchSpace, Value, show_value

Floats = NDArray[np.float64]


def tell_empty(
    space: SearchSpace, label_space: LabelSpace, numbers: Mapping[str, Floats]
) -> Iterator[str]:
    """Say which class would be taught by no photo where `label_policy.cut` moves its cut.

    Args:
        space: What trials are drawn from.
        label_space: What is learned.
        numbers: Of attributes that are cut, [N] each.
    """
    cut = [each for each in label_space.attributes if each.name in numbers]
    domain = space.domains["label_policy"]
    for option in domain.options if isinstance(domain, Choice) else ():
        if option.name != "cut":
            continue
        whose = _values(option.parameters["attribute"])
        for to, attribute in product(_values(option.parameters["to"]), cut):
            if isinstance(to, float) and (None in whose or attribute.name in whose):
                yield from _tell(to, attribute, numbers[attribute.name], len(cut))


def _tell(to: float, attribute: Attribute, numbers: Floats, others: int) -> Iterator[str]:
    cuts = list(attribute.cuts)
    nearest = min(range(len(cuts)), key=lambda place: abs(cuts[place] - to))  # which is moved
    moved = [*cuts[:nearest], to, *cuts[nearest + 1 :]]
    counts = np.bincount(np.searchsorted(moved, numbers, side="right"), minlength=len(moved) + 1)
    empty = [name for name, count in zip(attribute.classes, counts, strict=True) if not count]
    if empty:
        least, most = (show_value(float(each)) for each in (numbers.min(), numbers.max()))
        remedy = "write another number" + (", or name its `attribute`" if others > 1 else "")
        yield (
            f"no photo would be taught as {' or '.join(map(repr, empty))}: "
            f"`space.label_policy.cut.to` moves the cut of {attribute.name} from "
            f"{show_value(cuts[nearest])} to {show_value(to)}, and its numbers go from {least} "
            f"to {most}; {remedy}"
        )


def _values(domain: Domain) -> tuple[Value, ...]:
    """Return the values of a domain, of a range both ends."""
    match domain:
        case Choice(options):
            return tuple(option.name for option in options)
        case Fixed(value):
            return (value,)
    return (domain.low, domain.high)
