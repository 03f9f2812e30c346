"""Times in words: `8h`, `90m`, `1h30m`, `45s`, `2d`."""

from __future__ import annotations

import re
from pathlib import Path

from maskopt.errors import SpecError
from maskopt.spec.nodes import Node, Text
from maskopt.spec.places import Complaint, Place, Source

_UNITS = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
TIME = "".join(rf"(?:[0-9]+(?:\.[0-9]+)?{unit})?" for unit in _UNITS)
"""Pattern of a time; every unit may be left out, so that it also matches nothing."""


MOST = 36_500 * _UNITS["d"]
"""A hundred years: what is longer is a slip, and no calendar holds where it ends."""


def read_seconds(node: Node, path: str) -> float | None:
    """Return a time in seconds, or none for `none`: `8h`, `90m`, `1h30m`, `45s`, `2d`.

    Raises:
        Complaint: It is no time, no time at all, or longer than any sweep.
    """
    if isinstance(node, Text) and node.is_none and node.text:
        return None
    text = node.text if isinstance(node, Text) else ""
    parts = re.findall(r"([0-9.]+)([dhms])", text) if re.fullmatch(TIME, text) else []
    seconds = sum(float(number) * _UNITS[unit] for number, unit in parts)
    if seconds <= 0:
        raise Complaint(
            node.place, f"`{path}` must be a time such as 8h, 90m, 1h30m or 45s, got {node}"
        )
    if seconds > MOST:
        message = f"`{path}` must be a time up to 36500d, got {node}; for no limit leave it out"
        raise Complaint(node.place, message)
    return seconds


def parse_seconds(text: str, option: str) -> float:
    """Return a time that was typed on the command line in seconds.

    Raises:
        SpecError: It is no time, or too long.
    """
    place = Place(Source(option, Path.cwd()))
    try:
        seconds = read_seconds(Text(place, text), option)
    except Complaint as complaint:
        raise SpecError(complaint.message) from None
    if seconds is None:
        raise SpecError(f"`{option}` must be a time such as 8h, 90m, 1h30m or 45s, got {text}")
    return seconds


def write_seconds(seconds: float) -> str:
    """Return a time as `read_seconds` reads it, to a thousandth of a second.

    Example:
        >>> write_seconds(28800), write_seconds(5400), write_seconds(0.5)
        ('8h', '1h30m', '0.5s')
    """
    text = ""
    for unit, length in (("h", 3_600), ("m", 60)):
        whole, seconds = divmod(seconds, length)
        text += f"{int(whole)}{unit}" if whole else ""
    rest = f"{seconds:.3f}".rstrip("0").rstrip(".")
    return text if text and rest == "0" else f"{text}{rest}s"
