"""YAML as a tree whose every node knows its line, and whose scalars are the text as written.

PyYAML resolves scalars by YAML 1.1: `1e-4` becomes a string and `no` becomes False. Here a scalar
stays text until a reader knows what is wanted: `no` is a class name, `1e-4` a number.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import yaml

from maskopt.spec.places import Complaint, Notes, Place, Source

_NONE = ("", "~", "null", "none")
_SYNTAX = {
    "found character '\\t' that cannot start any token": "indent with spaces, not with tabs",
    "mapping values are not allowed here": "a text that holds `: ` needs quotes, and keys of one "
    "mapping stand in one column",
    "could not find expected ':'": "a key is followed by a colon and a space",
    "expected <block end>, but found '<block mapping start>'": "keys of one mapping stand in one "
    "column",
    "expected <block end>, but found '<block sequence start>'": "items of one list stand in one "
    "column",
    "expected <block end>, but found '-'": "a key cannot follow items of a list in one column",
    "expected ',' or ']', but got": "the [ of line {line} has no ] before this",
    "expected ',' or '}', but got": "the {{ of line {line} has no }} before this",
    "found another document": "the file holds several; take out what follows `---`",
}


@dataclass(frozen=True)
class Text:
    """A scalar, as it is written, without its quotes if it has any."""

    place: Place
    text: str

    @property
    def is_none(self) -> bool:
        """Whether this says that there is no value: `none`, `null`, `~` or nothing at all."""
        return self.text.lower() in _NONE

    @property
    def is_empty(self) -> bool:
        """Whether nothing is written."""
        return not self.text

    def __str__(self) -> str:
        if self.is_empty:
            return "nothing"
        return (
            self.text if re.fullmatch(r"[-+]?[0-9.]+(e-?[0-9]+)?", self.text) else repr(self.text)
        )


@dataclass(frozen=True)
class Items:
    """A list."""

    place: Place
    items: tuple[Node, ...]

    def __str__(self) -> str:
        return "a list" if self.items else "an empty list"


@dataclass(frozen=True)
class Fields:
    """A mapping; `keys` are the places of its keys."""

    place: Place
    fields: Mapping[str, Node]
    keys: Mapping[str, Place]

    def __str__(self) -> str:
        return "a mapping" if self.fields else "an empty mapping"


Node = Text | Items | Fields


def parse(text: str, source: Source, notes: Notes) -> Node:
    """Return the tree of a YAML text.

    Args:
        text: One YAML document; anchors, aliases and merge keys are followed.
        source: What complaints name.
        notes: Takes complaints that do not end the reading, such as a key that stands twice.

    Raises:
        Complaint: The text is not YAML.
    """
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        if root is None:
            return Text(Place(source), "")
        return _Converter(source, notes).convert(root)
    except yaml.MarkedYAMLError as error:
        raise _syntax(error, source) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        found = text[error.position]
        message = f"the character {found!r} cannot stand in YAML; take it out"
        raise Complaint(Place(source, line), message) from None
    except RecursionError:
        raise Complaint(Place(source), "lists and mappings are nested too deeply") from None


def from_plain(value: object, place: Place) -> Node:
    """Return the tree of plain values, as if it had been read at that place."""
    if isinstance(value, Mapping):
        fields = {str(key): from_plain(inner, place) for key, inner in value.items()}
        return Fields(place, fields, dict.fromkeys(fields, place))
    if isinstance(value, list | tuple):
        return Items(place, tuple(from_plain(inner, place) for inner in value))
    if value is None or isinstance(value, bool):
        return Text(place, {None: "none", True: "true", False: "false"}[value])
    return Text(place, str(value))


def _syntax(error: yaml.MarkedYAMLError, source: Source) -> Complaint:
    mark = error.problem_mark or error.context_mark
    problem = str(error.problem).removeprefix("but ")
    remedy = next((r for start, r in _SYNTAX.items() if problem.startswith(start)), "")
    remedy = remedy.format(line=error.context_mark.line + 1 if error.context_mark else 1)
    message = f"this is not YAML: {problem}" + (f"; {remedy}" if remedy else "")
    return Complaint(Place(source, mark.line + 1 if mark else 0), message)


class _Converter:
    def __init__(self, source: Source, notes: Notes) -> None:
        self.source = source
        self.notes = notes
        self.done: dict[int, Node] = {}
        self.open: set[int] = set()

    def convert(self, node: yaml.Node) -> Node:
        if id(node) in self.done:
            return self.done[id(node)]
        place = self.place(node)
        if id(node) in self.open:
            raise Complaint(place, "an alias stands inside what it repeats")
        if not node.tag.startswith("tag:yaml.org,2002:"):
            self.notes.complain(place, f"the tag {node.tag!r} is not read here; write the value")
        self.open.add(id(node))
        if isinstance(node, yaml.MappingNode):
            made: Node = self.mapping(node, place)
        elif isinstance(node, yaml.SequenceNode):
            made = Items(place, tuple(map(self.convert, node.value)))
        else:
            assert isinstance(node, yaml.ScalarNode)
            made = Text(place, node.value)
        self.open.remove(id(node))
        self.done[id(node)] = made
        return made

    def place(self, node: yaml.Node) -> Place:
        return Place(self.source, node.start_mark.line + 1)

    def mapping(self, node: yaml.MappingNode, place: Place) -> Fields:
        fields: dict[str, Node] = {}
        keys: dict[str, Place] = {}
        merged: list[Fields] = []
        for key_node, value_node in node.value:
            value, key_place = self.convert(value_node), self.place(key_node)
            if key_node.tag == "tag:yaml.org,2002:merge":
                merged += self.merged(value)
            elif not isinstance(key_node, yaml.ScalarNode):
                self.notes.complain(key_place, "a key must be a word, not a list or a mapping")
            elif (key := key_node.value) in fields:
                first = keys[key].line
                message = f"`{key}` stands twice, first in line {first}; keep one of them"
                self.notes.complain(key_place, message)
            else:
                keys[key], fields[key] = key_place, _at_key(value, key_place)
        for other in merged:
            for key, value in other.fields.items():
                if key not in fields:
                    keys[key], fields[key] = other.keys[key], value
        return Fields(place, fields, keys)

    def merged(self, value: Node) -> list[Fields]:
        found = value.items if isinstance(value, Items) else (value,)
        for node in found:
            if not isinstance(node, Fields):
                self.notes.complain(node.place, f"`<<` merges mappings, got {node}")
        return [node for node in found if isinstance(node, Fields)]


def _at_key(value: Node, key: Place) -> Node:
    """A block that begins under its key is complained about where its key stands."""
    if isinstance(value, Items) and value.place.line > key.line:
        return Items(key, value.items)
    if isinstance(value, Fields) and value.place.line > key.line:
        return Fields(key, value.fields, value.keys)
    return value
