"""Completes a point by plain values, so that a start is the same whoever tries it, and when."""

from __future__ import annotations

from collections.abc import Mapping
from math import sqrt

from maskopt.catalog.parts import (
    HEAD_LOSSES,
    NUMBERS,
    PARTS,
    default_of,
    parameter_of,
    split_path,
)
from maskopt.space import Choice, FloatRange, IntRange, SearchSpace, Value
from maskopt.starts.fitting import nearest_value


def complete_point(point: Mapping[str, Value], space: SearchSpace) -> dict[str, Value]:
    """Return a point with a plain value wherever it leaves one to be drawn.

    Plain is the catalog's default, or what is near it; else the middle of a range, the geometric
    one of a logarithmic range, and the first of several options. Probes of backbones that are to
    be compared should not differ by luck.

    Example:
        >>> space = SearchSpace({"lr": FloatRange(1e-4, 1e-2), "dropout": FloatRange(0.2, 0.6)})
        >>> complete_point({"lr": 3e-3}, space)
        {'lr': 0.003, 'dropout': 0.4}
    """
    whole: dict[str, Value] = {}

    def suggest(path: str, domain: FloatRange | IntRange | Choice) -> Value:
        whole[path] = point[path] if path in point else plain_value(path, domain)
        return whole[path]

    space.draw(suggest)
    return whole


def plain_value(path: str, domain: FloatRange | IntRange | Choice) -> Value:
    """Return the catalog's default of a path if the domain has it or one near it, or a middle."""
    known, default = _default(path)
    if known:
        found = nearest_value(path, domain, default)
        if found is not None:
            return found[0]
    return middle_value(domain)


def middle_value(domain: FloatRange | IntRange | Choice) -> Value:
    """Return the middle of a range, of its logarithm where that is drawn; or the first option."""
    if isinstance(domain, Choice):
        return domain.options[0].name
    middle = sqrt(domain.low * domain.high) if domain.log else (domain.low + domain.high) / 2
    middle = float(f"{middle:.3g}")
    if domain.step:
        steps = round((middle - domain.low) / domain.step)
        middle = float(f"{domain.low + steps * domain.step:.12g}")  # 0.3 and not 0.1 + 0.2
    inside = min(max(middle, domain.low), domain.high)
    return round(inside) if isinstance(domain, IntRange) else inside


def _default(path: str) -> tuple[bool, Value]:
    """Tell whether the catalog has a default for a path, and which."""
    if path in NUMBERS:
        return True, NUMBERS[path].default
    key, inside = split_path(path)
    if key not in PARTS and not key.startswith(f"{HEAD_LOSSES}."):
        return False, None
    if not inside:
        return (True, default_of(key)) if key != "backbone" else (False, None)
    parameter = parameter_of(path)
    return (False, None) if parameter is None else (True, parameter.default)
