"""Where a prediction's rows go: a file that is whole or not there, or stdout."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import TextIO

from maskopt.data.atomic import replacing
from maskopt.data.listing import EXTENSIONS
from maskopt.data.unlabelled import INFO
from maskopt.errors import DataError

STDOUT = "-"

WriteRows = Callable[[Iterable[Sequence[str]]], None]


def check_output(output: str, photos: Path) -> None:
    """Refuse an output that cannot be written, before any work is done.

    Raises:
        DataError: It is a folder, a photo, or the very list of photos that is read; or its folder
            cannot be made or written to.
    """
    if output == STDOUT:
        return
    place = Path(output)
    if place.is_dir():
        raise DataError(f"{place}: is a folder; name a file: -o {place / 'output.csv'}")
    if place.exists() and place.suffix.lower() in EXTENSIONS:
        raise DataError(f"{output}: is a photo; name another file with -o")
    listed = photos / INFO if photos.is_dir() else photos
    if place.exists() and listed.exists() and place.samefile(listed):
        raise DataError(f"{output}: is the list of photos itself; name another file with -o")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        if place.is_file() or not place.exists():  # beside /dev/null nothing is written
            TemporaryFile(dir=place.resolve().parent).close()
    except FileExistsError as error:
        raise DataError(f"{output}: cannot be written, {error.filename} is no folder") from None
    except OSError as error:
        raise DataError(f"{output}: cannot be written ({error.strerror})") from None


@contextmanager
def writing_rows(output: str, header: Sequence[str]) -> Iterator[WriteRows]:
    """Give what takes rows as they come; a file stands in its place once all went well."""
    if output == STDOUT:
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8", errors="surrogateescape")
        yield _start(sys.stdout, header)
        sys.stdout.flush()
        return
    place = Path(output).resolve()  # a link stays one
    if place.exists() and not place.is_file():  # /dev/null must not become a file
        with place.open("w", encoding="utf-8", errors="surrogateescape") as stream:
            yield _start(stream, header)
        return
    with (
        replacing(place) as beside,
        beside.open("w", encoding="utf-8", errors="surrogateescape", newline="") as stream,
    ):
        yield _start(stream, header)


def _start(stream: TextIO, header: Sequence[str]) -> WriteRows:
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(header)
    return writer.writerows
