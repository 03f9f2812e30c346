"""Draws people's photos into their files, on as many cores as there are."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import cv2

from maskopt.data.people.census import Person
from maskopt.data.people.photo import PHOTO_NAMES, draw_photos

_ALONE = (
    40  # people for whom more processes are not worth the half second that OpenCV's import takes
)
_AT_ONCE = 4  # people handed to a process at a time


@dataclass(frozen=True)
class Sitting:
    """One person's photos to draw: where each goes, in the order of `PHOTO_NAMES`."""

    person: Person
    files: tuple[str, ...]
    again: int = 0


_Draw = Callable[[Sitting], None]
_Map = Callable[[_Draw, Sequence[Sitting]], Iterable[None]]


def draw_sittings(
    root: Path,
    sittings: Sequence[Sitting],
    workers: int | None,
    progress: Callable[[int, int], None] | None,
) -> None:
    """Draw all photos under `root`; see `draw_people` for `workers` and `progress`."""
    total = len(sittings) * len(PHOTO_NAMES)
    with _drawers(_worker_count(workers, len(sittings))) as run:
        for done, _ in enumerate(run(partial(_draw_sitting, root), sittings), start=1):
            if progress:
                progress(done * len(PHOTO_NAMES), total)


def _draw_sitting(root: Path, sitting: Sitting) -> None:
    person = sitting.person
    photos = draw_photos(person.gender, person.age, person.seed, sitting.again)
    for file, (_, jpeg) in zip(sitting.files, photos, strict=True):
        path = root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(jpeg)


def _worker_count(workers: int | None, sittings: int) -> int:
    if workers is not None:
        return workers
    if sittings < _ALONE:
        return 1
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return min(cores or 1, 1 + sittings // _ALONE)


@contextmanager
def _drawers(workers: int) -> Iterator[_Map]:
    """Give a `map` over processes, or over this one alone."""
    if workers == 1:
        threads = cv2.getNumThreads()
        cv2.setNumThreads(1)  # photos this small are drawn no faster by more
        try:
            yield map
        finally:
            cv2.setNumThreads(threads)
        return
    # Spawned, not forked: the driver may hold threads, which a fork would freeze.
    executor = ProcessPoolExecutor(workers, get_context("spawn"), initializer=_start_worker)
    try:
        yield partial(executor.map, chunksize=_AT_ONCE)
    finally:
        executor.shutdown(cancel_futures=True)


def _start_worker() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the driver's to handle
    cv2.setNumThreads(1)
