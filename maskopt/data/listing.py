"""What lies in a folder: photos, and what else a walk through it comes across."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

EXTENSIONS = (".jpg", ".jpeg", ".png", ".bmp", ".webp")

_FOREIGN = (
    *(".heic", ".heif", ".avif", ".jfif", ".jpe", ".jp2", ".gif", ".tif", ".tiff"),
    *(".arw", ".cr2", ".cr3", ".dng", ".nef", ".orf", ".raf", ".rw2"),
)
_JUNK_FILES = frozenset({"thumbs.db", "desktop.ini", "icon\r"})
_JUNK_FOLDERS = frozenset({"__macosx", "@eadir", "$recycle.bin", "lost+found"})


@dataclass
class Listing:
    """Relative paths with forward slashes, sorted.

    Attributes:
        photos: Files with a photo's extension.
        folders: Folders directly in the root.
        empty: Folders directly in the root with no photo in them, however deep.
        junk: Files and folders that other systems left, hidden ones included; not looked into.
        disguised: Folders named like a photo.
        closed: Folders that cannot be read, with the reason.
        foreign: Files with the extension of a picture that is not read here.
        others: Number of all other files directly in the root.
    """

    photos: list[str] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    empty: list[str] = field(default_factory=list)
    junk: list[str] = field(default_factory=list)
    disguised: list[str] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    others: int = 0


def is_junk(name: str) -> bool:
    """Tell whether a file is none of the user's: `._a.jpg`, `.DS_Store`, `Thumbs.db`."""
    return name.startswith(".") or name.lower() in _JUNK_FILES


def list_photos(root: Path) -> Listing:
    """Walk through a folder and all that is in it; links are followed, but in no circle."""
    listing = Listing()
    _walk(str(root), "", listing, ())
    for names in (
        listing.photos,
        listing.junk,
        listing.disguised,
        listing.closed,
        listing.foreign,
    ):
        names.sort()
    holding = {path.partition("/")[0] for path in listing.photos}
    listing.folders.sort()
    listing.empty = [name for name in listing.folders if name not in holding]
    return listing


def _walk(folder: str, prefix: str, listing: Listing, above: tuple[str, ...]) -> None:
    try:
        with os.scandir(folder) as entries:
            found = list(entries)
    except OSError as error:
        listing.closed.append(f"{prefix.rstrip('/') or '.'} ({error.strerror})")
        return
    for entry in found:
        try:
            is_folder = entry.is_dir()
        except OSError as error:  # a link to itself, or to what may not be looked at
            listing.closed.append(f"{prefix}{entry.name} ({error.strerror})")
            continue
        if not is_folder:
            _note_file(entry.name, prefix + entry.name, listing)
        elif entry.name.startswith(".") or entry.name.lower() in _JUNK_FOLDERS:
            listing.junk.append(f"{prefix}{entry.name}/")
        else:
            _enter(entry, prefix, listing, above)


def _note_file(name: str, path: str, listing: Listing) -> None:
    if is_junk(name):
        listing.junk.append(path)
    elif name.lower().endswith(EXTENSIONS):
        listing.photos.append(path)
    else:
        listing.others += "/" not in path
        listing.foreign += [path] if name.lower().endswith(_FOREIGN) else []


def _enter(entry: os.DirEntry[str], prefix: str, listing: Listing, above: tuple[str, ...]) -> None:
    if not prefix:
        listing.folders.append(entry.name)
    if entry.name.lower().endswith(EXTENSIONS):
        listing.disguised.append(f"{prefix}{entry.name}/")
    if entry.is_symlink():
        real = os.path.realpath(entry.path)
        here = os.path.realpath(os.path.dirname(entry.path))  # noqa: PTH120
        if real in above or f"{here}/".startswith(f"{real.rstrip('/')}/"):
            return
        above = (*above, real)
    _walk(entry.path, f"{prefix}{entry.name}/", listing, above)
