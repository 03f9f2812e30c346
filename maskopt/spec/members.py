"""Whether a value lies in a domain, and what it means there."""

from __future__ import annotations

import re

from maskopt.space import Choice, Domain, Fixed, IntRange, Value, show_value
from maskopt.spec.nodes import Items, Node, Text
from maskopt.spec.places import Complaint, listed
from maskopt.spec.values import NUMBER, WHOLE, shown


def read_member(domain: Domain, node: Node, path: str) -> Value:
    """Return a value of a domain.

    Raises:
        Complaint: It is not in the domain.
    """
    for value in _readings(node):
        if contains(domain, value):
            return value
    message = f"`try_first`: {path} {shown(node)} is not in the space: {in_words(domain)}"
    raise Complaint(node.place, message)


def _readings(node: Node) -> list[Value]:
    """What a node may mean: as a domain's values have types, one at most is in it."""
    if isinstance(node, Items):
        numbers = [_readings(item)[-1] for item in node.items]
        return [tuple(numbers)]
    if not isinstance(node, Text):
        return []
    readings: list[Value] = [node.text]
    if node.is_none:
        readings.append(None)
    if node.text.lower() in ("true", "false", "yes", "no", "on", "off"):
        readings.append(node.text.lower() in ("true", "yes", "on"))
    if re.fullmatch(WHOLE, node.text):
        readings.append(int(node.text))
    if re.fullmatch(NUMBER, node.text):
        readings.append(float(node.text))
    return readings


def contains(domain: Domain, value: Value) -> bool:
    """Tell whether a value lies in a domain, and has the type of its values."""
    if isinstance(domain, Fixed):
        return type(value) is type(domain.value) and value == domain.value
    if isinstance(domain, Choice):
        return any(contains(Fixed(option.name), value) for option in domain.options)
    kind = int if isinstance(domain, IntRange) else float
    if type(value) is not kind or not domain.low <= value <= domain.high:
        return False
    steps = (value - domain.low) / domain.step if domain.step else 0.0
    return abs(steps - round(steps)) < 1e-9


def in_words(domain: Domain) -> str:
    """Return what a domain holds: `from 1e-05 to 0.003`, `resnet34, resnet50`."""
    if isinstance(domain, Fixed):
        return f"only {show_value(domain.value)}"
    if isinstance(domain, Choice):
        return listed(show_value(option.name) for option in domain.options)
    step = f" in steps of {domain.step:g}" if domain.step and domain.step != 1 else ""
    return f"from {domain.low:g} to {domain.high:g}{step}"
