"""Where a bundle goes: only where nothing but a bundle stood, and whole or not at all."""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager, suppress
from fnmatch import fnmatch
from itertools import islice
from pathlib import Path

from maskopt.bundle.document import DOCUMENT
from maskopt.bundle.files import flush
from maskopt.bundle.swap import clear, heal, hidden_name, locked, put
from maskopt.errors import BundleError

_OURS = (DOCUMENT, "README.md", "evidence.npz", "*.onnx", "members/*", "photos/*", "pictures/*")
_JUNK = (".DS_Store", "._*", "Thumbs.db", "desktop.ini", ".nfs*")
_SHOWN = 3
_DISK = {
    errno.ENOSPC,
    errno.EDQUOT,
    errno.EROFS,
    errno.EIO,
    errno.EACCES,
    errno.EPERM,
    errno.EBUSY,
}


def check_place(place: Path) -> None:
    """See to it that a bundle can be written to a place; missing folders above it are made.

    It is tried beside the place, and nothing of that is left: whom a system lets write, it says
    rightly only when something is written.

    Args:
        place: The bundle's folder to be: missing, empty, or a bundle, which will be replaced.

    Raises:
        BundleError: Something else stands there, or nothing can be written there.
    """
    _look(place, _try_beside)


def _look(place: Path, write: Callable[[Path], None] = lambda _: None) -> None:
    place = Path(os.path.realpath(place))
    try:
        if not place.name:
            raise BundleError(f"{place}: is the root of all folders; give another folder")
        place.parent.mkdir(parents=True, exist_ok=True)
        heal(place)
        wrong = _wrong(place)
        if not wrong:
            write(place)
    except OSError as error:
        wrong = f"cannot be written: {error.strerror}"
    if wrong:
        raise BundleError(f"{place}: {wrong}; give another folder")


def _try_beside(place: Path) -> None:
    """Write a folder with a file in it, as a bundle will be, and remove both.

    Raises:
        OSError: It cannot be done.
    """
    with ExitStack() as held:
        folder = _hidden_folder(place, held)
        file = folder / DOCUMENT
        try:
            file.write_bytes(b"tried")
        finally:
            with suppress(OSError):  # what could be made and not removed is no reason to refuse
                file.unlink(missing_ok=True)
            with suppress(OSError):
                folder.rmdir()


@contextmanager
def staging(place: Path) -> Iterator[Path]:
    """Give a new hidden folder that takes the place of a bundle once all went well.

    The folder must have been sealed then. After an exception it is removed; what killed processes
    left is removed at the next call. Whoever looks sees the old bundle or the new one, whole.

    Args:
        place: As `check_place` wants it.

    Raises:
        BundleError: As `check_place`, or the disk is full, broken, read-only or gone.
        ValueError: The folder was not sealed.
    """
    _look(place)
    place = Path(os.path.realpath(place))
    with _told(place), ExitStack() as held:
        clear(place)
        folder = _hidden_folder(place, held)
        try:
            yield folder
            if not (folder / DOCUMENT).is_file():
                raise ValueError("a bundle must be sealed before it takes its place")
            put(folder, place)
            flush(place.parent)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _hidden_folder(place: Path, held: ExitStack) -> Path:
    while True:
        folder = hidden_name(place, "tmp")
        folder.mkdir()
        with suppress(FileNotFoundError):  # another writer took it for a dead one's: once more
            held.enter_context(locked(folder, wait=True))
            if folder.exists():
                return folder


@contextmanager
def _told(place: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno not in _DISK and not _is_beside(error, place):
            raise
        raise BundleError(f"{place}: cannot be written: {error.strerror}") from error


def _is_beside(error: OSError, place: Path) -> bool:
    """Tell whether a place, its folder, or what is hidden beside it cannot be written.

    Anything else that fails while a bundle is made may be a bug, and keeps its traceback.
    """
    paths = [os.fsdecode(each) for each in (error.filename, error.filename2) if each is not None]
    hidden = f"{place.with_name(f'.{place.name}.')}"
    ours = {str(place), str(place.parent)}
    return any(each in ours or each.startswith(hidden) for each in paths)


def _wrong(place: Path) -> str:
    if place.is_symlink():
        return "is a link that leads round in a circle"
    if not place.exists():
        return ""
    if not place.is_dir():
        return "is a file, and a bundle is a folder"
    if place.is_mount():
        return "is a mount point, which cannot be replaced"
    if Path.cwd().is_relative_to(place):
        return "is the folder that the command was started in, which cannot be replaced"
    strangers = list(islice(_strangers(place), _SHOWN + 1))
    if not strangers:
        return ""
    more = ", ..." if len(strangers) > _SHOWN else ""
    return f"holds what is no part of a bundle ({', '.join(strangers[:_SHOWN])}{more})"


def _strangers(place: Path) -> Iterator[str]:
    """Tell files that would be lost if the folder were replaced."""
    listed, patterns = _ours(place)
    for folder, _, names in os.walk(place):
        for name in sorted(names):
            path = (Path(folder) / name).relative_to(place).as_posix()
            known = path in listed or any(fnmatch(path, each) for each in patterns)
            if not known and not any(fnmatch(name, each) for each in _JUNK):
                yield path


def _ours(place: Path) -> tuple[Collection[str], Collection[str]]:
    """Return what a bundle says that it holds, or patterns of what any may where it is broken."""
    try:
        document = json.loads((place / DOCUMENT).read_bytes())
        return {*document["files"], DOCUMENT}, ()
    except FileNotFoundError:
        return (), ()
    except (OSError, ValueError, RecursionError, KeyError, TypeError):
        return (), _OURS
