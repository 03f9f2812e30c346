"""The decoded-image cache: every photo of a study as pixels in one file, mapped, not loaded.

Letters of shapes: N photos, S height and width in pixels.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import cv2
import numpy as np
from numpy.lib.format import write_array_header_1_0
from numpy.typing import NDArray

from maskopt.data.atomic import replacing
from maskopt.data.decode import BrokenPhotoError, read_image
from maskopt.data.photos import PhotoTable
from maskopt.data.problems import Problems
from maskopt.errors import DataError

Progress = Callable[[int, int], None]

_BATCH = 64  # photos that a thread takes at once: the progress is told after each


def images_file(table: PhotoTable, size: int, cache_folder: str | Path) -> Path:
    """Return where the pixels of a table's photos lie, whether they are there yet or not."""
    return Path(cache_folder) / f"images-{table.fingerprint[:20]}-{size}.npy"


def has_images(table: PhotoTable, size: int, cache_folder: str | Path) -> bool:
    """Tell whether the pixels of a table's photos are there, all of them.

    Less may be there after the machine died: a file's name can reach the disk before its content.
    """
    try:
        open_images(table, size, cache_folder)
    except DataError:
        return False
    return True


def build_images(
    table: PhotoTable,
    size: int,
    cache_folder: str | Path,
    *,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Path:
    """Decode all photos into one file; return it at once where it is there already.

    Two processes may ask for it together: one builds while the other waits. A process that dies
    leaves nothing that another would take for the whole.

    Args:
        table: The photos.
        size: Height and width, in pixels; see `read_image` for how photos come to it.
        cache_folder: A folder, made where missing.
        workers: Threads; none takes as many as there are CPU cores for this process.
        progress: Called with photos done and photos in all, from one thread.

    Raises:
        DataError: Photos cannot be decoded, or the disk is full.
    """
    place = images_file(table, size, cache_folder)
    if has_images(table, size, cache_folder):
        return place
    place.parent.mkdir(parents=True, exist_ok=True)
    with _locked(place.with_suffix(".lock")) as alone:
        if not has_images(table, size, cache_folder):
            for leftover in place.parent.glob(f"{place.name}.*.tmp") if alone else ():
                leftover.unlink(missing_ok=True)  # its builder has died, or it held the lock
            _check_space(len(table) * size * size * 3, place.parent)
            with replacing(place) as beside:
                _fill(table, size, beside, workers or core_count(), progress)
    return place


def open_images(table: PhotoTable, size: int, cache_folder: str | Path) -> NDArray[np.uint8]:
    """Map the pixels of a table's photos, read-only: RGB, [N, S, S, 3].

    Raises:
        DataError: They were not built, or the file is broken.
    """
    place = images_file(table, size, cache_folder)
    try:
        images: NDArray[np.uint8] = np.load(place, mmap_mode="r")
    except (OSError, ValueError, EOFError) as error:
        raise DataError(f"{place}: no decoded images ({error}); remove it and go on") from error
    if images.shape != (len(table), size, size, 3) or images.dtype != np.uint8:
        raise DataError(f"{place}: holds {images.dtype} {images.shape}; remove it and go on")
    return images


def core_count() -> int:
    """Return how many CPU cores this process may use."""
    return (
        len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    )


def _check_space(needed: int, folder: Path) -> None:
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise DataError(
            f"{folder}: decoded photos need {needed / 1e9:.1f} GB, {free / 1e9:.1f} GB are free; "
            "make room, choose smaller image sizes, or put --studies elsewhere"
        )


@contextmanager
def _locked(file: Path) -> Iterator[bool]:
    """Hold a lock that the system gives back when its process dies.

    Gives False where the file system knows no locks: then two may build the same at once.
    """
    with file.open("w") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX)
        except OSError:
            yield False
        else:
            yield True


def _fill(
    table: PhotoTable, size: int, file: Path, workers: int, progress: Progress | None
) -> None:
    """Decode all photos into a file of numpy's format.

    By plain writes: a process that writes through a map dies of a full disk.
    """
    broken: dict[int, str] = {}
    try:
        with file.open("wb") as stream:
            start = _write_header(stream, (len(table), size, size, 3))
            descriptor = stream.fileno()

            def decode(first: int) -> int:
                indices = range(first, min(first + _BATCH, len(table)))
                for index in indices:
                    try:
                        pixels = read_image(table.file(index), size)
                    except (BrokenPhotoError, OSError) as error:
                        broken[index] = _reason(error)
                    else:
                        os.pwrite(descriptor, pixels.tobytes(), start + index * pixels.nbytes)
                return len(indices)

            _run(decode, len(table), workers, progress)
    except OSError as error:
        raise DataError(f"{file}: cannot be written ({error.strerror})") from error
    if broken:
        raise DataError(_tell_broken(table, broken))


def _write_header(stream: BinaryIO, shape: tuple[int, ...]) -> int:
    header = {"descr": "|u1", "fortran_order": False, "shape": shape}
    write_array_header_1_0(stream, header)
    stream.flush()
    return stream.tell()


def _reason(error: BrokenPhotoError | OSError) -> str:
    return f"cannot be read ({error.strerror})" if isinstance(error, OSError) else str(error)


def _tell_broken(table: PhotoTable, broken: dict[int, str]) -> str:
    problems = Problems(table.root)
    examples = [f"{table.paths[index]} {broken[index]}" for index in sorted(broken)]
    remedy = "copy again or remove"
    problems.error(examples, "photo cannot be used", "photos cannot be used", remedy)
    return "\n".join(problems.errors)


def _run(
    decode: Callable[[int], int], photos: int, workers: int, progress: Progress | None
) -> None:
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)  # the photos are the parallel part
    pool = ThreadPoolExecutor(workers)
    try:
        done = 0
        for decoded in pool.map(decode, range(0, photos, _BATCH)):
            done += decoded
            if progress:
                progress(done, photos)
    finally:
        pool.shutdown(cancel_futures=True)  # an interrupt does not wait for the rest
        cv2.setNumThreads(threads)
