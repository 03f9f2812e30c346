"""Names of classes that a file chooses as parameters: `factors: {senior: 2, "age 30-49": 1.5}`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations

from maskopt.catalog import Entry
from maskopt.catalog.parts import PARTS
from maskopt.labels import LabelSpace
from maskopt.selections import Selection, select
from maskopt.space import Choice, SearchSpace
from maskopt.spec.nodes import Fields, Items, Node
from maskopt.spec.places import Notes, Place


def check_class_names(
    node: Node | None, space: SearchSpace, labels: LabelSpace, notes: Notes
) -> None:
    """Complain of names that are no class of the heads' attributes, and of those that collide.

    Args:
        node: What stands under `space`; none where nothing does.
        space: What was read of it.
        labels: The heads.
        notes: Takes the complaints; warns where an option that needs names has none.
    """
    for key, name, entry in _entries():
        path = f"space.{key}.{name}"
        if _takes_names_and_has_none(space, key, name, entry):
            notes.warnings.append(f"{path} names no class, so it changes nothing")
        for inside in _written(node, key, name):
            places = {k: p for k, p in inside.keys.items() if k not in entry.parameters}
            _check(path, entry, places, labels, notes)


def class_names(space: SearchSpace) -> dict[str, tuple[str, ...]]:
    """Return the names of classes that a space has, by the dotted path that they stand under."""
    found = {}
    for key, name, entry in _entries():
        for parameters in _options(space, key, name):
            names = tuple(each for each in parameters if each not in entry.parameters)
            found[f"{key}.{name}"] = names
    return {path: names for path, names in found.items() if names}


def _entries() -> Iterator[tuple[str, str, Entry]]:
    for key, table in PARTS.items():
        for name, entry in table.items():
            if entry.named is not None and entry.names == "classes":
                yield key, name, entry


def _options(space: SearchSpace, key: str, name: str) -> Iterator[Mapping[str, object]]:
    domain = space.domains[key]
    if isinstance(domain, Choice):
        yield from (each.parameters for each in domain.options if each.name == name)


def _takes_names_and_has_none(space: SearchSpace, key: str, name: str, entry: Entry) -> bool:
    return any(
        not set(parameters) - set(entry.parameters) for parameters in _options(space, key, name)
    )


def _written(node: Node | None, key: str, name: str) -> Iterator[Fields]:
    """Give the mappings that stand under an option's name."""
    below = node.fields.get(key) if isinstance(node, Fields) else None
    for item in below.items if isinstance(below, Items) else (below,):
        inside = item.fields.get(name) if isinstance(item, Fields) else None
        if isinstance(inside, Fields):
            yield inside


def _check(
    path: str, entry: Entry, places: Mapping[str, Place], labels: LabelSpace, notes: Notes
) -> None:
    chosen: dict[str, Selection] = {}
    for name, place in places.items():
        if "." in name:
            message = f"`{path}`: {name!r} has a dot, which stands between a path's words"
            notes.complain(
                place, f"{message}; write whole numbers, or give the class another name"
            )
        elif labels.attributes:  # else the heads have complaints of their own
            try:
                chosen[name] = select(name, labels)
            except ValueError as error:
                notes.complain(place, f"`{path}`: {error}")
    for (one, first), (two, second) in combinations(chosen.items(), 2):
        if entry.apart and first.overlaps(second):
            message = f"`{path}`: a photo can be of {one!r} and of {two!r}"
            notes.complain(places[two], f"{message}, and only one can hold; keep one of them")
