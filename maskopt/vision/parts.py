"""From a trial's configuration to builders: names and defaults come from the catalog."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from maskopt.catalog import load
from maskopt.catalog.parts import NUMBERS, default_of, table_of
from maskopt.space import Part, TrialConfig, Value


def chosen(config: TrialConfig, key: str) -> Part:
    """Return what a trial chose under a key of the catalog, with every parameter's value."""
    part = config.part(key) if key in config.values else Part(default_of(key))
    entry = table_of(key).get(part.name)
    defaults = {name: p.default for name, p in entry.parameters.items()} if entry else {}
    return Part(part.name, {**defaults, **part.parameters})


def builder(config: TrialConfig, key: str) -> Callable[..., Any]:
    """Return the builder of what a trial chose, which waits for its positional arguments only.

    Raises:
        KeyError: The catalog does not know the name.
    """
    part = chosen(config, key)
    entry = table_of(key)[part.name]
    return partial(load(entry.builder), **entry.bound, **part.parameters)


def value(config: TrialConfig, key: str) -> Value:
    """Return a number's value, or the catalog's default where the trial has none."""
    return config.values.get(key, NUMBERS[key].default)


def number(config: TrialConfig, key: str) -> float:
    """Return a value that cannot be none."""
    given = value(config, key)
    assert isinstance(given, int | float)
    return given
