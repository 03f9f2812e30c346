"""Facts become class ids, or are told."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from maskopt.data.facts import Facts
from maskopt.data.problems import Problems, first_of, shown
from maskopt.errors import did_you_mean, plural
from maskopt.labels import Attribute

Ints = NDArray[np.int64]

_VALUES = 5  # wrong facts that get a line of their own


def read_class_ids(facts: Facts, attribute: Attribute, problems: Problems) -> Ints | None:
    """Return the class id of each photo, [N]; -1 where its fact is missing or wrong.

    None where nothing is known of the attribute at all. What is wrong is told to `problems`.
    """
    column = facts.columns.get(attribute.name)
    if column is None:
        known = ", ".join(shown(name) for name in facts.columns)
        problems.say(
            f"no fact {attribute.name!r}, which the study learns; layout `{facts.layout}` has "
            f"{known or 'none'}{did_you_mean(attribute.name, facts.columns)}"
        )
        return None
    photos: dict[str, list[int]] = {}
    for index, fact in enumerate(column):
        photos.setdefault(fact, []).append(index)
    ids = np.full(len(facts), -1, dtype=np.int64)
    wrong: dict[str, list[str]] = {}
    for fact, indices in photos.items():
        class_id = find_class_id(attribute, fact, named=attribute.name in facts.named)
        if class_id is None:
            wrong[fact] = [facts.name(index) for index in indices]
        else:
            ids[indices] = class_id
    _tell(attribute, wrong, attribute.name in facts.named, problems)
    return ids


def read_numbers(facts: Facts, attributes: Iterable[Attribute]) -> dict[str, NDArray[np.float64]]:
    """Return the numbers [N] of attributes that are cut out of one, where photos tell them.

    Facts that are classes' names, as folders' are, tell none. All of an attribute's facts must be
    numbers: see `read_class_ids`.
    """
    cut = [each.name for each in attributes if each.cuts and each.name not in facts.named]
    return {name: np.array(facts.columns[name], dtype=np.float64) for name in cut}


def find_class_id(attribute: Attribute, fact: str, *, named: bool = False) -> int | None:
    """Return the class id of a fact, or none where it is no class and no number to cut.

    Args:
        attribute: Its classes, or its cuts of a number.
        fact: As it was read.
        named: The fact is a class's name even where numbers are cut.
    """
    if named or not attribute.cuts:
        return attribute.classes.index(fact) if fact in attribute.classes else None
    try:
        number = float(fact)
    except ValueError:
        return None
    return attribute.class_id(number) if math.isfinite(number) else None


def explain(attribute: Attribute, fact: str, *, named: bool = False) -> tuple[str, str]:
    """Return what a fact is for which `find_class_id` gives none, and a remedy."""
    if attribute.cuts and not named:
        return "no number", "; write one"
    near = did_you_mean(fact, attribute.classes)
    return "no class", near or f"; classes are {', '.join(attribute.classes)}"


def _tell(
    attribute: Attribute, wrong: dict[str, list[str]], named: bool, problems: Problems
) -> None:
    nothing = wrong.pop("", [])
    one, many = f"photo has no {attribute.name}", f"photos have no {attribute.name}"
    problems.error(nothing, one, many, "say what it is, or leave the photo out")
    for fact in sorted(wrong)[:_VALUES]:
        photos = wrong[fact]
        what, remedy = explain(attribute, fact, named=named)
        have = plural(len(photos), "photo has", "photos have")
        problems.say(
            f"{have} {attribute.name} {shown(fact)!r}, which is {what}: {first_of(photos)}{remedy}"
        )
    rest = sorted(wrong)[_VALUES:]
    if rest:
        what, whats = (
            ("number", "numbers") if attribute.cuts and not named else ("class", "classes")
        )
        others = plural(
            len(rest), f"other fact that is no {what}", f"other facts that are no {whats}"
        )
        problems.say(f"{attribute.name} has {others}: {first_of(rest)}")
