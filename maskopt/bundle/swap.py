"""A folder takes another's place in one step, or in two that a later look can heal.

Linux and macOS can exchange two folders atomically. Where the file system cannot, the old folder
is moved aside (`.<name>.<token>.old`) and the new one in; a process killed between the two leaves
the old one aside, where the next reader or writer finds it and puts it back.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import re
import secrets
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_AT_FDCWD = -100
_EXCHANGE = 2  # RENAME_EXCHANGE of Linux and RENAME_SWAP of macOS
_UNABLE = {errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP}
_ATTEMPTS = 100
_WAIT = 0.05  # seconds between looks at a place that another process is about to fill


def put(folder: Path, place: Path) -> None:
    """Move a folder to a place; what stood there is removed once the new one stands.

    Raises:
        OSError: The place cannot be written.
    """
    for _ in range(_ATTEMPTS):  # others may fill or empty the place between two lines
        try:
            if not place.exists():
                folder.rename(place)
            elif not exchange(folder, place):
                _move_aside_and_in(folder, place)
            break
        except OSError as error:
            moved = error.errno in (errno.ENOTEMPTY, errno.EEXIST, errno.ENOENT)
            if not moved or not folder.exists():
                raise
            time.sleep(_WAIT)
    else:
        raise OSError(errno.EBUSY, os.strerror(errno.EBUSY), str(place))
    shutil.rmtree(folder, ignore_errors=True)


def exchange(one: Path, other: Path) -> bool:
    """Exchange two folders in one step; False where the system cannot.

    Raises:
        OSError: It can, but not these two.
    """
    name = {"linux": "renameat2", "darwin": "renamex_np"}.get(sys.platform, "")
    call = getattr(ctypes.CDLL(None, use_errno=True), name, None) if name else None
    if call is None:
        return False
    paths = os.fsencode(one), os.fsencode(other)
    if name == "renameat2":
        done = call(_AT_FDCWD, paths[0], _AT_FDCWD, paths[1], ctypes.c_uint(_EXCHANGE))
    else:
        done = call(*paths, ctypes.c_uint(_EXCHANGE))
    if done == 0:
        return True
    number = ctypes.get_errno()
    if number in _UNABLE:
        return False
    raise OSError(number, os.strerror(number), str(other))


def heal(place: Path) -> None:
    """Put back what a process that was killed between two steps has left aside."""
    with suppress(OSError, RuntimeError):  # what cannot be looked at is told by who reads it
        _heal(place.resolve())


def _heal(place: Path) -> None:
    for _ in range(_ATTEMPTS):
        if place.exists() or not (aside := asides(place)):
            return
        for folder in aside:
            with suppress(OSError), locked(folder, wait=False) as mine:
                if mine:
                    folder.rename(place)
                    return
        time.sleep(_WAIT)  # whoever holds it is about to fill the place


def asides(place: Path) -> list[Path]:
    """Return the old folders that were moved aside, the last one first."""
    changed: dict[Path, float] = {}
    for folder in _hidden(place, "old"):
        with suppress(OSError):  # whoever moved it has removed it
            changed[folder] = folder.stat().st_mtime
    return sorted(changed, key=changed.__getitem__, reverse=True)


def clear(place: Path) -> None:
    """Remove the hidden folders beside a place whose processes are dead."""
    for folder in _hidden(place, "(tmp|old)"):
        # What stands in the way of this stands in nobody's way but its own.
        with suppress(OSError), locked(folder, wait=False) as mine:
            if mine and (folder.suffix == ".tmp" or place.exists()):
                shutil.rmtree(folder, ignore_errors=True)


def hidden_name(place: Path, ending: str) -> Path:
    """Return a new name beside a place."""
    return place.with_name(f".{place.name}.{secrets.token_hex(4)}.{ending}")


@contextmanager
def locked(folder: Path, *, wait: bool) -> Iterator[bool]:
    """Hold a folder while this process lives; False if another one does or the folder moved.

    A file system without locks says False, so that nothing of a living process is removed.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            mine = os.path.samestat(os.fstat(descriptor), folder.lstat())
        except OSError:
            mine = False
        yield mine
    finally:
        os.close(descriptor)


def _move_aside_and_in(folder: Path, place: Path) -> None:
    with locked(place, wait=True):  # so that nobody puts it back while it is aside
        aside = hidden_name(place, "old")
        place.rename(aside)
        try:
            folder.rename(place)
        except BaseException:
            aside.rename(place)
            raise
    shutil.rmtree(aside, ignore_errors=True)


def _hidden(place: Path, ending: str) -> list[Path]:
    pattern = re.compile(rf"\.{re.escape(place.name)}\.[0-9a-f]{{8}}\.{ending}")
    with suppress(OSError):
        return [each for each in place.parent.iterdir() if pattern.fullmatch(each.name)]
    return []
