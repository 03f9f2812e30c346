"""Quotes in tables: a cell may hold lines, and one that never ends is the only thing told."""

from __future__ import annotations

import csv
import io
from itertools import product

import pytest

from maskopt.data.problems import Problems
from maskopt.data.tables import read_table

HEAD = "path,mask,person\n"
ROWS = [f"{name}.jpg,wear,anna\n" for name in "abcdef"]
NEVER = "photos: the quote opened in line {} is never closed; close or remove it"


def test_a_quote_that_is_never_closed_is_told_with_its_line_and_alone(tmp_path, run_audit):
    rows = [*ROWS[:3], f'"{ROWS[3]}', *ROWS[4:], "gone.jpg,war,anna\n"]
    (tmp_path / "all.csv").write_text(HEAD + "".join(rows))
    found = run_audit(tmp_path / "all.csv", group="person")
    assert (found.errors, found.warnings) == ((NEVER.format(5),), ())


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('"path,mask\na.jpg,wear\n', 1),
        ('path,mask\n"a.jpg",wear\nb.jpg, "wear\n\nc.jpg,wear', 3),
        ('path;mask\r\n"a\r\nb.jpg";wear\r\nc.jpg;"wear""\r\n', 4),
        ('path,mask\ra.jpg,wear\rb.jpg,"wear', 3),
        ('path,mask\na.jpg,"' + "x" * 200_000, 2),
    ],
    ids=["first line", "last cell", "behind a cell of two lines", "old line ends", "long"],
)
def test_it_is_told_wherever_it_stands(tmp_path, text, line):
    (tmp_path / "all.csv").write_bytes(text.encode())
    problems = Problems("photos")
    assert read_table(tmp_path / "all.csv", ("path",), problems) is None
    assert problems.errors == [NEVER.format(line)]


def test_a_row_is_told_by_its_first_line_where_a_cell_holds_several(tmp_path):
    (tmp_path / "all.csv").write_text('path,mask\na.jpg,"we\nar",x\nb.jpg\n')
    problems = Problems("photos")
    table = read_table(tmp_path / "all.csv", ("path",), problems)
    assert table is not None
    assert table.rows == []
    assert problems.errors == [
        "photos: 2 lines have not the 2 cells of the first one: line 2 has 3, line 4 has 1; quote "
        "cells that hold the separator, and fill up short lines"
    ]


def test_quotes_are_open_at_the_end_where_the_csv_module_reads_on(tmp_path):
    """Every text of up to four of these letters, behind a head; only open ones are told."""
    texts = ["".join(each) for length in range(1, 5) for each in product('", a\n', repeat=length)]
    file = tmp_path / "all.csv"
    wrong = []
    for text in texts:
        whole = f"a,b\n{text}"
        more = csv.reader(io.StringIO(f"{whole}\nz", newline=""), skipinitialspace=True)
        is_open = list(more)[-1] != ["z"]
        file.write_text(whole)
        problems = Problems("photos")
        read_table(file, ("a",), problems)
        if is_open != any("never closed" in each for each in problems.errors):
            wrong.append(text)
    assert wrong == []
