"""The JSON Schema of search-space files, so that editors complete and check them.

It is made from the tables that the reader uses. It accepts every file that the reader accepts,
whether an editor takes `1e-4` for a number or, by YAML 1.1, for a text; what it cannot say, such
as `low <= high`, the reader checks.
"""

from __future__ import annotations

from collections.abc import Mapping

from maskopt.catalog import Entry, Parameter
from maskopt.catalog.backbones import installed_backbones
from maskopt.catalog.objectives import COSTS, SCORES
from maskopt.catalog.parts import BACKBONE_NAMED, BACKBONE_PARAMETERS, HEAD_LOSSES, NUMBERS, PARTS
from maskopt.catalog.recipes import RECIPES
from maskopt.catalog.searching import PRUNERS, SEARCHERS
from maskopt.spec.head_keys import FIXED, WEIGHTS
from maskopt.spec.models import MODEL, MODELS
from maskopt.spec.schema_words import (
    NONE,
    WORD,
    Schema,
    any_of,
    domain_of,
    list_of,
    mapping,
    names_of,
    text,
    value_of,
)
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
from maskopt.spec.warm_starts import WARM_STARTS

_STUDY: Schema = {"type": ["string", "number", "boolean"], "pattern": f"^{STUDY}$"}


def json_schema() -> Schema:
    """Return the JSON Schema (2020-12) of search-space files."""
    sections = {
        "study": _STUDY,
        "data": _data(),
        "heads": list_of(any_of(WORD, list_of(WORD))),
        "auxiliary": any_of(NONE, {"type": "array", "items": WORD}),
        "folds": mapping({key: value_of(parameter) for key, parameter in FOLDS.items()}),
        "objective": _objective(),
        "budget": _budget(),
        "searcher": _part(SEARCHERS),
        "pruner": _part(PRUNERS),
        "pretrained": names_of(PRETRAINED),
        "warm_start": any_of(names_of(WARM_STARTS), {"type": "null"}, list_of(_STUDY)),
        **{key: value_of(parameter) for key, parameter in SEARCH.items()},
        "try_first": _try_first(),
        "space": _space(),
    }
    partly = {key: _without_must(each) for key, each in sections.items()}
    inside = {key: each for key, each in partly.items() if key != "study"}
    partly[MODELS] = _models(inside)
    properties = {key: {"description": KEYS[key], **partly[key]} for key in KEYS}
    must = {
        key: {word: each[word] for word in _MUST if word in each}
        for key, each in sections.items()
        if _is_section(each)
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "maskopt search space",
        **mapping(properties, ("study",)),
        "if": {"required": [MODELS]},
        "else": {"required": list(REQUIRED), "properties": must},
        "patternProperties": {f"^{FREE}": True},
        "$defs": {"backbone": _backbone_name()},
    }


_MUST = ("required", "anyOf")
"""Words of a section that what is laid over it, or what it is laid over, may say instead."""


def _models(sections: Mapping[str, Schema]) -> Schema:
    """Return what models say: any of a file's keys, as far as it differs."""
    said = {**mapping(sections), "patternProperties": {f"^{FREE}": True}}
    return {
        "type": "object",
        "propertyNames": {"pattern": f"^{MODEL}$"},
        "additionalProperties": any_of(said, NONE),
        "minProperties": 1,
    }


def _is_section(section: Schema) -> bool:
    return section.get("type") == "object"


def _without_must(section: Schema) -> Schema:
    kept = {key: each for key, each in section.items() if key not in _MUST}
    return kept if _is_section(section) else section


def _objective() -> Schema:
    several = {"type": "array", "items": names_of({**SCORES, **COSTS}), "minItems": 1}
    first = {"prefixItems": [names_of(SCORES)], "uniqueItems": True}
    return any_of(names_of(SCORES), {**several, **first})


def _data() -> Schema:
    names = {"type": "array", "items": WORD, "minItems": 2}
    cuts = list_of(value_of(Parameter("number", None)))
    described = {key: {"description": text} for key, text in ATTRIBUTE.items()}
    classes = mapping({"classes": {**described["classes"], **names}}, ("classes",))
    cut = {"cuts": {**described["cuts"], **cuts}, "names": {**described["names"], **names}}
    attributes = {
        "type": "object",
        "minProperties": 1,
        "additionalProperties": any_of(classes, mapping(cut, ("cuts", "names"))),
        "propertyNames": {"pattern": "^[^.:+/]+$"},
    }
    path = value_of(Parameter("path", None, optional=True))
    sections = {
        "photos": path,
        "layout": names_of(LAYOUTS),
        "attributes": attributes,
        "group": WORD,
        "corrections": path,
        "built_in_people": value_of(BUILT_IN_PEOPLE),
    }
    properties = {key: {**sections[key], "description": DATA[key]} for key in DATA}
    return mapping(properties, ("attributes", "group"))


def _budget() -> Schema:
    properties = {key: value_of(parameter) for key, parameter in BUDGET.items()}
    properties["time"] = {"description": TIME_HELP, **any_of(text(f"(?=.){TIME}"), NONE)}
    shared = any_of({"const": AUTO}, value_of(PER_DEVICE))
    properties["trials_per_device"] = {"description": PER_DEVICE.help, **shared}
    enough = [{"required": ["trials"]}, {"required": ["time"]}]
    return {**mapping(properties), "anyOf": enough}


def _part(table: Mapping[str, Entry]) -> Schema:
    inside = {
        name: mapping({key: value_of(parameter) for key, parameter in entry.parameters.items()})
        for name, entry in table.items()
    }
    return _option(names_of(_helps(table)), inside)


def _helps(table: Mapping[str, Entry]) -> dict[str, str]:
    return {name: entry.help for name, entry in table.items()}


def _option(name: Schema, inside: Mapping[str, Schema]) -> Schema:
    options = {key: any_of(parameters, NONE) for key, parameters in inside.items()}
    return any_of(name, {**mapping(options), "minProperties": 1, "maxProperties": 1})


def _space() -> Schema:
    properties: dict[str, Schema] = {}
    for key in SPACE_KEYS:
        if key in NUMBERS:
            properties[key] = domain_of(NUMBERS[key])
            continue
        if key == HEAD_LOSSES:
            losses = _entries(PARTS["loss"])
            by_head = {"type": "object", "additionalProperties": any_of(losses, list_of(losses))}
            properties[key] = any_of(by_head, NONE)
            continue
        option = _backbone() if key == "backbone" else _entries(PARTS[key])
        if key == WEIGHTS:
            option = any_of(option, _weights())
        properties[key] = any_of(option, list_of(option))
    return mapping(properties, ("backbone",))


def _weights() -> Schema:
    """Return the schema of heads with their weights, in short."""
    table = PARTS[WEIGHTS]
    named = table[FIXED].named
    assert named is not None
    return {
        "type": "object",
        "minProperties": 1,
        "propertyNames": {"not": {"enum": [*table, "low", "high"]}},
        "additionalProperties": domain_of(named),
    }


def _entries(table: Mapping[str, Entry]) -> Schema:
    inside = {
        name: mapping(
            {key: domain_of(parameter) for key, parameter in entry.parameters.items()},
            others=domain_of(entry.named) if entry.named else False,
        )
        for name, entry in table.items()
    }
    return _option(names_of(_helps(table)), inside)


def _backbone_name() -> Schema:
    known = installed_backbones()
    name: Schema = {"type": "string", "description": "a timm model, with or without a tag"}
    if known:
        name |= any_of({"enum": sorted(known.names)}, {"pattern": r"^\w+\.\w+$"})
    return name


def _backbone() -> Schema:
    name = {"$ref": "#/$defs/backbone"}
    parameters = {key: domain_of(parameter) for key, parameter in BACKBONE_PARAMETERS.items()}
    others = domain_of(BACKBONE_NAMED)
    option = {
        "type": "object",
        "propertyNames": name,
        "additionalProperties": any_of(mapping(parameters, others=others), NONE),
        "minProperties": 1,
        "maxProperties": 1,
    }
    return any_of(name, option)


def _try_first() -> Schema:
    recipes = names_of({name: recipe.help for name, recipe in RECIPES.items()})
    keys = "|".join(SPACE_KEYS)
    point = {
        "type": "object",
        "minProperties": 1,
        "propertyNames": {"pattern": rf"^(?:{keys})(?:\..+)?$"},
    }
    return any_of({"type": "array", "items": any_of(recipes, point)}, NONE)
