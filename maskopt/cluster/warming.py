"""Workers that make themselves ready before anybody is asked for a trial."""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE, LEAST_SECONDS = 3.0, 20.0
"""Times what the first worker took that all are waited for, and the least of it. What others run
on a cluster may keep a worker from ever starting; those that are there then go on without it."""


class Warming:
    """Knows which workers are warm, and whether that will do.

    A worker whose warming fails is waited for no more: whatever it is, the trials tell it.

    Args:
        workers: How many are wanted.
        clock: Gives seconds that never go back.
    """

    def __init__(self, workers: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._workers, self._clock = workers, clock
        self._began = clock()
        self._first: float | None = None
        self._begun = 0
        self._cold: set[str] = set()
        self._warm: set[str] = set()

    def __contains__(self, trial_id: str) -> bool:
        """Tell whether it is a worker without a task, be it warm or not."""
        return trial_id in self._cold or trial_id in self._warm

    def __len__(self) -> int:
        """Return the number of workers without a task."""
        return len(self._cold) + len(self._warm)

    @property
    def is_begun(self) -> bool:
        """Whether as many workers were begun as are wanted."""
        return self._begun >= self._workers

    @property
    def is_over(self) -> bool:
        """Whether nobody is to wait any longer."""
        if self.is_begun and not self._cold:
            return True
        if self._first is None:
            return False
        return self._clock() - self._began >= max(LEAST_SECONDS, PATIENCE * self._first)

    def begin(self, trial_id: str) -> None:
        """Note that a worker begins."""
        self._begun += 1
        self._cold.add(trial_id)

    def warmed(self, trial_id: str) -> None:
        """Note that a worker is warm; it says so again and again until it has a task."""
        if self._first is None:
            self._first = self._clock() - self._began
        self._cold.discard(trial_id)
        self._warm.add(trial_id)

    def left(self, trial_id: str) -> None:
        """Note that a worker has a task, or is gone."""
        self._cold.discard(trial_id)
        self._warm.discard(trial_id)
