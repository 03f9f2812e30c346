"""Names that a search-space file may choose, with their builders and parameter ranges.

A builder is named by a string, so that looking a name up imports nothing. Adding an entry is one
builder function and one line in the module of its kind here; `maskopt.catalog.parts` gathers the
kinds, and `maskopt.catalog.searching` holds what decides in a search.
"""

from __future__ import annotations

import gc
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, Literal

from maskopt.space import Value

ValueKind = Literal["number", "whole", "text", "flag", "numbers", "path", "plain"]


@dataclass(frozen=True)
class Parameter:
    """What a parameter takes.

    Attributes:
        kind: The type of its values; `whole` is a whole number, `numbers` a list of numbers,
            `plain` whatever a plain value reads as: a number, a flag, else a text.
        default: What is used where a file leaves it out.
        low: The least value allowed, if any.
        high: The greatest value allowed, if any.
        names: The only values allowed, if they are names.
        optional: Whether `none` is a value.
        help: What it does, in one line.
        when: When it helps, in one line; needed where it is a key of its own.
        idle: A parameter beside it, and the value of that one at which this one does nothing.
        of_epochs: Whether it is a share of all epochs: between 0 and 1 it acts at another epoch
            where there are more of them.
    """

    kind: ValueKind
    default: Value
    low: float | None = None
    high: float | None = None
    names: tuple[str, ...] = ()
    optional: bool = False
    help: str = ""
    when: str = ""
    idle: tuple[str, Value] | None = None
    of_epochs: bool = False


@dataclass(frozen=True)
class Entry:
    """A name that can be chosen.

    Attributes:
        builder: `module:function` of what it builds; its keyword-only arguments are `parameters`.
        parameters: What the option takes, by name.
        help: What it is, in one line.
        when: When it helps, in one line: `docs/catalog.md` is made of it.
        source: Where its formula comes from, if it has an author.
        named: What stands under names that a file chooses, such as its classes; none where an
            option takes the names of `parameters` only. The builder takes these as `**named`.
        names: What those names are of: `classes`, which may also be ranges of a number, or
            `heads`.
        names_help: What they mean, in one line.
        bound: What the builder is given besides: which one it is to build of several alike.
        apart: Whether no photo may be of two names: what they say could not both be so.
    """

    builder: str
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    help: str = ""
    source: str = ""
    named: Parameter | None = None
    names: Literal["classes", "heads"] = "classes"
    names_help: str = ""
    bound: Mapping[str, Value] = field(default_factory=dict)
    when: str = ""
    apart: bool = False


def load(builder: str) -> Any:
    """Return the function that `module:function` names."""
    module, _, function = builder.partition(":")
    collects = gc.isenabled()
    # Nothing that is imported is garbage, and looking through it amid the import took a fifth of
    # a worker's start: 5.2 s with torch, timm and albumentations, 4.2 s without.
    gc.disable()
    try:
        return getattr(import_module(module), function)
    finally:
        if collects:
            gc.enable()
