"""Folders of compiled code, one for each network and size: who uses one holds its lock file."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from maskopt.data.locks import is_named, is_unshared, share

FOLDER = "compiled"
_LOCK = "in-use.lock"


def use_code(cache_folder: Path, name: str) -> tuple[Path, IO[Any]]:
    """Return a folder for compiled code, made where missing, and what holds it while open.

    That it is used now is noted: what was used longest ago goes first.

    Args:
        cache_folder: Where decoded photos lie, too.
        name: What the code is for.
    """
    folder = cache_folder / FOLDER / name
    lock = folder / _LOCK
    while True:
        # Not `exist_ok`: it looks again, and raises where the folder has gone between two looks.
        with suppress(FileExistsError):
            folder.mkdir(parents=True)
        with suppress(FileNotFoundError):  # removed just now
            stream = lock.open("a")
            share(stream)
            if is_named(stream, lock):
                with suppress(OSError):  # somebody else's file
                    os.utime(lock)
                return folder, stream
            stream.close()


def find_code(cache_folder: Path) -> Iterator[tuple[int, Path, int]]:
    """Yield the time of last use, the place and the size in bytes of each folder."""
    for folder in (cache_folder / FOLDER).glob("*"):
        with suppress(OSError):
            lock = folder / _LOCK
            used = (lock if lock.exists() else folder).stat().st_mtime_ns
            yield used, folder, _size(folder)


def remove_code(folder: Path) -> bool:
    """Remove a folder of compiled code that nobody uses; tell whether it is gone."""
    try:
        with (folder / _LOCK).open("a") as stream:
            if not is_unshared(stream):
                return False
            # At once: who comes meanwhile makes a new one.
            gone = folder.with_name(f"{folder.name}.gone")
            shutil.rmtree(gone, ignore_errors=True)
            folder.rename(gone)
            shutil.rmtree(gone, ignore_errors=True)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True


def _size(folder: Path) -> int:
    total = 0
    for place in folder.rglob("*"):
        with suppress(OSError):  # a compiler's own file that has gone since
            total += place.lstat().st_size if place.is_file() else 0
    return total
