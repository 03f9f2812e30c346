"""The one temporary folder that all of Ray's files lie in."""

from __future__ import annotations

import fcntl
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from maskopt.data.locks import is_named

_PREFIX = "maskopt-"
_LONGEST_PARENT = 25
"""Characters: Ray's sockets lie 70 deeper, and a socket's path has at most 103."""

_held: tuple[Path, IO[Any]] | None = None


def scratch() -> Path:
    """Return this process's folder; the first call makes it, and clears up after the dead."""
    global _held
    if _held is None:
        parent = Path(tempfile.gettempdir())
        if len(str(parent)) > _LONGEST_PARENT:
            parent = Path("/tmp")
        _remove_abandoned(parent)
        _held = _make(parent)
    return _held[0]


def _make(parent: Path) -> tuple[Path, IO[Any]]:
    while True:
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))
        lock = (folder / "lock").open("w")
        fcntl.flock(lock, fcntl.LOCK_EX)
        if is_named(lock, folder / "lock"):
            return folder, lock
        lock.close()  # another sweep took it for a dead one's before it was locked: once more


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """Give a folder inside of it, and remove that at the end."""
    folder = Path(tempfile.mkdtemp(dir=scratch()))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def remove_scratch() -> None:
    """Remove this process's folder, if it has one."""
    global _held
    if _held is not None:
        folder, lock = _held
        _held = None
        shutil.rmtree(folder, ignore_errors=True)
        lock.close()


def _remove_abandoned(parent: Path) -> None:
    """Remove what processes left that were killed: their locks are free."""
    for lock_file in parent.glob(f"{_PREFIX}*/lock"):
        try:
            with lock_file.open("r+") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(lock_file.parent, ignore_errors=True)
        except OSError:
            continue  # in use, or another user's
    # A Ray that was interrupted while it started may write again where all was removed, and the
    # folder then has no lock.
    for session in parent.glob(f"{_PREFIX}*/session_*"):
        if not (session.parent / "lock").exists():
            shutil.rmtree(session.parent, ignore_errors=True)
