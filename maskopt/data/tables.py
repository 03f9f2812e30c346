"""CSV files as people write them: byte-order marks, spaces and semicolons included."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from maskopt.data.problems import Problems, shown
from maskopt.errors import did_you_mean

_DELIMITERS = ",;\t|"


@dataclass(frozen=True)
class Table:
    """A CSV file's cells without surrounding spaces.

    Attributes:
        columns: Names from the first line.
        rows: As many cells each as there are columns; blank lines are left out.
        lines: Number of each row's first line in the file, from 1.
    """

    columns: tuple[str, ...]
    rows: list[list[str]]
    lines: list[int]

    def column(self, name: str) -> list[str]:
        """Return a column's cells."""
        index = self.columns.index(name)
        return [row[index] for row in self.rows]


def read_table(file: Path, needed: Sequence[str], problems: Problems) -> Table | None:
    """Read a CSV file; what is wrong with it is told to `problems`, whose place is the file.

    Args:
        file: Separated by commas, semicolons, tabs or bars: whichever the first line has.
        needed: Columns that must be there.
        problems: Gathers errors. Rows of the wrong length are left out; without the columns
            that are needed, none is returned.
    """
    text = _read_text(file, problems)
    if text is None:
        return None
    first = text.lstrip().partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    opened = _unclosed(text, delimiter)
    if opened is not None:  # all that follows is in one cell, and would be told of wrongly
        problems.say(f"the quote opened in line {opened} is never closed; close or remove it")
        return None
    table = _parse(text, delimiter, problems)
    if table and not table.columns:
        named = f": {','.join(needed)}" if needed else ""
        problems.say(f"is empty; the first line names the columns{named}")
        return None
    return table if table and _has_columns(table, needed, problems) else None


def _read_text(file: Path, problems: Problems) -> str | None:
    try:
        text = file.read_text(encoding="utf-8-sig", errors="strict")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        problems.say(f"line {line} is not UTF-8; save the file as CSV in UTF-8")
    except OSError as error:
        problems.say(f"cannot be read ({error.strerror})")
    else:
        if "\0" not in text:
            return text
        line = text[: text.index("\0")].count("\n") + 1
        problems.say(f"line {line} holds a zero byte; save the file as CSV in UTF-8")
    return None


def _unclosed(text: str, delimiter: str) -> int | None:
    """Return the line of a cell's quote that is open at the end, from 1, or none."""
    if '"' not in text:
        return None
    rest = rf"[^{re.escape(delimiter)}\r\n]*"
    quoted = rf'"[^"]*(?:""[^"]*)*"(?!"){rest}'
    cell = re.compile(rf'(?: *+)(?:{quoted}|(?!"){rest})(?:{re.escape(delimiter)}|\r\n?|\n|\Z)')
    place = 0
    while place < len(text):
        found = cell.match(text, place)
        if found is None:
            return len(io.StringIO(text[: place + 1], newline="").readlines())
        place = found.end()
    return None


def _parse(text: str, delimiter: str, problems: Problems) -> Table | None:
    stream = io.StringIO(text, newline="")
    reader = csv.reader(stream, delimiter=delimiter, skipinitialspace=True)
    rows: list[list[str]] = []
    lines: list[int] = []
    line = 1
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if any(cells):
                rows.append(cells)
                lines.append(line)
            line = reader.line_num + 1  # a cell in quotes may go on over several
    except csv.Error as error:
        problems.say(f"line {reader.line_num} cannot be read ({error})")
        return None
    columns = tuple(rows[0]) if rows else ()
    numbered = list(zip(rows, lines, strict=True))[1:]
    uneven = [f"line {line} has {len(row)}" for row, line in numbered if len(row) != len(columns)]
    problems.error(
        uneven,
        f"line has not the {len(columns)} cells of the first one",
        f"lines have not the {len(columns)} cells of the first one",
        "quote cells that hold the separator, and fill up short lines",
    )
    even = [(row, line) for row, line in numbered if len(row) == len(columns)]
    return Table(columns, [row for row, _ in even], [line for _, line in even])


def _has_columns(table: Table, needed: Sequence[str], problems: Problems) -> bool:
    seen = f"columns: {', '.join(shown(name) for name in table.columns)}"
    for name in needed:
        if name not in table.columns:
            near = did_you_mean(name, table.columns)
            problems.say(f"no column {name!r}; {seen}{near}")
    twice = sorted({name for name in table.columns if table.columns.count(name) > 1})
    if twice:
        problems.say(f"column {shown(twice[0])!r} stands twice in the first line; {seen}")
    return not twice and all(name in table.columns for name in needed)
