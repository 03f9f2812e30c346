"""Pictures of the model card: a confusion matrix, and F1 by class, as SVG written by hand.

They need no library and no script, are legible 400 pixels wide, and bring their own background.

Letters of shapes: C classes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from maskopt.bundle.svg import FAINT, INK, PAPER, WIDTH, extent, page, rect, text, written

MOST_CLASSES = 40
"""With more, a picture shows nothing that can be told apart."""

_MARGIN = 16
_NAMED = 8  # classes up to which rows and columns are named at the matrix itself
_NUMBERED = 24  # classes up to which cells have room for numbers
_KEY = "photos, and their share of the row"
_LIGHT, _DARK = (240, 245, 251), (8, 69, 148)
_BAR, _TRACK = "#2f6fb3", "#e6ebf1"

Counts = Sequence[Sequence[int]]


@dataclass(frozen=True)
class _Grid:
    """Where the cells of a confusion matrix lie, and what they say."""

    classes: Sequence[str]
    counts: Counts

    top = 96.0

    @property
    def named(self) -> bool:
        return len(self.classes) <= _NAMED

    @property
    def left(self) -> float:
        longest = max(extent(f"0 {each}", 14) for each in self.classes)
        return _MARGIN + min(longest + 8, 0.34 * WIDTH) if self.named else 42.0

    @property
    def width(self) -> float:
        return (WIDTH - _MARGIN - self.left) / len(self.classes)

    @property
    def height(self) -> float:
        return min(self.width, 64.0) if self.named else self.width

    @property
    def bottom(self) -> float:
        return self.top + self.height * len(self.classes)

    @property
    def headed(self) -> bool:
        """Whether columns have room for the classes' names."""
        return self.named and max(extent(each, 13) for each in self.classes) <= self.width - 4


def draw_confusion(name: str, classes: Sequence[str], counts: Counts) -> str:
    """Draw photos by true class (row) and predicted class (column), shaded by share of the row.

    Args:
        name: What the classes are of.
        classes: Their names, [C].
        counts: Photos, [C, C].
    """
    grid = _Grid(classes, counts)
    few = len(classes) <= _NUMBERED
    key = "in percent of the row's photos" if few else "shaded by the share of the row's photos"
    hint = "rows: the true class, columns: the predicted class"
    legend = [] if grid.named else _legend(classes, grid.bottom + 30)
    parts = [
        text(_MARGIN, 50, hint, size=13, fill=FAINT),
        text(_MARGIN, 68, _KEY if grid.named else key, size=13, fill=FAINT),
        *_columns(grid),
        *_rows(grid),
        *(line for row in range(len(classes)) for line in _cells(grid, row)),
        *legend,
    ]
    below = 14 + 20 * -(-len(classes) // _legend_columns(classes)) if legend else 0
    spoken = (f"{each}: {counts[i][i]:,} of {sum(counts[i]):,}" for i, each in enumerate(classes))
    described = "photos that were told right, by class; " + "; ".join(spoken)
    return page(grid.bottom + below + _MARGIN, f"Confusion: {name}", described, parts)


def draw_f1(
    name: str, classes: Sequence[str], scores: Sequence[float | None], photos: Sequence[int] | None
) -> str:
    """Draw F1 by class as bars.

    Args:
        name: What the classes are of.
        classes: Their names, [C].
        scores: F1 in [0, 1], none for a class without a photo, [C].
        photos: How many photos are of each class, [C].
    """
    full = WIDTH - 2 * _MARGIN
    told = ["no photo" if score is None else f"{score:.3f}" for score in scores]
    parts = []
    for place, (each, score) in enumerate(zip(classes, scores, strict=True)):
        y = 62 + 38 * place
        count = "" if photos is None or score is None else f"{photos[place]:,} photos · "
        label = each if len(classes) <= _NAMED else f"{place} {each}"
        parts += [
            text(_MARGIN, y, label, room=full - extent(count + told[place], 14)),
            text(WIDTH - _MARGIN, y, count + told[place], anchor="end"),
            rect(_MARGIN, y + 7, full, 10, _TRACK, 5),
            rect(_MARGIN, y + 7, full * min(max(score or 0.0, 0.0), 1.0), 10, _BAR, 5),
        ]
    described = "; ".join(f"{each}: {score}" for each, score in zip(classes, told, strict=True))
    return page(62 + 38 * len(classes), f"F1 by class: {name}", described, parts)


def _columns(grid: _Grid) -> Iterator[str]:
    for place, name in enumerate(grid.classes):
        x = grid.left + grid.width * (place + 0.5)
        told = name if grid.headed else str(place)
        size = 13 if grid.named else min(13.0, 0.62 * grid.width)
        yield text(x, grid.top - 7, told, size=size, anchor="middle")


def _rows(grid: _Grid) -> Iterator[str]:
    for place, name in enumerate(grid.classes):
        told = str(place) if not grid.named else name if grid.headed else f"{place} {name}"
        size = min(14.0, 0.9 * grid.height)
        y = grid.top + grid.height * (place + 0.5) + 0.36 * size
        room = grid.left - 8 - _MARGIN
        yield text(grid.left - 8, y, told, room=room, size=size, anchor="end")


def _cells(grid: _Grid, row: int) -> Iterator[str]:
    total = sum(grid.counts[row])
    y = grid.top + grid.height * row
    for column, count in enumerate(grid.counts[row]):
        share = count / total if total else 0.0
        x = grid.left + grid.width * column
        said = f"{count:,} of {total:,} of {grid.classes[row]}: {grid.classes[column]}"
        yield f"<g><title>{written(said)}</title>"
        yield rect(x + 0.5, y + 0.5, grid.width - 1, grid.height - 1, _shade(share), 2)
        yield from _figures(grid, (x + grid.width / 2, y + grid.height / 2), count, share)
        yield "</g>"


def _figures(grid: _Grid, middle: tuple[float, float], count: int, share: float) -> Iterator[str]:
    x, y = middle
    fill = PAPER if share > 0.65 else INK
    percent = f"{100 * share:.0f}"
    if grid.named:
        yield text(x, y - 1, f"{count:,}", anchor="middle", fill=fill)
        yield text(x, y + 14, f"{percent} %", size=12, anchor="middle", fill=fill)
    elif count and len(grid.classes) <= _NUMBERED:
        size = min(13.0, 0.52 * grid.width)
        yield text(x, y + 0.36 * size, percent, size=size, anchor="middle", fill=fill)


def _shade(share: float) -> str:
    light = (round(a + (b - a) * share) for a, b in zip(_LIGHT, _DARK, strict=True))
    return "#" + "".join(f"{each:02x}" for each in light)


def _legend_columns(classes: Sequence[str]) -> int:
    longest = max(extent(f"00 {each}", 13) for each in classes)
    return 2 if longest <= WIDTH / 2 - _MARGIN else 1


def _legend(classes: Sequence[str], top: float) -> list[str]:
    columns = _legend_columns(classes)
    width, lines = (WIDTH - _MARGIN) / columns, -(-len(classes) // columns)
    return [
        text(
            _MARGIN + width * (place // lines),
            top + 20 * (place % lines),
            f"{place} {name}",
            room=width - 8,
            size=13,
        )
        for place, name in enumerate(classes)
    ]
