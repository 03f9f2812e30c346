"""Words of Markdown: tables whose cells may hold any name, numbers as people read them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any


def table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> list[str]:
    """Return a table's lines and an empty one; cells are escaped.

    Example:
        >>> table(["class", "F1"], [["a", "0.5"]])
        ['| class | F1 |', '|---|---|', '| a | 0.5 |', '']
    """
    return [
        f"| {' | '.join(map(cell, head))} |",
        "|" + "---|" * len(head),
        *(f"| {' | '.join(map(cell, row))} |" for row in rows),
        "",
    ]


def cell(value: Any) -> str:
    """Return a value as a line of Markdown shows it, whatever signs it holds.

    Example:
        >>> cell("not_wear"), cell("<b> & c")
        ('not_wear', '&lt;b> &amp; c')
    """
    line = " ".join(str(value).split())
    line = re.sub(r"([\\`*|\[\]])", r"\\\1", line)
    return line.replace("&", "&amp;").replace("<", "&lt;")


def prose(told: Any) -> str:
    """Return a sentence; what stands between backticks stays code.

    Example:
        >>> prose("see `maskopt show` for <all>")
        'See `maskopt show` for &lt;all>.'
    """
    line = " ".join(str(told).split()).replace("&", "&amp;").replace("<", "&lt;")
    return line[:1].upper() + line[1:] + ("" if line.endswith((".", "?", "!")) else ".")


def number(value: float | None) -> str:
    """Return a score with three places, a dash where there is none."""
    return "–" if value is None else f"{value:.3f}"


def interval(low: float | None, high: float | None) -> str:
    """Return an interval, a dash where there is none."""
    return "–" if low is None or high is None else f"{low:.3f} to {high:.3f}"


def percent(share: float) -> str:
    """Return a share in percent with one place."""
    return f"{100 * share:.1f} %"


def listed(names: Sequence[str]) -> str:
    """Return names as a sentence holds them.

    Example:
        >>> listed(["mask", "gender", "age"])
        'mask, gender and age'
    """
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
