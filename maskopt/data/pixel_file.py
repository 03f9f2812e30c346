"""One file of decoded photos: numpy's format, and behind the pixels what each photo was.

Letters of shapes: N photos, S height and width in pixels.

numpy reads a file up to the last pixel, so that what follows is there for who looks for it: a
digest, then an identity a photo, and of a view that may fail a byte a photo. They lie in the same
file because they are true of no other.
"""

from __future__ import annotations

import hashlib
import math
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np
from numpy.lib.format import write_array_header_1_0
from numpy.typing import NDArray

from maskopt.catalog.views import WHOLE, View
from maskopt.data.decode import PREPROCESSING
from maskopt.data.locks import share
from maskopt.data.photos import PhotoTable
from maskopt.data.views import preprocessing

IDENTITY = 16  # bytes
UNKNOWN = bytes(IDENTITY)
"""Stands for a photo that may have changed while it was decoded."""


_MAGIC = b"\x93NUMPY\x01\x00"
_HEADER = re.compile(
    rb"\{'descr': '\|u1', 'fortran_order': False, 'shape': "
    rb"\((\d{1,12}(?:, \d{1,12}){3})\), \} *\n"
)


class Origin(NamedTuple):
    """What is behind the pixels of a photo.

    Attributes:
        identity: Of the photo; see `identify`.
        failed: Whether the view did not find what it looks for.
    """

    identity: bytes = UNKNOWN
    failed: bool = False


def photo_bytes(size: int) -> int:
    """Return how many bytes the pixels of a photo take."""
    return size * size * 3


def identify(table: PhotoTable, index: int) -> bytes:
    """Return 16 bytes that change with a photo's folder, path, size or time of change.

    A photo that cannot be looked at is `UNKNOWN`.
    """
    try:
        found = os.stat(table.file(index))  # noqa: PTH116 - called N times
    except OSError:
        return UNKNOWN
    words = f"{table.root}\0{table.paths[index]}\0{found.st_size}\0{found.st_mtime_ns}"
    return hashlib.blake2b(words.encode("utf-8", "surrogateescape"), digest_size=IDENTITY).digest()


def write_header(stream: BinaryIO, photos: int, size: int) -> int:
    """Begin a file; return where the first pixel goes."""
    shape = (photos, size, size, 3)
    write_array_header_1_0(stream, {"descr": "|u1", "fortran_order": False, "shape": shape})
    stream.flush()
    return stream.tell()


def write_origins(
    stream: BinaryIO, start: int, size: int, origins: Sequence[Origin], view: View
) -> None:
    """End a file with what each photo was, [N], given where the first pixel is."""
    content = b"".join(each.identity for each in origins)
    if view != WHOLE:
        content += bytes(each.failed for each in origins)
    stream.seek(start + len(origins) * photo_bytes(size))
    stream.write(_seal(content, view) + content)


def read_start(stream: BinaryIO) -> tuple[int, tuple[int, ...]]:
    """Return where the first pixel is, and the shape: [N, S, S, 3] of a file of this cache.

    Raises:
        ValueError: This is no file of bytes in numpy's format.
    """
    magic = stream.read(len(_MAGIC))
    length = int.from_bytes(stream.read(2), "little")
    # numpy's own reader takes a broken header for a program, and raises whatever that leads to.
    found = _HEADER.fullmatch(stream.read(length))
    if magic != _MAGIC or found is None:
        raise ValueError("its header is broken")
    return stream.tell(), tuple(int(each) for each in found[1].split(b","))


def map_pixels(place: Path) -> NDArray[np.uint8]:
    """Map a file, read-only; while the map lives, `cache_bound` does not remove the file.

    Raises:
        OSError: It cannot be read.
        ValueError: It is no file of bytes in numpy's format, or pixels are missing.
    """
    with place.open("rb") as stream:
        share(stream)
        start, shape = read_start(stream)
        if os.fstat(stream.fileno()).st_size < start + math.prod(shape):
            raise ValueError("pixels are missing")
        # A map keeps the open file, and so its lock, as long as it lives.
        return np.memmap(stream, np.uint8, "r", start, shape)


def read_origins(stream: BinaryIO, start: int, photos: int, size: int, view: View) -> list[Origin]:
    """Return what each photo was, [N]; nothing where that is missing or broken.

    Nothing, too, where photos came to their pixels in another way than they do now.

    Args:
        stream: The file.
        start: Where the first pixel is.
        photos: N.
        size: S.
        view: What the pixels show of photos.
    """
    behind = start + photos * photo_bytes(size)
    flags = 0 if view == WHOLE else photos
    length = (photos + 1) * IDENTITY + flags
    if os.fstat(stream.fileno()).st_size != behind + length:
        return []
    stream.seek(behind)
    found = stream.read(length)
    content = found[IDENTITY:]
    if len(found) != length or found[:IDENTITY] != _seal(content, view):
        return []
    failed = content[photos * IDENTITY :] or bytes(photos)
    return [
        Origin(content[row * IDENTITY : (row + 1) * IDENTITY], bool(failed[row]))
        for row in range(photos)
    ]


def _seal(content: bytes, view: View) -> bytes:
    way = PREPROCESSING if view == WHOLE else preprocessing(view)
    return hashlib.blake2b(way.encode() + content, digest_size=IDENTITY).digest()
