"""Single values: numbers, names, flags, paths and times, each with the rule that it must keep."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from maskopt.catalog import Parameter, ValueKind
from maskopt.space import Value
from maskopt.spec.nodes import Fields, Items, Node, Text
from maskopt.spec.places import Complaint, Notes, listed, unknown

WHOLE = r"[-+]?(?:0|[1-9][0-9_]*)"
NUMBER = r"[-+]?(?:[0-9][0-9_]*\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?"
FLAGS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
_WEIGHTS_FILES = (".safetensors", ".pth", ".pt", ".bin")


def fields_of(
    node: Node, path: str, known: Iterable[str], notes: Notes, *, example: str
) -> Mapping[str, Node]:
    """Return a mapping's known keys; unknown ones are complained about.

    Args:
        node: What should be a mapping.
        path: What it is called in complaints.
        known: The keys that it may have.
        notes: Takes the complaints.
        example: How it is written, for one who wrote no mapping at all.
    """
    if not isinstance(node, Fields):
        notes.complain(node.place, f"`{path}` must be a mapping, got {node}; write {example}")
        return {}
    names = list(known)
    for key in node.fields:
        if key not in names:
            notes.complain(node.keys[key], unknown("key", key, names, path))
    return {key: node.fields[key] for key in names if key in node.fields}


def read_value(node: Node, path: str, parameter: Parameter) -> Value:
    """Return the value that a parameter takes.

    Raises:
        Complaint: The value breaks the parameter's rule.
    """
    if parameter.optional and isinstance(node, Text) and node.is_none and node.text:
        return None
    if parameter.kind == "numbers":
        return _numbers(node, path, parameter)
    if not isinstance(node, Text) or node.is_empty:
        raise Complaint(node.place, f"`{path}` must be {rule(parameter)}, got {node}")
    if parameter.kind == "path":
        return read_weights(node, path)
    value = _parse(node.text, parameter)
    if value is None:
        raise Complaint(node.place, f"`{path}` must be {rule(parameter)}, got {node}")
    return value


def rule(parameter: Parameter) -> str:
    """Return in words what a parameter takes: `a whole number from 1 to 256`."""
    bounds = ""
    if parameter.low is not None:
        bounds = f" of at least {_bound(parameter.low)}"
        if parameter.high is not None:
            bounds = f" from {_bound(parameter.low)} to {_bound(parameter.high)}"
    words = {
        "number": f"a number{bounds}",
        "whole": f"a whole number{bounds}",
        "flag": "true or false",
        "numbers": f"three numbers{bounds} (red, green, blue)",
        "path": "a path",
        "plain": "a number, a word, true or false",
        "text": f"one of {listed(parameter.names)}" if parameter.names else "a word",
    }[parameter.kind]
    return words + (" or none" if parameter.optional else "")


def _bound(number: float) -> str:
    return f"{int(number)}" if number == int(number) else f"{number:g}"


def _parse(text: str, parameter: Parameter) -> Value:
    if parameter.kind == "text":
        return text if not parameter.names or text in parameter.names else None
    if parameter.kind == "plain":
        return _plain(text)
    if parameter.kind == "flag":
        return FLAGS.get(text.lower())
    pattern = WHOLE if parameter.kind == "whole" else NUMBER
    if not re.fullmatch(pattern, text):
        return None
    number = int(text) if parameter.kind == "whole" else float(text)
    return number if math.isfinite(number) and _within(number, parameter) else None


def _plain(text: str) -> Value:
    if text.lower() in FLAGS:
        return FLAGS[text.lower()]
    kind: ValueKind = "whole" if re.fullmatch(WHOLE, text) else "number"
    number = _parse(text, Parameter(kind, None))
    return text if number is None else number


def _within(number: float, parameter: Parameter) -> bool:
    low, high = parameter.low, parameter.high
    return (low is None or number >= low) and (high is None or number <= high)


def _numbers(node: Node, path: str, parameter: Parameter) -> Value:
    one = Parameter("number", 0.0, parameter.low, parameter.high)
    items = node.items if isinstance(node, Items) else ()
    found = tuple(_parse(i.text, one) if isinstance(i, Text) else None for i in items)
    if len(found) != 3 or None in found:
        message = f"`{path}` must be {rule(parameter)}, got {shown(node)}"
        raise Complaint(node.place, f"{message}; write [0.5, 0.5, 0.5]")
    return found


def shown(node: Node) -> str:
    """Return a node as it was written, in one line."""
    if isinstance(node, Items):
        return "[" + ", ".join(shown(item).strip("'") for item in node.items) + "]"
    return str(node)


def read_text(node: Node, path: str, what: str = "a word") -> str:
    """Return a text, whatever YAML would make of it: `no` and `1` are names too.

    Raises:
        Complaint: It is no scalar, or empty.
    """
    if not isinstance(node, Text) or not node.text.strip():
        raise Complaint(node.place, f"`{path}` must be {what}, got {node}")
    return node.text


def read_name(node: Node, path: str, noun: str, known: Iterable[str]) -> str:
    """Return one of the known names.

    Raises:
        Complaint: It is none of them.
    """
    names = list(known)
    name = read_text(node, path, f"one of {listed(names)}")
    if name not in names:
        raise Complaint(node.place, unknown(noun, name, names))
    return name


def read_path(node: Node, path: str) -> str | None:
    """Return an absolute path, or none for `none`; relative to the folder of what is read.

    Raises:
        Complaint: It is no text, or begins with `~` and the name of nobody.
    """
    if isinstance(node, Text) and node.is_none and node.text:
        return None
    text = Path(read_text(node, path, "a path"))
    try:
        return os.path.normpath(node.place.source.folder / text.expanduser())
    except RuntimeError:
        message = f"`{path}`: whose folder is {text.parts[0]}? write the whole path"
        raise Complaint(node.place, message) from None


def read_weights(node: Node, path: str) -> str | None:
    """Return the absolute path of a weights file that is there.

    Raises:
        Complaint: There is no such file, or its ending is not one of weights.
    """
    found = read_path(node, path)
    if found is not None and not found.endswith(_WEIGHTS_FILES):
        endings = listed(_WEIGHTS_FILES)
        raise Complaint(node.place, f"`{path}` must end with one of {endings}, got {node}")
    # Unlike `Path.is_file`, this says no to a name too long, or in a folder closed to this user.
    missing = found is not None and not os.path.isfile(found)  # noqa: PTH113
    if missing and node.place.source.check_files:
        raise Complaint(node.place, f"`{path}`: there is no file {found}")
    return found
