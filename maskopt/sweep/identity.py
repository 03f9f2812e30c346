"""What makes a study the same study: its file's content and its table of photos."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maskopt.data.photos import PhotoTable
from maskopt.errors import StudyError, plural
from maskopt.report.console import show_note
from maskopt.spec import StudySpec, default_part, differences, spec_from_content

PHOTOS = "photos_table"
_NUMBERS = ", numbers "
_PLACES = ("data.photos", "data.corrections")
"""Paths may change, as on another machine; what lies there is compared by the table of photos."""

_SINCE_HALVING = "noise"
"""A key that contents hold since halving is the default."""


def stored_spec(stored: Mapping[str, Any]) -> StudySpec:
    """Return the spec that a study was made with.

    Raises:
        SpecError: This version cannot read it.
    """
    return spec_from_content({key: value for key, value in stored.items() if key != PHOTOS})


def as_begun(spec: StudySpec, stored: Mapping[str, Any] | None) -> StudySpec:
    """Return a spec with searcher and pruner that were the defaults when its study was made.

    Earlier versions had others; a file that names none is to go on as it did, and that is said.

    Args:
        spec: What the file says.
        stored: What the study stored of itself; none where it is new.
    """
    if stored is None or _SINCE_HALVING in stored:
        return spec
    old = stored_spec(stored)
    former = {"searcher": old.searcher, "pruner": old.pruner}
    named = {"searcher": spec.searcher, "pruner": spec.pruner}
    changed = [
        key for key in former if named[key] == default_part(key) and named[key] != former[key]
    ]
    if not changed:
        return spec
    words = " and ".join(f"the {key} {former[key]}" for key in changed)
    show_note(
        f"study {spec.study!r} was begun by an earlier version with {words}, and goes on with it"
    )
    content = {**spec.content, **{key: old.content[key] for key in changed}}
    kept = {key: former[key] if key in changed else named[key] for key in named}
    return replace(spec, content=content, searcher=kept["searcher"], pruner=kept["pruner"])


def describe(table: PhotoTable) -> str:
    """Return a table's size and a digest of its paths, groups, folds and class ids.

    Where classes are cut out of numbers these have a digest of their own: label policies and
    samplers train on them, so that an age corrected within its class makes other data.
    """
    known = _digest((table.paths, table.groups, table.folds, *table.class_ids.values()))
    numbers = [column.astype(np.float64) for column in table.numbers.values()]
    beside = f"{_NUMBERS}({_digest(numbers)})" if numbers else ""
    return f"{plural(len(table.paths), 'photo')} ({known}){beside}"


def _digest(columns: Iterable[NDArray[Any]]) -> str:
    digest = hashlib.sha256()
    for column in columns:
        digest.update("\n".join(map(str, column.tolist())).encode("utf-8", "surrogateescape"))
    return digest.hexdigest()[:12]


def same_photos(one: object, other: object) -> bool:
    """Tell whether two tables are the same, as `describe` tells of them.

    Numbers are compared where both tell of them: studies of earlier versions do not.

    Example:
        >>> same_photos("2 photos (a)", "2 photos (a), numbers (b)")
        True
        >>> same_photos("2 photos (a), numbers (c)", "2 photos (a), numbers (b)")
        False
    """
    parts = [str(each).split(_NUMBERS) for each in (one, other)]
    return all(mine == theirs for mine, theirs in zip(*parts, strict=False))


def refuse_changes(
    spec: StudySpec, stored: Mapping[str, Any], found: Mapping[str, Any], studies: Path
) -> None:
    """Raise if a stored study is not the one that would be swept now.

    Args:
        spec: What the file says.
        stored: What the study stored of itself.
        found: What would be stored now; without `photos_table` the photos are not compared.
        studies: The folder of studies, for the message.

    Raises:
        StudyError: They differ; the text shows every difference.
    """
    # Read again, so that a default that this version adds is no difference.
    old = dict(stored_spec(stored).content)
    if PHOTOS in found:
        same = same_photos(stored[PHOTOS], found[PHOTOS])
        old[PHOTOS] = found[PHOTOS] if same else stored[PHOTOS]
    changed = [line for line in differences(old, found) if not line.startswith(_PLACES)]
    if changed:
        raise StudyError(
            f"study {spec.study!r} in {studies} was made differently:\n"
            + "\n".join(f"  {line}" for line in changed)
            + "\nput that back to resume it, or start another one with --study NAME"
        )
