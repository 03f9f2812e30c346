"""Hidden folders to draw in: locked while their process lives, removed once it is dead."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PREFIX = ".drawing-"
_NAME = re.compile(re.escape(PREFIX) + "[a-z0-9_]{8}")  # as `tempfile` ends them


@contextmanager
def hidden_folder(around: Path, contents: Collection[str]) -> Iterator[Path]:
    """Give a new hidden folder and remove it in the end, with those that killed processes left.

    Args:
        around: Holds hidden folders.
        contents: Names that a set of people may hold: a folder with anything else is not ours.
    """
    _clear(around, contents)
    hidden = Path(tempfile.mkdtemp(prefix=PREFIX, dir=around))
    with _opened(hidden) as descriptor:
        with suppress(OSError):  # a file system without locks: then nobody clears it either
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        try:
            yield hidden
        finally:
            shutil.rmtree(hidden, ignore_errors=True)


def _clear(around: Path, contents: Collection[str]) -> None:
    for folder in around.glob(f"{PREFIX}*"):
        # What stands in the way of this stands in nobody's way but its own.
        with suppress(OSError):
            if not _NAME.fullmatch(folder.name) or not _is_ours(folder, contents):
                continue
            with _opened(folder) as descriptor:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)


def _is_ours(folder: Path, contents: Collection[str]) -> bool:
    """Tell whether a folder holds a set of people; an empty one may be about to be locked."""
    sets = list(folder.iterdir())
    return (
        len(sets) == 1
        and not folder.is_symlink()
        and all(entry.name in contents for entry in sets[0].iterdir())
    )


@contextmanager
def _opened(folder: Path) -> Iterator[int]:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
