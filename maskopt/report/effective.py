"""What really ran in a trial, as lines: its effective configuration."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from maskopt.report.grid import Column, Grid
from maskopt.report.wording import plain

IS = "is"
"""Under this name the record tells what kind of thing something is."""

_DIGITS = 5


def effective_view(effective: Mapping[str, Any]) -> Grid | None:
    """Return a line for each thing that a training was made of; none where that is not known.

    Args:
        effective: Plain values, nested at will: sections, and what they hold.
    """
    if not effective:
        return None
    rows = [row for name, section in effective.items() for row in _rows(name, section)]
    return Grid([Column("what really ran"), Column()], [list(row) for row in rows])


def _rows(name: str, section: Any) -> Iterator[tuple[str, str]]:
    """Give a line to a section, and one to each of its parts that has parts of its own."""
    if isinstance(section, Sequence) and not isinstance(section, str):
        if not any(isinstance(each, Mapping) for each in section):
            yield name, _words(section)
        for place, each in enumerate(section):
            if isinstance(each, Mapping):
                yield (name if place == 0 else ""), _words(each)
        return
    if not isinstance(section, Mapping):
        yield name, _words(section)
        return
    inner = {key: each for key, each in section.items() if _is_large(each)}
    rest = {key: each for key, each in section.items() if key not in inner}
    if rest:
        yield name, _words(rest)
    elif inner:
        yield name, ""
    for key, each in inner.items():
        for title, words in _rows(str(key), each):
            yield (f"  {title}" if title else ""), words


def _is_large(value: Any) -> bool:
    if isinstance(value, Mapping):
        return True
    return isinstance(value, list) and any(isinstance(each, Mapping) for each in value)


def _words(value: Any) -> str:
    """Return a value on one line: `AdamW(lr 0.001, betas [0.9, 0.999])`."""
    if isinstance(value, Mapping):
        inside = ", ".join(
            f"{plain(str(key))} {_words(each)}" for key, each in value.items() if key != IS
        )
        kind = value.get(IS)
        if kind is None:
            return inside
        return f"{plain(str(kind))}({inside})" if inside else plain(str(kind))
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_words, value))}]" if value else "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.{_DIGITS}g}"
    if isinstance(value, int):
        return f"{value:,}"
    return "none" if value is None else plain(str(value))
