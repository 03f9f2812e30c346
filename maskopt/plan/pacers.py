"""Processes that train a backbone's steps side by side, to see what a device gives them together.

The driver must not import torch, so they are programs of their own.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

PROGRAM = "maskopt.vision.pacing"


class Pacers:
    """Processes that wait to be told to train.

    Args:
        wanted: What each of them trains.
        seconds: After so many they are ended, whatever they do.
        environment: What they see of the system's variables.
    """

    def __init__(
        self, wanted: Mapping[str, Any], seconds: float, environment: Mapping[str, str]
    ) -> None:
        self._wanted, self._environment = dict(wanted), dict(environment)
        self._processes: list[subprocess.Popen[str]] = []
        self._over = False
        self._end = threading.Timer(seconds, self._kill)
        self._end.daemon = True
        self._end.start()

    def together(self, count: int, threads: int, seconds: float) -> float | None:
        """Return photos a second of so many of them together; none where they cannot be.

        Args:
            count: Side by side.
            threads: CPU threads of each.
            seconds: For so long they train.
        """
        try:
            while len(self._processes) < count:
                self._add(count - len(self._processes))
            told = {"threads": threads, "seconds": seconds}
            speeds = self._ask(self._processes[:count], told)
        except (OSError, ValueError):  # one was ended, or gave up
            return None
        return None if None in speeds else sum(speeds)

    def close(self) -> None:
        """End them all."""
        self._end.cancel()
        self._kill()
        for process in self._processes:
            with suppress(OSError), process:  # closes its pipes, and waits for it
                pass

    def _add(self, count: int) -> None:
        command = [sys.executable, "-m", PROGRAM]
        pipe = subprocess.PIPE
        fresh = [
            subprocess.Popen(
                command,
                stdin=pipe,
                stdout=pipe,
                stderr=subprocess.DEVNULL,
                text=True,
                env=self._environment,
            )
            for _ in range(count)
        ]
        self._processes += fresh
        if self._over:  # time ended before they were there to be ended
            self._kill()
        if not all(self._ask(fresh, self._wanted)):
            raise ValueError("cannot be trained")

    def _ask(self, processes: list[subprocess.Popen[str]], told: Mapping[str, Any]) -> list[Any]:
        with ThreadPoolExecutor(len(processes)) as pool:
            return list(pool.map(lambda process: _exchange(process, told), processes))

    def _kill(self) -> None:
        self._over = True
        for process in self._processes:
            with suppress(OSError):
                process.kill()


@contextmanager
def pacers(
    wanted: Mapping[str, Any], seconds: float, environment: Mapping[str, str]
) -> Iterator[Pacers]:
    """Hold processes that train; arguments are those of `Pacers`."""
    with ExitStack() as stack:
        held = Pacers(wanted, seconds, environment)
        stack.callback(held.close)
        yield held


def _exchange(process: subprocess.Popen[str], told: Mapping[str, Any]) -> Any:
    assert process.stdin
    assert process.stdout
    process.stdin.write(json.dumps(dict(told)) + "\n")
    process.stdin.flush()
    return json.loads(process.stdout.readline())
