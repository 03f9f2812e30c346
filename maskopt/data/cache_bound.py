"""How much disk the decoded photos of a folder may take, and which go first."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from maskopt.data.locks import is_unshared, locked

_GIGABYTE = 10**9


@dataclass(frozen=True)
class Kept:
    """What a folder holds after room was made.

    Attributes:
        files: How many files were removed.
        freed: Their size, in bytes.
        needed: Size of the files that were asked to be kept, in bytes.
        total: Size of all that is left, in bytes.
    """

    files: int
    freed: int
    needed: int
    total: int


def note_use(place: Path) -> None:
    """Note that a file of decoded photos is used now: what was used longest ago goes first."""
    with suppress(OSError):  # somebody else's file
        os.utime(place)


def keep_within(cache_folder: Path, gigabytes: float, needed: Collection[Path]) -> Kept:
    """Remove files of decoded photos, those first that were used longest ago, until they fit.

    What is needed, mapped by a process or being built stays, and so does everything where the
    file system knows no locks. What dead builders left goes in any case.

    Args:
        cache_folder: Where they lie.
        gigabytes: What they may take together.
        needed: Files that stay.
    """
    _sweep_up(cache_folder)
    found = sorted(
        (changed, place, size)
        for place in cache_folder.glob("images-*.npy")
        for changed, size in _look_at(place)
    )
    total = sum(size for _, _, size in found)
    files = freed = 0
    for _, place, size in found:
        if total - freed <= gigabytes * _GIGABYTE:
            break
        if place not in needed and _remove(place):
            files, freed = files + 1, freed + size
    kept = sum(size for _, place, size in found if place in needed)
    return Kept(files, freed, kept, total - freed)


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
