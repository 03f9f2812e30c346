"""Columns of text: coloured and folded on a terminal, whole and plain anywhere else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from maskopt.report.wording import plain

_GAP = 2
_LEAST_FOLD = 20  # columns under which a folded column is harder to read than a broken line


@dataclass(frozen=True)
class Column:
    """One column of a grid.

    Attributes:
        title: Its head.
        right: Numbers stand to the right.
        style: Its cells' colour on a terminal.
    """

    title: str = ""
    right: bool = False
    style: str = ""


@dataclass(frozen=True)
class Grid:
    """Rows in columns; a grid whose columns have no titles has no head.

    Attributes:
        folds: On a terminal the last column continues on the next line under itself; what is
            to be copied must not fold.
        indent: Columns left free at the left.
    """

    columns: Sequence[Column]
    rows: Sequence[Sequence[str | Text]]
    folds: bool = True
    indent: int = 0

    @property
    def width(self) -> int:
        """The width in columns where nothing folds."""
        return self.indent + sum(self._widths) + _GAP * (len(self.columns) - 1)

    @property
    def _widths(self) -> list[int]:
        lines = [[column.title for column in self.columns], *self.rows]
        return [max(_cells(cell) for cell in cells) for cells in zip(*lines, strict=True)]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield one text a line."""
        widths = self._widths
        before = self.indent + sum(width + _GAP for width in widths[:-1])
        room = options.max_width - before
        fold = room if self.folds and console.is_terminal and room >= _LEAST_FOLD else None
        if any(column.title for column in self.columns):
            head = [Text(column.title, "bold") for column in self.columns]
            yield from self._lines(head, widths, fold, console)
        for row in self.rows:
            cells = [
                cell if isinstance(cell, Text) else Text(plain(cell), column.style)
                for cell, column in zip(row, self.columns, strict=True)
            ]
            yield from self._lines(cells, widths, fold, console)

    def _lines(
        self, cells: list[Text], widths: list[int], fold: int | None, console: Console
    ) -> RenderResult:
        line = Text(" " * self.indent, no_wrap=True, overflow="ignore")
        for cell, width, column in zip(cells[:-1], widths, self.columns, strict=False):
            space = " " * (width - _cells(cell))
            line.append(space if column.right else "").append_text(cell)
            line.append("" if column.right else space).append(" " * _GAP)
        last, column = cells[-1], self.columns[-1]
        if column.right:
            line.append(" " * (widths[-1] - _cells(last)))
        folded = list(last.wrap(console, fold)) if fold else [last]
        before = cell_len(line.plain)
        for index, part in enumerate(folded or [Text()]):
            start = line.copy() if index == 0 else Text(" " * before, no_wrap=True)
            whole = start.append_text(part)
            whole.rstrip()
            whole.overflow = "ignore"
            yield whole


def _cells(cell: str | Text) -> int:
    return cell_len(cell.plain if isinstance(cell, Text) else plain(cell))
