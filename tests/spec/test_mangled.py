import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from maskopt.errors import SpecError
from maskopt.spec import read_spec

TEXT = (Path(__file__).parents[1] / "specs" / "good" / "everything.yaml").read_text("utf-8")
ODD = ["", "none", "[]", "{}", "[[1]]", "{a: {b: c}}", "-1", "1e400", "no", "'", "&x [*x]", "!t 1"]


def mangled() -> Iterator[str]:
    lines = TEXT.splitlines(keepends=True)
    for number in range(len(lines)):
        yield "".join(lines[:number] + lines[number + 1 :])
        yield "".join([*lines[:number], "  " + lines[number], *lines[number + 1 :]])
        yield "".join(lines[: number + 1])
    for number, line in enumerate(lines):
        for value in re.finditer(r"(?<=[:,\[] )[^,\]}\n{\[]+|(?<=\[)[^,\]}\n]+", line):
            for odd in ODD:
                changed = line[: value.start()] + odd + line[value.end() :]
                yield "".join([*lines[:number], changed, *lines[number + 1 :]])


def test_a_mangled_file_is_read_or_complained_about_but_never_a_crash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    file = Path("a.yaml")
    read, complaints = 0, []
    for text in islice(mangled(), 0, None, 5):
        file.write_text(text, encoding="utf-8")
        try:
            read_spec(file)
            read += 1
        except SpecError as error:
            complaints += str(error).splitlines()
    assert read > 20
    assert len(complaints) > 100
    assert all(line.startswith("a.yaml:") for line in complaints)
