"""Whether values that came from JSON have the form that they should have, with every place told.

A form is a type (`str`, `int`, `float`), a dict of named forms, all of them needed, `Each` for a
list or `Table` for a mapping from any name.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Each:
    """A list of one form; of a given length where that is not 0."""

    form: Any
    length: int = 0


@dataclass(frozen=True)
class Table:
    """A mapping from any name to one form; anything at all where there is none."""

    form: Any = None
    counted: bool = False  # whether names are whole numbers, from 0 on


@dataclass(frozen=True)
class Maybe:
    """A form of what may be left out of a dict of named forms."""

    form: Any


_ATTRIBUTE = {"name": str, "classes": Each(str), "cuts": Each(float)}
_MEMBER = {
    "study": str,
    "trial": int,
    "label_space": Each(Each(_ATTRIBUTE)),
    "backbone": str,
    "options": Table(),
    "image_size": int,
    "mean": Each(float, 3),
    "std": Each(float, 3),
    "weights": Each(str),
    "config": Table(),
    "views": str,
    "temperatures": Each(float),
    "view": Maybe({"name": str, "parameters": Table()}),
}
BUNDLE = {
    "maskopt": str,
    "attributes": Each(_ATTRIBUTE),
    "members": Each(_MEMBER),
    "ensembles": Each({"attributes": Each(str), "shares": Table(float, counted=True)}),
    "priors": Table(Each(float)),
    "photos": Each({"file": str, "probabilities": Table(Each(float)), "seen": Maybe(bool)}),
    "facts": Table(),
    "files": Table({"sha256": str, "bytes": int}),
    "digest": str,
}
"""The form of `bundle.json`, its format number apart."""

_COUNT = re.compile("0|[1-9][0-9]{0,8}")
_WORDS = {str: "a text", int: "a whole number", float: "a finite number", bool: "true or false"}


def misshapen(value: Any, form: Any, where: str = "") -> Iterator[str]:
    """Tell each place whose value has another form.

    Example:
        >>> list(misshapen({"a": [1, "x"]}, {"a": Each(int), "b": str}))
        ["a[1]: a whole number is wanted, got 'x'", 'b: is missing']
    """
    if isinstance(form, dict):
        yield from _named(value, form, where)
    elif isinstance(form, Each):
        yield from _listed(value, form, where)
    elif isinstance(form, Table):
        yield from _mapped(value, form, where)
    elif not _is_a(form, value):
        yield f"{where}: {_WORDS[form]} is wanted, got {_shown(value)}"


def _mapped(value: Any, form: Table, where: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{where}: a mapping is wanted, got {_shown(value)}"
        return
    for name, each in value.items():
        if form.counted and not _COUNT.fullmatch(name):
            yield f"{where}: names are whole numbers here, got {name!r}"
        if form.form is not None:
            yield from misshapen(each, form.form, f"{where}[{name!r}]")


def _named(value: Any, form: dict[str, Any], where: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{where}: a mapping is wanted, got {_shown(value)}"
        return
    for name, each in form.items():
        path = f"{where}.{name}" if where else name
        if name in value:
            yield from misshapen(value[name], each.form if isinstance(each, Maybe) else each, path)
        elif not isinstance(each, Maybe):
            yield f"{path}: is missing"
    if where:
        unknown = [name for name in value if name not in form]
        yield from (f"{where}: {name!r} is unknown" for name in unknown)


def _listed(value: Any, form: Each, where: str) -> Iterator[str]:
    if not isinstance(value, list):
        yield f"{where}: a list is wanted, got {_shown(value)}"
    elif form.length and len(value) != form.length:
        yield f"{where}: {form.length} values are wanted, got {len(value)}"
    else:
        for place, each in enumerate(value):
            yield from misshapen(each, form.form, f"{where}[{place}]")


def _is_a(form: type, value: Any) -> bool:
    if form is float and isinstance(value, int | float) and not isinstance(value, bool):
        return abs(value) <= 1e300 and not math.isnan(value)  # so that sums stay finite
    return isinstance(value, form) and (form is bool or not isinstance(value, bool))


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:37]}..."
