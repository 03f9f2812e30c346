"""Locks on files that the system gives back when their process dies."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any


@contextmanager
def locked(file: Path, *, wait: bool = True) -> Iterator[bool]:
    """Hold a lock file alone, made where missing.

    Gives False where the file system knows no locks, and where another process holds it and
    `wait` is false: then two may do the same at once.
    """
    while True:
        with file.open("w") as stream:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            except OSError:
                yield False
                return
            # Who removes a lock file holds it; who waited for it then holds a file without a name.
            if is_named(stream, file):
                yield True
                return


def share(stream: IO[Any]) -> None:
    """Hold an open file together with others, as long as it, or a map of it, is open."""
    with suppress(OSError):  # a file system without locks: nothing is removed there
        fcntl.flock(stream, fcntl.LOCK_SH)


def is_unshared(stream: IO[Any]) -> bool:
    """Tell whether nobody shares an open file, and keep it so while it is open."""
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def is_named(stream: IO[Any], file: Path) -> bool:
    """Tell whether an open file is still the one of that name."""
    try:
        return os.path.samestat(os.fstat(stream.fileno()), file.stat())
    except FileNotFoundError:
        return False
