"""How much disk decoded photos and compiled code may take, and which go first."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from maskopt.data.compiled_code import find_code, remove_code
from maskopt.data.locks import is_unshared, locked

_GIGABYTE = 10**9


@dataclass(frozen=True)
class Kept:
    """What a folder holds after room was made.

    Attributes:
        files: How many files of decoded photos were removed.
        freed: Size of all that was removed, in bytes.
        needed: Size of the files that were asked to be kept, in bytes.
        total: Size of all that is left, in bytes.
        code: How many folders of compiled code were removed.
    """

    files: int
    freed: int
    needed: int
    total: int
    code: int = 0


def note_use(place: Path) -> None:
    """Note that a file of decoded photos is used now: what was used longest ago goes first."""
    with suppress(OSError):  # somebody else's file
        os.utime(place)


def keep_within(cache_folder: Path, gigabytes: float, needed: Collection[Path]) -> Kept:
    """Remove decoded photos and compiled code, what was used longest ago first, until all fits.

    What is needed, used by a process or being built stays, and so does everything where the
    file system knows no locks. What dead builders left goes in any case.

    Args:
        cache_folder: Where they lie.
        gigabytes: What they may take together.
        needed: Files that stay.
    """
    _sweep_up(cache_folder)
    photos = [
        (changed, place, size)
        for place in cache_folder.glob("images-*.npy")
        for changed, size in _look_at(place)
    ]
    compiled = list(find_code(cache_folder))
    code = {place for _, place, _ in compiled}
    found = sorted([*photos, *compiled])
    total = sum(size for _, _, size in found)
    removed: dict[Path, int] = {}
    for _, place, size in found:
        if total - sum(removed.values()) <= gigabytes * _GIGABYTE:
            break
        remove = remove_code if place in code else _remove
        if place not in needed and remove(place):
            removed[place] = size
    freed, folders = sum(removed.values()), len(removed.keys() & code)
    kept = sum(size for _, place, size in found if place in needed)
    return Kept(len(removed) - folders, freed, kept, total - freed, folders)


def _look_at(place: Path) -> list[tuple[int, int]]:
    """Return time of last use and size, or nothing where no file is there any more."""
    try:
        found = place.stat()
    except OSError:
        return []
    return [(found.st_mtime_ns, found.st_size)] if stat.S_ISREG(found.st_mode) else []


def _remove(place: Path) -> bool:
    """Remove a file that no process builds or maps; tell whether it is gone."""
    lock = place.with_suffix(".lock")
    try:
        # Opened for writing: a network's file system gives no lock on others.
        with locked(lock, wait=False) as alone, place.open("r+b") as stream:
            if not alone or not is_unshared(stream):
                return False
            place.unlink()
            lock.unlink(missing_ok=True)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True


def _sweep_up(cache_folder: Path) -> None:
    """Remove what builders left that died, and locks of files that are gone."""
    for lock in cache_folder.glob("images-*.lock"):
        place = lock.with_suffix(".npy")
        with suppress(OSError), locked(lock, wait=False) as alone:
            if not alone:
                continue
            for leftover in cache_folder.glob(f"{place.name}.*.tmp"):
                leftover.unlink(missing_ok=True)
            if not place.exists():
                lock.unlink(missing_ok=True)
