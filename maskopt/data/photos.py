"""The table of a study's photos: where each lies, its group, its fold and its class ids."""

from __future__ import annotations

import csv
import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from maskopt.data.atomic import replacing
from maskopt.errors import DataError

_FIXED = ("path", "group", "fold")


def generated_fold(fold: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return what stands as the fold of photos that were made from photos of a fold.

    It is no fold's number, so that they are judged nowhere; it tells which fold's training they
    must not be in.

    Example:
        >>> generated_fold(np.array([0, 1, 4])).tolist()
        [-2, -3, -6]
    """
    return -2 - fold


@dataclass(frozen=True, eq=False)
class PhotoTable:
    """A study's photos, in the order of their paths. N is the number of photos.

    Attributes:
        root: Absolute path of the folder that the paths are relative to.
        paths: Relative paths with forward slashes, [N].
        groups: Names of the groups, [N]; photos of one group share a fold.
        folds: Fold of each photo, [N], from 0; of photos that were made from others what
            `generated_fold` says.
        class_ids: Class ids of each attribute of the study, [N] each.
        numbers: Of attributes whose classes are cut out of one, where photos tell it, [N] each.
        stamp: The fingerprint as it was when the photos were audited; empty takes it anew.
    """

    root: str
    paths: NDArray[np.str_]
    groups: NDArray[np.str_]
    folds: NDArray[np.int64]
    class_ids: Mapping[str, NDArray[np.int64]]
    stamp: str = ""
    numbers: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)

    def __len__(self) -> int:
        """Return the number of photos."""
        return len(self.paths)

    @property
    def taken(self) -> NDArray[np.bool_]:
        """Which photos were taken and not made from others, [N]: those that may be judged."""
        return self.folds >= 0

    def parts(self, fold: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Tell which photos are trained on where a fold is held out, and which it holds, [N]."""
        held_out = self.folds == fold
        return ~held_out & (self.folds != generated_fold(np.array(fold))), held_out

    @property
    def fingerprint(self) -> str:
        """64 hexadecimal digits that change with any photo's path, size or time of change."""
        return self.stamp or take_fingerprint(self.paths.tolist(), stat_photos(self))

    def file(self, index: int) -> str:
        """Return the absolute path of a photo."""
        return os.path.join(self.root, str(self.paths[index]))  # noqa: PTH118 - called N times


def stat_photos(table: PhotoTable) -> Iterable[tuple[int, int]]:
    """Yield size in bytes and time of change in nanoseconds of each photo.

    Raises:
        DataError: A photo is missing.
    """
    for index in range(len(table)):
        try:
            found = os.stat(table.file(index))  # noqa: PTH116 - called N times
        except OSError as error:
            raise DataError(
                f"{table.root}: photo {table.paths[index]} cannot be read ({error.strerror}); "
                "put it back, or start a new study"
            ) from error
        yield found.st_size, found.st_mtime_ns


def take_fingerprint(paths: Iterable[str], stats: Iterable[tuple[int, int]]) -> str:
    """Return 64 hexadecimal digits, given relative paths, and sizes with times of change."""
    digest = hashlib.sha256()
    for path, (size, changed) in zip(paths, stats, strict=True):
        digest.update(f"{path}\0{size}\0{changed}\n".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def write_photos(table: PhotoTable, file: str | Path) -> None:
    """Write a table as one CSV file, beside its place and renamed into it.

    The first line is a comment with what belongs to the whole table; the columns are `path`,
    `group`, `fold`, the class ids of one attribute each, and numbers that classes are cut out of.
    """
    head = {"root": table.root, "fingerprint": table.stamp, "numbers": [*table.numbers]}
    columns = [table.paths, table.groups, table.folds]
    columns += [*table.class_ids.values(), *table.numbers.values()]
    with (
        replacing(Path(file)) as beside,
        beside.open("w", encoding="utf-8", errors="surrogateescape", newline="") as stream,
    ):
        stream.write(f"# {json.dumps(head)}\n")
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(
            [*_FIXED, *table.class_ids, *(f"{name} (number)" for name in table.numbers)]
        )
        writer.writerows(zip(*(column.tolist() for column in columns), strict=True))


def read_stamp(file: str | Path) -> str | None:
    """Return the fingerprint in a table's first line, or none where there is no such table."""
    try:
        with Path(file).open(encoding="utf-8", errors="surrogateescape") as stream:
            return str(json.loads(stream.readline().removeprefix("#"))["fingerprint"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def read_photos(file: str | Path) -> PhotoTable:
    """Read a table that `write_photos` wrote.

    Raises:
        DataError: The file is missing, or is no such table.
    """
    place = Path(file)
    try:
        with place.open(encoding="utf-8", errors="surrogateescape", newline="") as stream:
            head = json.loads(stream.readline().removeprefix("#"))
            names, *rows = csv.reader(stream)
        columns = list(zip(*rows, strict=True)) or [()] * len(names)
        if tuple(names[:3]) != _FIXED:
            raise ValueError(f"columns {','.join(names[:3])}")
        numeric = list(head.get("numbers", []))
        ends = len(columns) - len(numeric)
        ids = {
            name: np.array(column, dtype=np.int64)
            for name, column in zip(names[3:ends], columns[3:ends], strict=True)
        }
        numbers = {
            name: np.array(column, dtype=np.float64)
            for name, column in zip(numeric, columns[ends:], strict=True)
        }
        return PhotoTable(
            root=head["root"],
            paths=np.array(columns[0], dtype=np.str_),
            groups=np.array(columns[1], dtype=np.str_),
            folds=np.array(columns[2], dtype=np.int64),
            class_ids=ids,
            stamp=head["fingerprint"],
            numbers=numbers,
        )
    except OSError as error:
        raise DataError(f"{place}: cannot be read ({error.strerror})") from error
    except (ValueError, KeyError, TypeError, csv.Error) as error:
        raise DataError(f"{place}: is no table of photos that maskopt wrote ({error})") from error
