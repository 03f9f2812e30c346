"""Pixels that were decoded for another table of photos: of a folder before it changed."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from maskopt.catalog.views import WHOLE, View
from maskopt.data.photos import PhotoTable
from maskopt.data.pixel_file import (
    UNKNOWN,
    Origin,
    identify,
    photo_bytes,
    read_origins,
    read_start,
)


@dataclass(frozen=True)
class FormerPixels:
    """Where the pixels of one photo lie.

    Attributes:
        descriptor: Of a file that is open.
        offset: Of the first pixel, in bytes.
        origin: What the photo was.
    """

    descriptor: int
    offset: int
    origin: Origin

    def read(self, size: int) -> bytes | None:
        """Return the pixels; none where they cannot be read."""
        try:
            found = os.pread(self.descriptor, photo_bytes(size), self.offset)
        except OSError:
            return None
        return found if len(found) == photo_bytes(size) else None


@contextmanager
def former_pixels(
    table: PhotoTable, size: int, cache_folder: Path, view: View = WHOLE
) -> Iterator[Mapping[int, FormerPixels]]:
    """Give what is decoded already of a table's photos, by their index; open while it is used.

    A photo is the same where its folder, path, size in bytes and time of change are.

    Args:
        table: The photos.
        size: Height and width, in pixels.
        cache_folder: Where files of decoded photos lie, whole or broken.
        view: What they show of photos.
    """
    sources = sorted(cache_folder.glob(f"images-*-{file_ending(size, view)}"))
    wanted = _by_identity(table) if sources else {}
    found: dict[int, FormerPixels] = {}
    with ExitStack() as opened:
        for place in sources:
            before = len(wanted)
            with suppress(OSError), ExitStack() as file:
                stream = file.enter_context(place.open("rb"))
                start, origins = _read(stream, size, view)
                for row, origin in enumerate(origins):
                    if (index := wanted.pop(origin.identity, None)) is not None:
                        offset = start + row * photo_bytes(size)
                        found[index] = FormerPixels(stream.fileno(), offset, origin)
                if len(wanted) < before:
                    opened.push(file.pop_all())
        yield found


def file_ending(size: int, view: View) -> str:
    """Return how names of files end that hold photos of a size by a view."""
    return f"{size}.npy" if view == WHOLE else f"{size}.{view.key}.npy"


def _by_identity(table: PhotoTable) -> dict[bytes, int]:
    wanted = {identify(table, index): index for index in range(len(table))}
    wanted.pop(UNKNOWN, None)
    return wanted


def _read(stream: BinaryIO, size: int, view: View) -> tuple[int, list[Origin]]:
    """Return where the first pixel is, and what photos were: none of a file that is no source."""
    try:
        start, shape = read_start(stream)
        return start, read_origins(stream, start, shape[0], size, view)
    except (OSError, ValueError):
        return 0, []
