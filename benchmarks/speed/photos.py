"""The photos that all sides train on: drawn people or one's own, repeated to fill an epoch."""

from __future__ import annotations

import sys
from itertools import cycle, islice
from pathlib import Path

import numpy as np

from maskopt.data.people import draw_people
from maskopt.data.photos import PhotoTable, write_photos
from maskopt.data.problems import Problems
from maskopt.data.unlabelled import find_photos
from speed.cases import CLASSES

PEOPLE = 100  # 7 photos each; others of an epoch are these again


def gather_files(data: Path | None, folder: Path) -> list[Path]:
    """Return the photos that a folder or a manifest names, absolute; without one, draw people.

    Args:
        data: A folder or a manifest.
        folder: Where people are drawn.
    """
    if data is None:
        draw_people(folder / "people", PEOPLE, eval_people=1)
        return sorted((folder / "people" / "train").resolve().rglob("*.jpg"))
    problems = Problems(str(data))
    found = find_photos(data.absolute(), problems)
    if found is None or problems.errors:
        sys.exit("\n".join(problems.errors))
    return [Path(found.file(index)).resolve() for index in range(len(found))]


def write_table(files: list[Path], photos: int, file: Path) -> None:
    """Write the table of an epoch's photos: files again and again, classes in turn.

    The decoded photos of an epoch then take as much memory as those of so many different ones.
    """
    paths = [each.as_posix().lstrip("/") for each in islice(cycle(files), photos)]
    numbers = np.arange(photos)
    ids = {"class": numbers % CLASSES}
    write_photos(PhotoTable("/", np.array(paths), numbers.astype(str), numbers % 5, ids), file)


def write_tree(files: list[Path], photos: int, folder: Path) -> None:
    """Make a folder a class with links to the same photos: the layout that timm reads."""
    for number in range(CLASSES):
        (folder / str(number)).mkdir(parents=True)
    for number, file in enumerate(islice(cycle(files), photos)):
        link = folder / str(number % CLASSES) / f"{number:06d}{file.suffix.lower()}"
        link.symlink_to(file)
