"""The words of a JSON Schema: values, lists, ranges and mappings of a search-space file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from maskopt.catalog import Parameter, ValueKind
from maskopt.spec.values import FLAGS, NUMBER, WHOLE

Schema = dict[str, Any]

WORD: Schema = {"type": ["string", "number", "boolean", "null"]}  # YAML 1.1 reads `no` as false


def mapping(
    properties: Mapping[str, Schema],
    required: Iterable[str] = (),
    others: Schema | bool = False,
) -> Schema:
    """Return the schema of a mapping: its keys, those that it must have, and what others hold."""
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(required),
        "additionalProperties": others,
    }


def any_of(*schemas: Schema) -> Schema:
    """Return the schema of what keeps one of several."""
    return {"anyOf": list(schemas)}


def list_of(items: Schema) -> Schema:
    """Return the schema of a list with something in it."""
    return {"type": "array", "items": items, "minItems": 1}


def names_of(table: Mapping[str, str]) -> Schema:
    """Return the schema of one of a table's names, which it describes."""
    return any_of(*({"const": name, "description": text} for name, text in table.items()))


def text(pattern: str) -> Schema:
    """Return the schema of a text that a pattern fits as a whole."""
    return {"type": "string", "pattern": f"^(?:{pattern})$"}


def any_case(*words: str) -> Schema:
    """Return the schema of one of these words, in small letters or large."""
    either = ("".join(f"[{c}{c.upper()}]" if c.isalpha() else c for c in w) for w in words)
    return text("|".join(either))


NONE = any_of({"type": "null"}, any_case("none", "null", "~"))
FLAG = any_of({"type": "boolean"}, any_case(*FLAGS))


def value_of(parameter: Parameter) -> Schema:
    """Return the schema of a parameter's value."""
    bounds = {
        key: bound
        for key, bound in (("minimum", parameter.low), ("maximum", parameter.high))
        if bound is not None
    }
    number = any_of({"type": "number", **bounds}, text(NUMBER))
    schema = {
        "number": number,
        "whole": any_of({"type": "integer", **bounds}, text(WHOLE)),
        "flag": FLAG,
        "numbers": {"type": "array", "items": number, "minItems": 3, "maxItems": 3},
        "path": {"type": ["string", "number"]},
        "plain": WORD,
        "text": {"enum": list(parameter.names)} if parameter.names else WORD,
    }[parameter.kind]
    return described(any_of(schema, NONE) if parameter.optional else schema, parameter)


def described(schema: Schema, parameter: Parameter) -> Schema:
    """Return a schema with what a parameter does."""
    words = {"description": parameter.help} if parameter.help else {}
    return {**words, **schema}


def domain_of(parameter: Parameter) -> Schema:
    """Return the schema of what a parameter may be searched over: a value, a list, a range."""
    value = value_of(parameter)
    forms = [value, list_of(value)]
    if parameter.kind in ("number", "whole", "plain"):
        kind: ValueKind = "number" if parameter.kind == "plain" else parameter.kind
        bound = value_of(Parameter(kind, None, parameter.low, parameter.high))
        step = value_of(Parameter(kind, None))
        keys = {"low": bound, "high": bound, "log": FLAG, "step": step}
        forms.append(mapping(keys, ("low", "high")))
    return described(any_of(*forms), parameter)
