"""A CSV file with a column `path`, relative to the file, and one column a fact."""

from __future__ import annotations

import posixpath
from pathlib import Path

from maskopt.data.facts import Facts
from maskopt.data.listing import is_junk
from maskopt.data.problems import Problems
from maskopt.data.tables import Table, read_table

LOOKS = "a .csv file with a column `path` and one column a fact: path,mask,person"


def read_manifest(file: Path, problems: Problems) -> Facts | None:
    """Return the facts of all photos that a manifest names."""
    table = read_table(file, ("path",), problems)
    if table is None:
        return None
    if not table.rows:
        problems.say("names no photos")
        return None
    written = table.column("path")
    paths = [posixpath.normpath(path.replace("\\", "/")) if path else "" for path in written]
    kept = _usable(paths, table, problems)
    columns = {
        name: [table.rows[row][index] for row in kept]
        for index, name in enumerate(table.columns)
        if name != "path"
    }
    lines = [table.lines[row] for row in kept]
    return Facts(
        file.parent, "manifest", [paths[row] for row in kept], columns, frozenset(), lines
    )


def _usable(paths: list[str], table: Table, problems: Problems) -> list[int]:
    """Return the rows that name a photo, in the order of the paths; tell of the others."""
    nowhere, absolute, junk, twice = [], [], [], []
    rows: dict[str, int] = {}
    for row, (path, line) in enumerate(zip(paths, table.lines, strict=True)):
        if not path:
            nowhere.append(f"line {line}")
        elif path.startswith("/") or path[1:2] == ":":
            absolute.append(f"{path} (line {line})")
        elif is_junk(posixpath.basename(path)):
            junk.append(f"{path} (line {line})")
        elif path in rows:
            twice.append(f"{path} (lines {table.lines[rows[path]]} and {line})")
        else:
            rows[path] = row
    problems.error(nowhere, "row has no path", "rows have no path", "write one or remove the row")
    relative = "write paths relative to the manifest"
    problems.error(absolute, "path is absolute", "paths are absolute", relative)
    one, many = "path stands twice", "paths stand twice"
    problems.error(twice, one, many, "keep one row of each photo")
    one = "row names a file that is no photo of yours and is ignored"
    many = "rows name files that are no photos of yours and are ignored"
    problems.warn(junk, one, many, "remove the row")
    return [rows[path] for path in sorted(rows)]
