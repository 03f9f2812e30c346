"""The other end of a side's process: start it, ask it, end it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from speed.cases import Job, write_job

BENCHMARKS = Path(__file__).resolve().parents[1]
END_SECONDS = 30


class SideError(Exception):
    """A side cannot be measured; the text is why."""


def environment() -> dict[str, str]:
    """Return the environment in which this very maskopt and the benchmarks' parts are found."""
    places = [str(BENCHMARKS), str(BENCHMARKS.parent), os.environ.get("PYTHONPATH", "")]
    quiet = {"NO_ALBUMENTATIONS_UPDATE": "1"}  # it would ask the network for its version
    return {**os.environ, **quiet, "PYTHONPATH": os.pathsep.join(filter(None, places))}


class Process:
    """A side in a process of its own, so that no setting of one leaks into another."""

    def __init__(self, process: subprocess.Popen[str], complaints: IO[str]) -> None:
        self._process, self._complaints = process, complaints

    def answer(self) -> Any:
        """Return what it says next.

        Raises:
            SideError: It died; the text is the last line of what it complained of.
        """
        assert self._process.stdout
        line = self._process.stdout.readline()
        if line:
            return json.loads(line)
        self._complaints.seek(0)
        lines = self._complaints.read().strip().splitlines()
        raise SideError(lines[-1] if lines else f"ended with code {self._process.wait()}")

    def measure(self) -> dict[str, float]:
        """Have it train, and return photos a second by name.

        Raises:
            SideError: It died.
        """
        assert self._process.stdin
        try:
            self._process.stdin.write("go\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            pass  # the answer says why
        found: dict[str, float] = self.answer()
        return found


@contextmanager
def started(job: Job) -> Iterator[Process]:
    """Give a side's process, and end it afterwards."""
    command = [sys.executable, "-m", "speed.worker", write_job(job)]
    pipe = subprocess.PIPE
    with (
        TemporaryFile("w+") as complaints,
        subprocess.Popen(
            command, stdin=pipe, stdout=pipe, stderr=complaints, text=True, env=environment()
        ) as process,
    ):
        try:
            yield Process(process, complaints)
        finally:
            _end(process)


def _end(process: subprocess.Popen[str]) -> None:
    """Close its stdin, which ends it, and its loader processes with it."""
    assert process.stdin
    try:
        process.stdin.close()
        process.wait(END_SECONDS)
    except (BrokenPipeError, subprocess.TimeoutExpired):
        process.kill()
