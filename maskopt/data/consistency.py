"""Facts that should be the same for all photos of a group.

Known to be so: a person's gender, and in layout `people` its age, which the folder's name says
once. A group that has two is an error. Guessed to be so: a fact that nearly all groups hold
constant although chance would mix it, as an age in a manifest with persons. A group that has two
is a warning, since the guess may be wrong: one person may nearly always wear a mask.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from maskopt.data.problems import Problems
from maskopt.labels import Attribute

Ints = NDArray[np.int64]

_RARELY = 0.05  # share of the groups of several photos that may differ
_CHANCE = 0.25  # differing groups must be fewer than this share of what chance would give


def check_groups(
    class_ids: Mapping[Attribute, Ints],
    groups: NDArray[np.str_],
    group: str,
    layout: str,
    problems: Problems,
) -> None:
    """Tell of groups with two classes of an attribute that a group can have only one of.

    Args:
        class_ids: Class ids of each attribute, [N] each; -1 where unknown.
        groups: Names of the groups, [N]; empty of photos that have none.
        group: What a group is: the fact's name.
        layout: Where the facts are from.
        problems: Gathers errors for what is known, warnings for what is guessed.
    """
    has_one = groups != ""
    names, member = np.unique(groups[has_one], return_inverse=True)
    for attribute, ids in class_ids.items():
        counts = _count(member, ids[has_one], len(names), len(attribute.classes))
        mixed = np.flatnonzero((counts > 0).sum(axis=1) > 1)
        if not len(mixed):
            continue
        examples = [f"{names[row]} ({_tell(counts[row], attribute)})" for row in mixed]
        one = f"{group} has two classes of {attribute.name}"
        many = f"{group}s have two classes of {attribute.name}"
        if _is_known(attribute.name, group, layout):
            problems.error(examples, one, many, "set it right, or write a correction")
        elif _is_rare(len(mixed), counts):
            remedy = "nearly all have one: set it right if it is wrong"
            problems.warn(examples, one, many, remedy)


def _count(member: Ints, ids: Ints, groups: int, classes: int) -> Ints:
    counts = np.zeros((groups, classes), dtype=np.int64)
    known = ids >= 0
    np.add.at(counts, (member[known], ids[known]), 1)
    return counts


def _tell(counts: Ints, attribute: Attribute) -> str:
    return ", ".join(
        f"{name}: {count}"
        for name, count in zip(attribute.classes, counts.tolist(), strict=True)
        if count
    )


def _is_known(attribute: str, group: str, layout: str) -> bool:
    return group == "person" and (
        attribute == "gender" or (attribute, layout) == ("age", "people")
    )


def _is_rare(mixed: int, counts: Ints) -> bool:
    """Tell whether so few groups differ that it looks like mistakes, [G, C] photos given."""
    photos = counts.sum(axis=1)
    several = photos[photos > 1]
    shares = counts.sum(axis=0) / counts.sum()
    by_chance = (1 - (shares[None, :] ** several[:, None]).sum(axis=1)).sum()
    return mixed <= max(1, _RARELY * len(several)) and mixed < _CHANCE * float(by_chance)
