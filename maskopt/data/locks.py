"""Locks on files that the system gives back when their process dies."""

from __future__ import annotations

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import IO, Any


class HeldError(Exception):
    """Another process holds a file; the text says which."""


def hold(file: Path) -> IO[Any]:
    """Hold a lock file, made where missing, until it is closed, and write into it who does.

    Where the file system knows no locks nobody is kept away.

    Raises:
        HeldError: Another process holds it.
    """
    lock = file.open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        holder = lock.read().strip() or "another process"
        lock.close()
        raise HeldError(holder) from None
    except OSError:  # a file system without locks
        pass
    lock.truncate(0)
    lock.write(process_words(socket.gethostname(), os.getpid(), datetime.now()))
    lock.flush()
    return lock


def process_words(host: str, pid: int, since: datetime) -> str:
    """Return what a process that holds something is called.

    Example:
        >>> process_words("gpu1", 7, datetime(2026, 1, 2, 18, 30))
        'process 7 on gpu1 (since 2026-01-02 18:30)'
    """
    return f"process {pid} on {host} (since {since:%Y-%m-%d %H:%M})"


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
