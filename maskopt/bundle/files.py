"""The files of a bundle's folder: their fingerprints, and what differs from them."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path, PurePosixPath
from typing import Any

from maskopt.bundle.document import DOCUMENT, Fingerprints
from maskopt.ensembles import Bundle

_BLOCK = 1 << 20  # bytes read at a time
_FLUSHES = 16


def fingerprint_files(folder: Path) -> dict[str, dict[str, Any]]:
    """Return the fingerprint of every file of a folder, `bundle.json` apart.

    Raises:
        ValueError: Something is neither a folder nor a file of its own.
    """
    found: dict[str, dict[str, Any]] = {}
    for file in sorted(folder.rglob("*")):
        path = file.relative_to(folder).as_posix()
        if file.is_symlink() or not (file.is_dir() or file.is_file()):
            raise ValueError(f"a bundle holds files of its own only, got the link {path!r}")
        if file.is_file() and path != DOCUMENT:
            found[path] = {"sha256": _sha256(file), "bytes": file.stat().st_size}
    return found


def flush_all(folder: Path) -> None:
    """Have a folder with all that it holds on the disk before anything that is done later."""
    with ThreadPoolExecutor(_FLUSHES) as pool:  # together, since each waits for the disk
        list(pool.map(flush, [*folder.rglob("*"), folder]))


def flush(place: Path) -> None:
    """Have a file or a folder on the disk before anything that is done later."""
    descriptor = os.open(place, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def misplaced(folder: Path, bundle: Bundle, files: Fingerprints) -> list[str]:
    """Tell each path that climbs out of the folder, and each that is named but not listed."""
    lines = [line for path in files for line in _climbs(folder, path, f"files[{path!r}]")]
    for where, path in _named(bundle):
        if path not in files:
            climbing = list(_climbs(folder, path, where))
            lines += climbing or [f"{where}: {path!r} is not among the bundle's files"]
    return lines


def broken(folder: Path, files: Fingerprints) -> list[str]:
    """Tell each file that is missing or differs from its fingerprint; every byte is read."""
    return [line for path, known in files.items() for line in _broken(folder, path, known)]


def _named(bundle: Bundle) -> Iterator[tuple[str, str]]:
    for place, member in enumerate(bundle.members):
        yield from ((f"members[{place}].weights", path) for path in member.weights)
    yield from ((f"photos[{place}].file", each.file) for place, each in enumerate(bundle.photos))


def _climbs(folder: Path, path: str, where: str) -> Iterator[str]:
    pure = PurePosixPath(path)
    if not path.isprintable() or not path.strip() or str(pure) != path or "\\" in path:
        yield f"{where}: {path!r} is no plain path of a file in the folder"
    elif pure.is_absolute() or ".." in pure.parts:
        yield f"{where}: {path!r} leads out of the bundle's folder"
    elif not Path(os.path.realpath(folder / path)).is_relative_to(os.path.realpath(folder)):
        yield f"{where}: {path!r} is a link that leads out of the bundle's folder"


def _broken(folder: Path, path: str, known: dict[str, Any] | Any) -> Iterator[str]:
    file = folder / path
    try:
        size = file.stat().st_size
        if not file.is_file():
            yield f"{path}: is no file"
        elif size != known["bytes"]:
            yield f"{path}: has {size:,} bytes instead of {known['bytes']:,}"
        elif _sha256(file) != known["sha256"]:
            yield f"{path}: a byte was changed, its sha256 differs"
    except (FileNotFoundError, NotADirectoryError):
        yield f"{path}: is missing"
    except OSError as error:
        yield f"{path}: cannot be read: {error.strerror}"


def _sha256(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()
