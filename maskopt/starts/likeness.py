"""How alike two points of a space are."""

from __future__ import annotations

from collections.abc import Mapping
from math import log

from maskopt.space import Choice, FloatRange, IntRange, SearchSpace, Value

NEAR = 0.1
"""Share of a range within which two numbers are nearly the same."""


def are_alike(one: Mapping[str, Value], other: Mapping[str, Value], space: SearchSpace) -> bool:
    """Tell whether two points choose the same names, and nearly the same numbers.

    What both leave to be drawn is alike; what one of them leaves is not.
    """
    for path, domain in space.varying():
        if (path in one) is not (path in other):
            return False
        if path in one and _apart(domain, one[path], other[path]) > NEAR:
            return False
    return True


def _apart(domain: FloatRange | IntRange | Choice, one: Value, other: Value) -> float:
    """Return the distance of two values as a share of their range; 1 between two names."""
    if isinstance(domain, Choice):
        return float(one != other)
    assert isinstance(one, int | float)
    assert isinstance(other, int | float)
    if domain.log:
        return abs(log(one / other)) / log(domain.high / domain.low)
    return abs(one - other) / (domain.high - domain.low)
