"""Domains of a search space: plain values, lists, ranges, and options with their parameters."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from maskopt.catalog import Parameter, ValueKind
from maskopt.errors import did_you_mean
from maskopt.space import Choice, Domain, Fixed, FloatRange, IntRange, Option, Value, show_value
from maskopt.spec.nodes import Fields, Items, Node, Text
from maskopt.spec.places import Complaint, Notes, Place, listed
from maskopt.spec.values import NUMBER, WHOLE, fields_of, read_text, read_value, rule

RANGE_KEYS = ("low", "high", "log", "step")
_FLAG = Parameter("flag", False)


@dataclass(frozen=True)
class Names:
    """What a key that chooses among names knows of them.

    Attributes:
        check: Raises a complaint about a name that cannot be chosen.
        parameters: What an option of a name takes.
        fill: Whether parameters that a file leaves out take their defaults.
        named: What an option takes under names of the file's own choice, if anything.
        refuse: Why an option of a name cannot take such a name; nothing where it can.
    """

    check: Callable[[str, Place], None]
    parameters: Callable[[str], Mapping[str, Parameter]]
    fill: bool = True
    named: Callable[[str], Parameter | None] = lambda _: None
    refuse: Callable[[str, str], str] = lambda _, __: ""


def read_domain(node: Node, path: str, parameter: Parameter, notes: Notes) -> Domain:
    """Return the domain of a parameter: fixed, a list's choice, or a range.

    Raises:
        Complaint: The domain cannot be read; further complaints go to `notes`.
    """
    if isinstance(node, Fields):
        return _read_range(node, path, parameter, notes)
    if isinstance(node, Items) and not _is_one_value(node, parameter):
        return _read_values(node, path, parameter, notes)
    if isinstance(node, Text) and node.is_empty:
        raise Complaint(node.place, f"`{path}` has no value; it takes {rule(parameter)}")
    try:
        return Fixed(read_value(node, path, parameter))
    except Complaint as complaint:
        numeric = parameter.kind in ("number", "whole")
        if numeric and isinstance(node, Text) and not re.fullmatch(NUMBER, node.text):
            remedy = "; a list is a choice, and {low: ..., high: ...} a range"
            raise Complaint(node.place, complaint.message + remedy) from None
        raise


def _is_one_value(node: Items, parameter: Parameter) -> bool:
    return parameter.kind == "numbers" and not any(isinstance(i, Items) for i in node.items)


def _read_values(node: Items, path: str, parameter: Parameter, notes: Notes) -> Domain:
    if not node.items:
        raise Complaint(node.place, f"`{path}` is an empty list; name at least one value")
    values: list[Value] = []
    for item in node.items:
        for value in notes.collect(read_value, item, path, parameter):
            if value in values:
                message = f"{show_value(value)} stands twice in `{path}`; keep one of them"
                notes.complain(item.place, message)
            values.append(value)
    if len(values) == 1:
        return Fixed(values[0])
    return Choice(tuple(map(Option, values)))


def _read_range(node: Fields, path: str, parameter: Parameter, notes: Notes) -> Domain:
    if parameter.kind == "plain":
        parameter = replace(parameter, kind=_plain_kind(node))
    if parameter.kind not in ("number", "whole"):
        message = f"`{path}` has no range; it takes {rule(parameter)}, or a list of such values"
        raise Complaint(node.place, message)
    example = "{low: ..., high: ...}"
    found = fields_of(node, path, RANGE_KEYS, notes, example=example)
    missing = [f"`{key}`" for key in ("low", "high") if key not in found]
    if missing:
        message = f"`{path}` is a range, so it needs {' and '.join(missing)}; write {example}"
        raise Complaint(node.place, message)
    bound = Parameter(parameter.kind, None, parameter.low, parameter.high)
    step = Parameter(parameter.kind, None, 1 if parameter.kind == "whole" else None)
    kinds = {"low": bound, "high": bound, "log": _FLAG, "step": step}
    values = {
        key: notes.collect(read_value, inner, f"{path}.{key}", kinds[key])
        for key, inner in found.items()
    }
    if not all(values.values()):
        return Fixed(None)
    return _make_range(node, path, parameter, {key: value[0] for key, value in values.items()})


def _plain_kind(node: Fields) -> ValueKind:
    """Return what kind of range stands where any plain value may."""
    bounds = [node.fields[key] for key in RANGE_KEYS[:2] if key in node.fields]
    whole = all(isinstance(each, Text) and re.fullmatch(WHOLE, each.text) for each in bounds)
    return "whole" if whole else "number"


def _make_range(
    node: Fields, path: str, parameter: Parameter, values: Mapping[str, Value]
) -> Domain:
    kind = IntRange if parameter.kind == "whole" else FloatRange
    try:
        made = kind(**values)  # type: ignore[arg-type]
    except ValueError as error:
        raise Complaint(node.place, f"`{path}`: {error}") from None
    steps = (made.high - made.low) / made.step if made.step else 0.0
    if abs(steps - round(steps)) > 1e-9:
        last = made.low + int(steps) * (made.step or 0)
        message = f"`high` must be `low` plus whole steps, got {made.high:g}; write {last:g}"
        raise Complaint(node.place, f"`{path}`: {message}")
    return made


def read_options(node: Node, path: str, names: Names, notes: Notes) -> Choice:
    """Return a choice among names, whose options may carry parameters.

    Raises:
        Complaint: The choice cannot be read; further complaints go to `notes`.
    """
    items = node.items if isinstance(node, Items) else (node,)
    if not items:
        raise Complaint(node.place, f"`{path}` is an empty list; name at least one option")
    options: dict[Value, Option] = {}
    for item in items:
        for option in notes.collect(_read_option, item, path, names, notes):
            if option.name in options:
                message = f"option {option.name!r} stands twice in `{path}`; keep one of them"
                notes.complain(item.place, message)
            options[option.name] = option
    return Choice(tuple(options.values()))


def _read_option(node: Node, path: str, names: Names, notes: Notes) -> Option:
    name, inside = name_and_parameters(node, path)
    names.check(name.text, name.place)
    known, named = names.parameters(name.text), names.named(name.text)
    domains: dict[str, Domain] = {}
    if names.fill:
        domains = {key: Fixed(parameter.default) for key, parameter in known.items()}
    for key, value in inside.fields.items():
        parameter = known.get(key, named)
        refusal = "" if key in known else names.refuse(name.text, key)
        if parameter is None or refusal:
            message = refusal or unknown_parameter(path, name.text, key, known)
            notes.complain(inside.keys[key], message)
            continue
        where = f"{path}.{name.text}.{key}"
        found = notes.collect(read_domain, value, where, parameter, notes)
        domains.update((key, domain) for domain in found)
    return Option(name.text, domains)


def unknown_parameter(path: str, name: str, key: str, known: Mapping[str, Parameter]) -> str:
    """Return the complaint about a parameter that an option does not take."""
    if not known:
        return f"`{path}`: {name!r} takes no parameters, got {key!r}"
    hint = did_you_mean(key, known) or f"; it takes {listed(known)}"
    return f"`{path}`: {name!r} has no parameter {key!r}{hint}"


def name_and_parameters(node: Node, path: str) -> tuple[Text, Fields]:
    """Return an option's name, and its parameters as they stand.

    Raises:
        Complaint: This is neither `name` nor `name: {parameter: ...}`.
    """
    if isinstance(node, Text):
        read_text(node, path, "a name, or a list of names")
        return node, Fields(node.place, {}, {})
    if isinstance(node, Items):
        raise Complaint(node.place, f"`{path}` holds a list inside its list; write one list")
    if set(node.fields) & {"low", "high"}:
        message = f"`{path}` chooses among names, so it has no range; write a list of names"
        raise Complaint(node.place, message)
    if not node.fields:
        raise Complaint(node.place, f"`{path}` must be a name, or a list of names, got {node}")
    if len(node.fields) > 1:
        message = f"`{path}` holds several options in one mapping: {listed(node.fields)}"
        write = "write a list, each option as `- name` or `- name: {parameter: value}`"
        raise Complaint(node.place, f"{message}; {write}")
    ((name, inside),) = node.fields.items()
    place = node.keys[name]
    if isinstance(inside, Fields):
        return Text(place, name), inside
    if isinstance(inside, Text) and inside.is_none:
        return Text(place, name), Fields(place, {}, {})
    message = f"`{path}.{name}` must be a mapping of parameters, got {inside}"
    raise Complaint(inside.place, f"{message}; write `{name}: {{parameter: value}}`")
