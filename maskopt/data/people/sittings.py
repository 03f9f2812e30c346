"""Draws people's photos into their files, on as many cores as there are."""

from __future__ import annotations

import os
import pickle
import signal
import sys
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE, Popen

import cv2

from maskopt.data.people.census import Person
from maskopt.data.people.photo import PHOTO_NAMES, draw_photos

_ALONE = 40  # people for whom a process more is not worth the half second that its start takes
_Drawing = Generator[None, None, None]  # goes one step a person
_DONE = b"."  # what a worker answers when a person's photos are written
_REFUSED = b"!"  # what it answers, with the pickled OSError, when a file cannot be


@dataclass(frozen=True)
class Sitting:
    """One person's photos to draw: where each goes, in the order of `PHOTO_NAMES`."""

    person: Person
    files: tuple[str, ...]
    again: int = 0


def draw_sittings(
    root: Path,
    sittings: Sequence[Sitting],
    workers: int | None,
    progress: Callable[[int, int], None] | None,
) -> None:
    """Draw all photos under `root`; see `draw_people` for `workers` and `progress`."""
    total = len(sittings) * len(PHOTO_NAMES)
    workers = workers or _worker_count(len(sittings))
    draw = _draw_here if workers == 1 else _draw_elsewhere
    with closing(draw(root, sittings, workers)) as drawing:
        for done, _ in enumerate(drawing, start=1):
            if progress:
                progress(done * len(PHOTO_NAMES), total)


def _worker_count(sittings: int) -> int:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return min(cores or 1, 1 + sittings // _ALONE)


def _draw_here(root: Path, sittings: Sequence[Sitting], workers: int = 1) -> _Drawing:
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)  # photos this small are drawn no faster by more
    try:
        for sitting in sittings:
            _draw_sitting(root, sitting)
            yield
    finally:
        cv2.setNumThreads(threads)


def _draw_sitting(root: Path, sitting: Sitting) -> None:
    person = sitting.person
    photos = draw_photos(person.gender, person.age, person.seed, sitting.again)
    for file, (_, jpeg) in zip(sitting.files, photos, strict=True):
        path = root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(jpeg)


# Not multiprocessing: it would import the caller's main module again, which fails for a script
# read from stdin and draws for ever where a script has no `if __name__ == "__main__"`.
def _draw_elsewhere(root: Path, sittings: Sequence[Sitting], workers: int) -> _Drawing:
    with _started(workers) as processes:
        for first, process in enumerate(processes):
            assert process.stdin
            with process.stdin as stream:
                pickle.dump((root, sittings[first::workers]), stream)
        for number in range(len(sittings)):
            _await_person(processes[number % workers])
            yield


def _await_person(process: Popen[bytes]) -> None:
    assert process.stdout
    answer = process.stdout.read(1)
    if answer == _REFUSED:
        raise pickle.load(process.stdout)
    if answer != _DONE:
        raise RuntimeError(f"a process that draws people died: exit code {process.wait()}")


@contextmanager
def _started(workers: int) -> Iterator[list[Popen[bytes]]]:
    command = [sys.executable, "-c", f"from {__name__} import serve; serve()"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    processes: list[Popen[bytes]] = []
    try:
        for _ in range(workers):
            processes.append(Popen(command, stdin=PIPE, stdout=PIPE, env=environment))
        yield processes
    finally:
        for process in processes:
            process.kill()  # one that has drawn everything has ended, or is about to
            assert process.stdout
            process.stdout.close()
            process.wait()


def serve() -> None:
    """Draw what stdin tells, and answer on stdout after each person: a worker's whole life."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the driver's to handle
    root, sittings = pickle.load(sys.stdin.buffer)
    try:
        for _ in _draw_here(root, sittings):
            sys.stdout.buffer.write(_DONE)
            sys.stdout.buffer.flush()
    except OSError as error:  # a full disk, say: the driver tells it
        sys.stdout.buffer.write(_REFUSED + pickle.dumps(error))
        sys.stdout.buffer.flush()
