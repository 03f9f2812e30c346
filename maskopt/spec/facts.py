"""The `data` and `heads` of a search-space file: photos, their attributes, and what is learned."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise

from maskopt.catalog import Parameter
from maskopt.labels import Attribute, Head, LabelSpace
from maskopt.space import show_value
from maskopt.spec.model import DataSpec
from maskopt.spec.nodes import Fields, Items, Node, Text
from maskopt.spec.places import Complaint, Notes, Place, listed, unknown
from maskopt.spec.tables import ATTRIBUTE, BUILT_IN_PEOPLE, DATA, LAYOUTS
from maskopt.spec.values import fields_of, read_name, read_path, read_text, read_value, shown

_PEOPLE = ("mask", "gender", "age")
_NO_GROUP = (
    "`data.group` is missing: photos of one group share a fold, so that no person is in training "
    "and validation at once; write `group: person`, or `group: none` if every photo stands alone"
)
_EXAMPLE = "`mask: {classes: [wear, not_wear]}` or `age: {cuts: [30, 60], names: [a, b, c]}`"
_NUMBER = Parameter("number", None)
NAME = r"[^\W\d][\w -]*"


def read_data(node: Node, notes: Notes) -> DataSpec:
    """Return the `data` section; whatever is wrong with it goes to `notes`."""
    example = "`data: {attributes: ..., group: ...}`"
    given = fields_of(node, "data", DATA, notes, example=example)
    attributes = _read_attributes(given.get("attributes"), node, notes)
    layout = None
    if "layout" in given:
        layout = notes.attempt(None, read_name, given["layout"], "data.layout", "layout", LAYOUTS)
    people = None
    if "built_in_people" in given:
        where = "data.built_in_people"
        people = notes.attempt(None, read_value, given["built_in_people"], where, BUILT_IN_PEOPLE)
    if layout == "classes" and len(attributes) > 1:
        message = "the layout 'classes' is one folder a class of one attribute"
        got = f"got {len(attributes)} attributes: {listed(a.name for a in attributes)}"
        notes.complain(given["attributes"].place, f"{message}, {got}")
    return DataSpec(
        photos=_path(given, "photos", notes),
        layout=layout,
        attributes=attributes,
        group=_read_group(given.get("group"), node, notes),
        corrections=_path(given, "corrections", notes),
        built_in_people=people if isinstance(people, int) else None,
    )


def _path(given: Mapping[str, Node], key: str, notes: Notes) -> str | None:
    return notes.attempt(None, read_path, given[key], f"data.{key}") if key in given else None


def _read_group(node: Node | None, data: Node, notes: Notes) -> str | None:
    if node is None or (isinstance(node, Text) and node.is_empty):
        if isinstance(data, Fields):
            notes.complain(node.place if node else data.place, _NO_GROUP)
        return None
    if isinstance(node, Text) and node.is_none:
        return None
    return notes.attempt(None, read_text, node, "data.group", "the name of a fact, or none")


def _read_attributes(node: Node | None, data: Node, notes: Notes) -> tuple[Attribute, ...]:
    if node is None:
        if isinstance(data, Fields):
            message = f"`data.attributes` is missing; name what can be learned: {_EXAMPLE}"
            notes.complain(data.place, message)
        return ()
    if not isinstance(node, Fields) or not node.fields:
        message = f"`data.attributes` must be a mapping, got {node}; write {_EXAMPLE}"
        notes.complain(node.place, message)
        return ()
    return tuple(
        notes.attempt(
            Attribute(name, ("?", "??")), _read_attribute, name, inner, node.keys[name], notes
        )
        for name, inner in node.fields.items()
    )


def _read_attribute(name: str, node: Node, place: Place, notes: Notes) -> Attribute:
    path = f"data.attributes.{name}"
    if not re.fullmatch(NAME, name):
        what = "an attribute's name begins with a letter and holds letters, digits, `_` and `-`"
        notes.complain(place, f"{what}, got {name!r}")
    if isinstance(node, Items):
        write = f"`{name}: {{classes: [...]}}`"
        raise Complaint(node.place, f"`{path}` must be a mapping, got a list; write {write}")
    given = fields_of(node, path, ATTRIBUTE, notes, example=_EXAMPLE)
    if not isinstance(node, Fields):
        return Attribute(name, ("?", "??"))
    if "classes" in given and len(given) == 1:
        return Attribute(name, _class_names(given["classes"], f"{path}.classes", notes))
    if set(given) == {"cuts", "names"}:
        return _read_cut(name, given, path, notes)
    got = listed(f"`{key}`" for key in given) or "neither"
    message = f"`{path}` takes either `classes`, or `cuts` and `names`, got {got}"
    raise Complaint(place, message)


def _class_names(node: Node, path: str, notes: Notes) -> tuple[str, ...]:
    if not isinstance(node, Items) or len(node.items) < 2:
        message = f"`{path}` must be a list of at least two names, got {shown(node)}"
        raise Complaint(node.place, message)
    names: list[str] = []
    for item in node.items:
        for name in notes.collect(read_text, item, path, "a list of names"):
            if name in names:
                message = f"class {name!r} stands twice in `{path}`; keep one of them"
                notes.complain(item.place, message)
            names.append(name)
    return tuple(names)


def _read_cut(name: str, given: Mapping[str, Node], path: str, notes: Notes) -> Attribute:
    names = _class_names(given["names"], f"{path}.names", notes)
    node = given["cuts"]
    if not isinstance(node, Items) or not node.items:
        message = f"`{path}.cuts` must be a list of numbers, got {node}; write [30, 60]"
        raise Complaint(node.place, message)
    cuts = tuple(_cut(item, f"{path}.cuts[{i}]") for i, item in enumerate(node.items))
    if any(low >= high for low, high in pairwise(cuts)):
        raise Complaint(node.place, f"`{path}.cuts` must rise, got {show_value(cuts)}")
    if len(names) != len(cuts) + 1:
        message = f"`{path}`: {len(cuts)} cuts make {len(cuts) + 1} classes"
        got = f"got {len(names)} names: {listed(names)}"
        raise Complaint(given["names"].place, f"{message}, {got}")
    return Attribute(name, names, cuts)


def _cut(node: Node, path: str) -> float:
    number = read_value(node, path, _NUMBER)
    assert isinstance(number, float)
    return int(number) if number.is_integer() else number


def read_heads(node: Node, attributes: tuple[Attribute, ...], notes: Notes) -> LabelSpace:
    """Return what is learned; whatever is wrong with it goes to `notes`."""
    if not isinstance(node, Items) or not node.items:
        example = "`heads: [age]`, `heads: [mask, age]` or `heads: [[mask, age]]`"
        notes.complain(node.place, f"`heads` must be a list of heads, got {node}; write {example}")
        return LabelSpace(())
    known = {attribute.name: attribute for attribute in attributes}
    used: set[str] = set()
    heads = []
    for item in node.items:
        members = item.items if isinstance(item, Items) else (item,)
        if not members:
            notes.complain(item.place, "a head in `heads` is an empty list; name its attributes")
        found = [
            attribute
            for member in members
            for attribute in notes.collect(_head_attribute, member, known, used)
        ]
        heads.append(Head(tuple(found)))
    return LabelSpace(tuple(heads))


def _head_attribute(node: Node, known: Mapping[str, Attribute], used: set[str]) -> Attribute:
    name = read_text(node, "heads", "a list of attributes, or of lists of them")
    if known and name not in known:
        raise Complaint(node.place, unknown("attribute", name, known, "heads"))
    if name in used:
        message = f"attribute {name!r} stands twice in `heads`; each is learned by one head"
        raise Complaint(node.place, message)
    used.add(name)
    return known.get(name, Attribute(name, ("?", "??")))


def check_built_in(labels: LabelSpace, place: Place, notes: Notes) -> None:
    """Complain where built-in people do not show what is to be learned."""
    strange = [a.name for a in labels.attributes if a.name not in _PEOPLE]
    if strange:
        message = f"built-in people show {listed(_PEOPLE)}, but `heads` learn {listed(strange)}"
        notes.complain(place, f"{message}; give photos with `--data` instead")
