"""A new file of decoded photos is filled: what is decoded already is copied, the rest decoded.

By plain writes: a process that writes through a map dies of a full disk.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from maskopt.catalog.views import WHOLE, View
from maskopt.data.decode import BrokenPhotoError, Pixels, read_image
from maskopt.data.former_pixels import FormerPixels
from maskopt.data.photos import PhotoTable
from maskopt.data.pixel_file import (
    UNKNOWN,
    Origin,
    identify,
    photo_bytes,
    write_header,
    write_origins,
)
from maskopt.data.problems import Problems
from maskopt.data.views import Seen, see_file
from maskopt.errors import DataError

Progress = Callable[[int, int], None]

_BATCH = 64  # photos that a thread takes at once: the progress is told after each


class Filling:
    """Fills one file.

    Args:
        table: The photos.
        size: Height and width, in pixels.
        former: What is decoded already, by index.
        workers: Threads.
        view: What of photos is written.
    """

    def __init__(
        self,
        table: PhotoTable,
        size: int,
        former: Mapping[int, FormerPixels],
        workers: int,
        view: View = WHOLE,
    ) -> None:
        self._table, self._size, self._view = table, size, view
        self._former, self._workers = former, workers
        self._origins = [Origin()] * len(table)
        self._broken: dict[int, str] = {}
        self._descriptor = self._start = 0

    def write(self, file: Path, progress: Progress | None) -> None:
        """Write the file.

        Args:
            file: Its place.
            progress: Called with photos done and photos to do: those to decode, where there are
                any, else those to copy.

        Raises:
            DataError: Photos cannot be decoded, or the disk is full.
        """
        try:
            with file.open("wb") as stream:
                self._start = write_header(stream, len(self._table), self._size)
                self._descriptor = stream.fileno()
                only_copied = len(self._former) == len(self._table)
                self._run(self._copy, [*self._former], progress if only_copied else None)
                rest = [i for i, each in enumerate(self._origins) if each.identity == UNKNOWN]
                self._run(self._decode, rest, progress)
                write_origins(stream, self._start, self._size, self._origins, self._view)
        except OSError as error:
            raise DataError(f"{file}: cannot be written ({error.strerror})") from error
        if self._broken:
            raise DataError(_tell_broken(self._table, self._broken))

    def _copy(self, index: int) -> None:
        pixels = self._former[index].read(self._size)
        if pixels is not None:
            self._put(index, pixels)
            self._origins[index] = self._former[index].origin

    def _decode(self, index: int) -> None:
        identity = identify(self._table, index)
        try:
            seen = _see(self._table, index, self._size, self._view)
        except (BrokenPhotoError, OSError) as error:
            self._broken[index] = _reason(error)
            return
        self._put(index, np.ascontiguousarray(seen.pixels).data)
        same = identify(self._table, index) == identity
        self._origins[index] = Origin(identity if same else UNKNOWN, seen.failed)

    def _put(self, index: int, pixels: bytes | memoryview) -> None:
        os.pwrite(self._descriptor, pixels, self._start + index * photo_bytes(self._size))

    def _run(
        self, work: Callable[[int], None], indices: Sequence[int], progress: Progress | None
    ) -> None:
        def do(first: int) -> int:
            batch = indices[first : first + _BATCH]
            for index in batch:
                work(index)
            return len(batch)

        threads = cv2.getNumThreads()
        cv2.setNumThreads(1)  # the photos are the parallel part
        pool = ThreadPoolExecutor(self._workers)
        try:
            done = 0
            for finished in pool.map(do, range(0, len(indices), _BATCH)):
                done += finished
                if progress:
                    progress(done, len(indices))
        finally:
            pool.shutdown(cancel_futures=True)  # an interrupt does not wait for the rest
            cv2.setNumThreads(threads)


def _see(table: PhotoTable, index: int, size: int, view: View) -> Seen:
    if view == WHOLE:
        return Seen(read_image(table.file(index), size))
    return see_file(table.file(index), size, view, str(table.paths[index]))


def decode_rows(
    table: PhotoTable, size: int, rows: NDArray[np.int64], view: View = WHOLE
) -> NDArray[np.uint8]:
    """Decode a few photos without writing them anywhere: RGB, [rows, S, S, 3].

    Raises:
        DataError: One of them cannot be decoded.
    """
    pixels: list[Pixels] = []
    broken: dict[int, str] = {}
    for row in rows.tolist():
        try:
            pixels.append(_see(table, row, size, view).pixels)
        except (BrokenPhotoError, OSError) as error:
            broken[row] = _reason(error)
    if broken:
        raise DataError(_tell_broken(table, broken))
    return np.array(pixels, dtype=np.uint8).reshape(-1, size, size, 3)


def _reason(error: BrokenPhotoError | OSError) -> str:
    return f"cannot be read ({error.strerror})" if isinstance(error, OSError) else str(error)


def _tell_broken(table: PhotoTable, broken: Mapping[int, str]) -> str:
    problems = Problems(table.root)
    examples = [f"{table.paths[index]} {broken[index]}" for index in sorted(broken)]
    remedy = "copy again or remove"
    problems.error(examples, "photo cannot be used", "photos cannot be used", remedy)
    return "\n".join(problems.errors)
