"""The JSON Schema of search-space files, so that editors complete and check them.

It is made from the tables that the reader uses. It accepts every file that the reader accepts,
whether an editor takes `1e-4` for a number or, by YAML 1.1, for a text; what it cannot say, such
as `low <= high`, the reader checks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from maskopt.catalog import Entry, Parameter
from maskopt.catalog.backbones import installed_backbones
from maskopt.catalog.objectives import COSTS, SCORES
from maskopt.catalog.parts import BACKBONE_PARAMETERS, NUMBERS, PARTS
from maskopt.catalog.recipes import RECIPES
from maskopt.catalog.searching import PRUNERS, SEARCHERS
from maskopt.spec.sections import STUDY
from maskopt.spec.spaces import KEYS as SPACE_KEYS
from maskopt.spec.tables import (
    ATTRIBUTE,
    AUTO,
    BUDGET,
    BUILT_IN_PEOPLE,
    DATA,
    FOLDS,
    FREE,
    KEYS,
    LAYOUTS,
    PER_DEVICE,
    PRETRAINED,
    REQUIRED,
    SEARCH,
    TIME_HELP,
)
from maskopt.spec.times import TIME
from maskopt.spec.values import FLAGS, NUMBER, WHOLE
from maskopt.spec.warm_starts import WARM_STARTS

Schema = dict[str, Any]

_WORD: Schema = {"type": ["string", "number", "boolean", "null"]}  # YAML 1.1 reads `no` as false
_STUDY: Schema = {"type": ["string", "number", "boolean"], "pattern": f"^{STUDY}$"}


def json_schema() -> Schema:
    """Return the JSON Schema (2020-12) of search-space files."""
    sections = {
        "study": _STUDY,
        "data": _data(),
        "heads": _list(_any(_WORD, _list(_WORD))),
        "folds": _object({key: _value(parameter) for key, parameter in FOLDS.items()}),
        "objective": _objective(),
        "budget": _budget(),
        "searcher": _part(SEARCHERS),
        "pruner": _part(PRUNERS),
        "pretrained": _names(PRETRAINED),
        "warm_start": _any(_names(WARM_STARTS), {"type": "null"}, _list(_STUDY)),
        **{key: _value(parameter) for key, parameter in SEARCH.items()},
        "try_first": _try_first(),
        "space": _space(),
    }
    properties = {key: {"description": KEYS[key], **sections[key]} for key in KEYS}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "maskopt search space",
        **_object(properties, REQUIRED),
        "patternProperties": {f"^{FREE}": True},
        "$defs": {"backbone": _backbone_name()},
    }


def _objective() -> Schema:
    several = {"type": "array", "items": _names({**SCORES, **COSTS}), "minItems": 1}
    first = {"prefixItems": [_names(SCORES)], "uniqueItems": True}
    return _any(_names(SCORES), {**several, **first})


def _object(properties: Mapping[str, Schema], required: Iterable[str] = ()) -> Schema:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(required),
        "additionalProperties": False,
    }


def _any(*schemas: Schema) -> Schema:
    return {"anyOf": list(schemas)}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items, "minItems": 1}


def _names(table: Mapping[str, str]) -> Schema:
    return _any(*({"const": name, "description": text} for name, text in table.items()))


def _text(pattern: str) -> Schema:
    return {"type": "string", "pattern": f"^(?:{pattern})$"}


def _any_case(*words: str) -> Schema:
    either = ("".join(f"[{c}{c.upper()}]" if c.isalpha() else c for c in w) for w in words)
    return _text("|".join(either))


_NONE = _any({"type": "null"}, _any_case("none", "null", "~"))
_FLAG = _any({"type": "boolean"}, _any_case(*FLAGS))


def _value(parameter: Parameter) -> Schema:
    bounds = {
        key: bound
        for key, bound in (("minimum", parameter.low), ("maximum", parameter.high))
        if bound is not None
    }
    number = _any({"type": "number", **bounds}, _text(NUMBER))
    schema = {
        "number": number,
        "whole": _any({"type": "integer", **bounds}, _text(WHOLE)),
        "flag": _FLAG,
        "numbers": {"type": "array", "items": number, "minItems": 3, "maxItems": 3},
        "path": {"type": ["string", "number"]},
        "text": {"enum": list(parameter.names)} if parameter.names else _WORD,
    }[parameter.kind]
    return _described(_any(schema, _NONE) if parameter.optional else schema, parameter)


def _described(schema: Schema, parameter: Parameter) -> Schema:
    words = {"description": parameter.help} if parameter.help else {}
    return {**words, **schema}


def _domain(parameter: Parameter) -> Schema:
    value = _value(parameter)
    forms = [value, _list(value)]
    if parameter.kind in ("number", "whole"):
        bound = _value(Parameter(parameter.kind, None, parameter.low, parameter.high))
        step = _value(Parameter(parameter.kind, None))
        keys = {"low": bound, "high": bound, "log": _FLAG, "step": step}
        forms.append(_object(keys, ("low", "high")))
    return _described(_any(*forms), parameter)


def _data() -> Schema:
    names = {"type": "array", "items": _WORD, "minItems": 2}
    cuts = _list(_value(Parameter("number", None)))
    described = {key: {"description": text} for key, text in ATTRIBUTE.items()}
    classes = _object({"classes": {**described["classes"], **names}}, ("classes",))
    cut = {"cuts": {**described["cuts"], **cuts}, "names": {**described["names"], **names}}
    attributes = {
        "type": "object",
        "minProperties": 1,
        "additionalProperties": _any(classes, _object(cut, ("cuts", "names"))),
        "propertyNames": {"pattern": "^[^.:+/]+$"},
    }
    path = _value(Parameter("path", None, optional=True))
    sections = {
        "photos": path,
        "layout": _names(LAYOUTS),
        "attributes": attributes,
        "group": _WORD,
        "corrections": path,
        "built_in_people": _value(BUILT_IN_PEOPLE),
    }
    properties = {key: {**sections[key], "description": DATA[key]} for key in DATA}
    return _object(properties, ("attributes", "group"))


def _budget() -> Schema:
    properties = {key: _value(parameter) for key, parameter in BUDGET.items()}
    properties["time"] = {"description": TIME_HELP, **_any(_text(f"(?=.){TIME}"), _NONE)}
    shared = _any({"const": AUTO}, _value(PER_DEVICE))
    properties["trials_per_device"] = {"description": PER_DEVICE.help, **shared}
    enough = [{"required": ["trials"]}, {"required": ["time"]}]
    return {**_object(properties), "anyOf": enough}


def _part(table: Mapping[str, Entry]) -> Schema:
    inside = {
        name: {key: _value(parameter) for key, parameter in entry.parameters.items()}
        for name, entry in table.items()
    }
    return _option(_names(_helps(table)), inside)


def _helps(table: Mapping[str, Entry]) -> dict[str, str]:
    return {name: entry.help for name, entry in table.items()}


def _option(name: Schema, inside: Mapping[str, Mapping[str, Schema]]) -> Schema:
    options = {key: _any(_object(parameters), _NONE) for key, parameters in inside.items()}
    return _any(name, {**_object(options), "minProperties": 1, "maxProperties": 1})


def _space() -> Schema:
    properties: dict[str, Schema] = {}
    for key in SPACE_KEYS:
        if key in NUMBERS:
            properties[key] = _domain(NUMBERS[key])
            continue
        option = _backbone() if key == "backbone" else _entries(PARTS[key])
        properties[key] = _any(option, _list(option))
    return _object(properties, ("backbone",))


def _entries(table: Mapping[str, Entry]) -> Schema:
    inside = {
        name: {key: _domain(parameter) for key, parameter in entry.parameters.items()}
        for name, entry in table.items()
    }
    return _option(_names(_helps(table)), inside)


def _backbone_name() -> Schema:
    known = installed_backbones()
    name: Schema = {"type": "string", "description": "a timm model, with or without a tag"}
    if known:
        name |= _any({"enum": sorted(known.names)}, {"pattern": r"^\w+\.\w+$"})
    return name


def _backbone() -> Schema:
    name = {"$ref": "#/$defs/backbone"}
    parameters = {key: _domain(parameter) for key, parameter in BACKBONE_PARAMETERS.items()}
    option = {
        "type": "object",
        "propertyNames": name,
        "additionalProperties": _any(_object(parameters), _NONE),
        "minProperties": 1,
        "maxProperties": 1,
    }
    return _any(name, option)


def _try_first() -> Schema:
    recipes = _names({name: recipe.help for name, recipe in RECIPES.items()})
    keys = "|".join(SPACE_KEYS)
    point = {
        "type": "object",
        "minProperties": 1,
        "propertyNames": {"pattern": rf"^(?:{keys})(?:\..+)?$"},
    }
    return _any({"type": "array", "items": _any(recipes, point)}, _NONE)
