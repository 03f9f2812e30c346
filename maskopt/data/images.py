"""The decoded-image cache: every photo of a study as pixels in one file, mapped, not loaded.

Letters of shapes: N photos, S height and width in pixels.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from maskopt.catalog.views import MIXED, WHOLE, View
from maskopt.data.atomic import replacing
from maskopt.data.filling import Filling, Progress, decode_rows
from maskopt.data.former_pixels import file_ending, former_pixels
from maskopt.data.locks import locked
from maskopt.data.photos import PhotoTable
from maskopt.data.pixel_file import map_pixels, photo_bytes, read_origins, read_start
from maskopt.data.views import is_processed
from maskopt.errors import DataError


def images_file(
    table: PhotoTable, size: int, cache_folder: str | Path, view: View = WHOLE
) -> Path:
    """Return where the pixels of a table's photos lie, whether they are there yet or not."""
    ending = file_ending(size, view)
    return Path(cache_folder) / f"images-{table.fingerprint[:20]}-{ending}"


def has_images(table: PhotoTable, size: int, cache_folder: str | Path, view: View = WHOLE) -> bool:
    """Tell whether the pixels of a table's photos are there, all of them.

    Less may be there after the machine died: a file's name can reach the disk before its content.
    """
    try:
        open_images(table, size, cache_folder, view)
    except DataError:
        return False
    return True


def build_images(
    table: PhotoTable,
    size: int,
    cache_folder: str | Path,
    view: View = WHOLE,
    *,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Path:
    """Decode all photos into one file; return it at once where it is there already.

    Photos that did not change since another file of the same folder was made are copied from it.
    Two processes may ask for it together: one builds while the other waits. A process that dies
    leaves nothing that another would take for the whole.

    Args:
        table: The photos.
        size: Height and width, in pixels; see `read_image` for how photos come to it.
        cache_folder: A folder, made where missing.
        view: What of the photos is wanted; each has a file of its own.
        workers: Threads; none takes as many as there are CPU cores for this process.
        progress: Called with photos done and photos to do, from one thread: those to decode, or
            those to copy where nothing is to be decoded.

    Raises:
        DataError: Photos cannot be decoded, or the disk is full.
    """
    place = images_file(table, size, cache_folder, view)
    if has_images(table, size, cache_folder, view):
        return place
    place.parent.mkdir(parents=True, exist_ok=True)
    with locked(place.with_suffix(".lock")) as alone:
        if not has_images(table, size, cache_folder, view):
            for leftover in place.parent.glob(f"{place.name}.*.tmp") if alone else ():
                leftover.unlink(missing_ok=True)  # its builder has died, or it held the lock
            _check_space(len(table) * photo_bytes(size), place.parent)
            with (
                former_pixels(table, size, place.parent, view) as former,
                replacing(place) as beside,
            ):
                filling = Filling(table, size, former, workers or core_count(), view)
                filling.write(beside, progress)
    return place


def open_images(
    table: PhotoTable, size: int, cache_folder: str | Path, view: View = WHOLE
) -> NDArray[np.uint8]:
    """Map the pixels of a table's photos, read-only: RGB, [N, S, S, 3].

    While the map lives, no sweep that keeps within its disk removes the file.

    Raises:
        DataError: They were not built, or the file is broken.
    """
    place = images_file(table, size, cache_folder, view)
    try:
        images = map_pixels(place)
    except (OSError, ValueError) as error:
        raise DataError(f"{place}: no decoded images ({error}); remove it and go on") from error
    if images.shape != (len(table), size, size, 3):
        raise DataError(f"{place}: holds {images.dtype} {images.shape}; remove it and go on")
    return images


def take_images(
    table: PhotoTable,
    size: int,
    cache_folder: str | Path,
    view: View = WHOLE,
    *,
    workers: int | None = None,
    progress: Progress | None = None,
) -> NDArray[np.uint8]:
    """Map the pixels of a table's photos as `open_images` does, built as `build_images` does.

    Raises:
        DataError: As `build_images`.
    """
    where = (table, size, cache_folder, view)
    build_images(*where, workers=workers, progress=progress)
    try:
        return open_images(*where)
    except DataError:  # another sweep has made room for its own in between
        build_images(*where, workers=workers, progress=progress)
        return open_images(*where)


def pick_images(
    table: PhotoTable,
    size: int,
    cache_folder: str | Path,
    rows: NDArray[np.int64],
    view: View = WHOLE,
) -> NDArray[np.uint8]:
    """Return the pixels of a few photos, RGB, [rows, S, S, 3], decoded where none are there.

    Raises:
        DataError: A photo cannot be decoded any more.
    """
    try:
        return np.array(open_images(table, size, cache_folder, view)[rows])
    except DataError:
        return decode_rows(table, size, rows, view)


def count_undecoded(
    table: PhotoTable, size: int, cache_folder: str | Path, view: View = WHOLE
) -> int:
    """Return how many photos no file of the folder holds: what `build_images` has to decode."""
    with former_pixels(table, size, Path(cache_folder), view) as former:
        return len(table) - len(former)


def count_failures(
    table: PhotoTable, size: int, cache_folder: str | Path, view: View
) -> tuple[int, int]:
    """Return of how many photos a view did not find what it looks for, and in how many it looked.

    Of a file that is not there, or does not tell, it is none.
    """
    looked = len(table)
    if view.name == MIXED:
        originals = int(str(dict(view.values)["originals"]))
        looked = sum(is_processed(str(path), originals) for path in table.paths)
    try:
        with images_file(table, size, cache_folder, view).open("rb") as stream:
            start, shape = read_start(stream)
            origins = read_origins(stream, start, shape[0], size, view)
    except (OSError, ValueError):
        return 0, looked
    return sum(each.failed for each in origins), looked


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
