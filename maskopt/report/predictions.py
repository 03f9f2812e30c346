"""The end of a prediction in words: how many photos, how fast, and the proportions of classes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from maskopt.errors import plural
from maskopt.labels import Attribute
from maskopt.report.grid import Column, Grid
from maskopt.report.wording import duration, plain
from maskopt.votes.shift import Adaptation


def prediction_line(photos: int, unread: int, seconds: float, output: str) -> str:
    """Return what was predicted, where it lies, and how fast.

    Example:
        >>> prediction_line(2100, 1, 30.0, "out.csv")
        'out.csv: 2,100 photos in 30 s, 70 a second; 1 photo unreadable, its row is empty'
    """
    speed = photos / max(seconds, 1e-9)
    rate = f"{speed:,.0f}" if speed >= 10 else f"{speed:.1f}"
    line = f"{plain(output)}: {plural(photos, 'photo')} in {duration(seconds)}, {rate} a second"
    one, many = (
        "photo unreadable, its row is empty",
        "photos unreadable, their rows are empty",
    )
    return f"{line}; {plural(unread, one, many)}" if unread else line


def verified_line(bundle: str, photos: int, difference: float, tolerance: float) -> str:
    """Return that a bundle predicts what it did when it was made.

    Example:
        >>> verified_line("people.bundle", 64, 3e-7, 1e-4)
        'people.bundle: whole; 64 photos predicted again, differ by 3e-07 (at most 0.0001)'
    """
    return (
        f"{plain(bundle)}: whole; {plural(photos, 'photo')} predicted again, differ by "
        f"{difference:.1g} (at most {tolerance:g})"
    )


def adaptation_summary(
    attributes: Sequence[Attribute], adaptation: Mapping[str, Adaptation | str]
) -> Group:
    """Return each attribute's estimated class proportions, and whether they are corrected for.

    Args:
        attributes: What was answered, in the order of the summary.
        adaptation: By attribute; a text says why nothing could be estimated.
    """
    unable: dict[str, list[str]] = {}
    parts: list[RenderableType] = []
    for attribute in attributes:
        found = adaptation.get(attribute.name)
        if isinstance(found, str):
            unable.setdefault(found, []).append(plain(attribute.name))
        elif found is not None:
            parts += _estimate(attribute, found)
    for why, names in unable.items():
        label = f"{', '.join(names)}: not adapted"
        parts.append(Text.assemble((label, "bold yellow"), f": {plain(why)}"))
    return Group(*parts)


def _estimate(attribute: Attribute, found: Adaptation) -> Iterator[RenderableType]:
    name = plain(attribute.name)
    word, style = ("adapted", "green") if found.applied else ("not adapted", "yellow")
    yield Text(f"{name}: {word}", f"bold {style}")
    yield from (Text(f"  {plain(reason)}") for reason in found.reasons)
    columns = (
        Column("class"),
        Column("in training", right=True),
        Column("estimated", right=True),
        Column("95 % interval", right=True),
    )
    rows = [
        [
            plain(name),
            f"{found.priors[place]:.1%}",
            f"{found.proportions[place]:.1%}",
            f"{found.low[place]:.1%} to {found.high[place]:.1%}",
        ]
        for place, name in enumerate(attribute.classes)
    ]
    yield Grid(columns, rows, indent=2)
