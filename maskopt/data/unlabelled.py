"""Photos whose classes are asked for: a folder, a list of them in a file, or single ones."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from maskopt.data.competition import PHOTO
from maskopt.data.facts import Facts
from maskopt.data.integrity import Probe, probe_photos, tell_broken
from maskopt.data.layouts import is_there, tell_junk
from maskopt.data.listing import EXTENSIONS, list_photos
from maskopt.data.problems import Problems
from maskopt.data.tables import Table, read_table

INFO = "info.csv"
_KINDS = ", ".join(EXTENSIONS)
_PATH = "path"
_BESIDE = ("", "images/")  # where a competition's photos lie, seen from its info.csv


@dataclass(frozen=True)
class Unlabelled:
    """Photos in the order in which they are asked for.

    Attributes:
        source: What messages call them: the place as it was given.
        root: The folder that the paths are relative to.
        paths: Relative paths with forward slashes.
        names: What the answer calls them: as they were written or given.
        lines: Each photo's line in the file that lists them; empty for others.
    """

    source: str
    root: str
    paths: Sequence[str]
    names: Sequence[str]
    lines: Sequence[int] = ()

    def __len__(self) -> int:
        """Return the number of photos."""
        return len(self.paths)

    def file(self, index: int) -> str:
        """Return where a photo lies."""
        return f"{self.root}/{self.paths[index]}"

    def tell(self, wrong: Mapping[int, str], problems: Problems) -> None:
        """Tell `problems` of broken photos, one line a kind.

        Args:
            wrong: What is wrong by the photo's place: `is truncated`.
            problems: Gathers errors.
        """
        places = sorted(wrong)
        lines = [self.lines[place] for place in places] if self.lines else ()
        names = [self.names[place] for place in places]
        facts = Facts(Path(self.root), "", names, {}, lines=lines)
        tell_broken([Probe(wrong=wrong[place]) for place in places], facts, problems)


def find_photos(place: Path, problems: Problems) -> Unlabelled | None:
    """Return the photos that a place holds or names; none where that cannot be told.

    Args:
        place: A folder: every photo below it, by path, or in the order of an `info.csv` in it.
            A .csv file: its column `path`, relative to the file, or its column `ImageID`, photos
            beside the file or in `images/` beside it. Or one photo.
        problems: Gathers what is wrong.
    """
    if not is_there(place, problems):
        return None
    source = problems.place
    if place.is_dir():
        return _read_folder(place, source, problems)
    if place.suffix.lower() == ".csv":
        return _read_list(place, source, problems)
    if place.suffix.lower() in EXTENSIONS:
        return Unlabelled(source, str(place.parent), [place.name], [str(place)])
    problems.say(
        f"is a file, but neither a photo ({_KINDS}) nor a .csv; give a folder of photos, one "
        f"photo, or a .csv that lists them in a column `{_PATH}` or `{PHOTO}`"
    )
    return None


def single_photos(files: Sequence[str | Path]) -> Unlabelled:
    """Return photos that are given one by one."""
    names = [str(file) for file in files]
    places = [Path(file).absolute().as_posix().lstrip("/") for file in files]
    return Unlabelled("photos", "", places, names)


def find_broken(photos: Unlabelled) -> dict[int, str]:
    """Look at all photos; return what is wrong by place, of those with which something is."""
    probes = probe_photos(photos.root, photos.paths)
    return {place: probe.wrong for place, probe in enumerate(probes) if probe.wrong}


def _read_folder(folder: Path, source: str, problems: Problems) -> Unlabelled | None:
    listing = list_photos(folder)
    one, many = "folder cannot be read", "folders cannot be read"
    problems.error(listing.closed, one, many, "allow it, or move it away")
    info = folder / INFO
    listed = _read_info(info, source, set(listing.photos), problems) if info.is_file() else None
    if listed is None and not listing.photos:
        problems.say(f"holds no photo ({_KINDS}), however deep")
        return None
    tell_junk(listing, problems)
    return listed or Unlabelled(source, str(folder), listing.photos, listing.photos)


def _read_info(file: Path, source: str, there: set[str], problems: Problems) -> Unlabelled | None:
    """Return the photos of an `info.csv` in a folder; none where some of them are not there."""
    found = Problems(str(file))
    table = read_table(file, (PHOTO,), found)
    listed = _competition(file, source, table) if table and table.rows else None
    instead = "all photos of the folder are taken, by path"
    if found.errors or listed is None:
        why = found.errors[0] if found.errors else f"{found.place}: names no photos"
        problems.warnings.append(f"{why}; {instead}")
        return None
    missing = [listed.names[place] for place in range(len(listed)) if not _is_file(listed, place)]
    if missing:
        named = "that it names"
        found.warn(
            missing, f"photo {named} is not there", f"photos {named} are not there", instead
        )
    else:
        left = sorted(there.difference(listed.paths))
        one = "photo of the folder is not named and is left out"
        many = "photos of the folder are not named and are left out"
        found.warn(left, one, many, "name them, or remove the file to take all photos")
    problems.warnings += found.warnings
    return None if missing else listed


def _is_file(photos: Unlabelled, place: int) -> bool:
    return os.path.isfile(photos.file(place))  # noqa: PTH113 - called N times


def _read_list(file: Path, source: str, problems: Problems) -> Unlabelled | None:
    table = read_table(file, (), problems)
    if table is None:
        return None
    named = [column for column in (_PATH, PHOTO) if column in table.columns]
    if len(named) != 1:
        problems.say(
            f"must have a column `{_PATH}` (relative to the file) or `{PHOTO}` (photos beside the "
            f"file or in images/), got {', '.join(table.columns)}"
        )
        return None
    if not table.rows:
        problems.say("names no photos")
        return None
    _check_names(table, named[0], problems)
    if named[0] == PHOTO:
        return _competition(file, source, table)
    names = table.column(_PATH)
    paths = [posixpath.normpath(name.replace("\\", "/")) for name in names]
    return Unlabelled(source, str(file.parent), paths, names, table.lines)


def _check_names(table: Table, column: str, problems: Problems) -> None:
    names = table.column(column)
    nowhere = [f"line {line}" for name, line in zip(names, table.lines, strict=True) if not name]
    absolute = [
        f"{name} (line {line})"
        for name, line in zip(names, table.lines, strict=True)
        if name.startswith("/") or name[1:2] == ":"
    ]
    one, many = f"row has no {column}", f"rows have no {column}"
    problems.error(nowhere, one, many, "write one or remove the row")
    one, many = f"{column} is absolute", f"{column}s are absolute"
    problems.error(absolute, one, many, "write paths relative to the file")


def _competition(file: Path, source: str, table: Table) -> Unlabelled:
    """Return the photos of an `info.csv`: beside it, or in `images/` if more of them are there."""
    names = table.column(PHOTO)
    choices = (
        Unlabelled(source, str(file.parent), [folder + name for name in names], names, table.lines)
        for folder in _BESIDE
    )
    return max(choices, key=lambda photos: sum(_is_file(photos, i) for i in range(len(photos))))
