"""Weights & Biases: one run a trial, grouped by study, written from the driver.

Every call to W&B happens in one thread of its own, in order, because any of them may wait for a
network: a trial never does. What fails there is raised in the driver at the next event.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path

from maskopt.records import EpochReport, StudyRecord, TrialRecord, TrialTask, Verdict
from maskopt.roles import SweepPlan
from maskopt.tracking.runs import WandbRuns

_CLOSING_SECONDS = 60.0


class WandbTracker:
    """Shows trials on W&B, or keeps them for `wandb sync` offline; a `roles.Watcher`.

    Args:
        studies: The folder of studies; runs are written to `wandb/` in it.
        study: The study's name.
        warn: Is handed a line where a run could only be written offline.
        closing_seconds: How long the end of a sweep waits for what is still to be sent.
    """

    def __init__(
        self,
        studies: Path,
        study: str,
        warn: Callable[[str], None] | None = None,
        closing_seconds: float = _CLOSING_SECONDS,
    ) -> None:
        self._runs = WandbRuns(studies, study)
        self._folder = studies / "wandb"
        self._warn = warn
        self._closing_seconds = closing_seconds
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="wandb")
        self._pending: deque[Future[None]] = deque()

    def opened(self, plan: SweepPlan, record: StudyRecord) -> None:
        """Start W&B; a study without trials is a new one, whatever had its name before."""
        self._later(lambda: self._runs.open(plan.objective, is_new=not record.trials))

    def started(self, task: TrialTask) -> None:
        """Open the trial's run, or go on with it."""
        self._later(lambda: self._runs.start(task))

    def reported(self, number: int, report: EpochReport, verdict: Verdict) -> None:
        """Log an epoch."""
        self._later(lambda: self._runs.log(number, report))

    def ended(self, trial: TrialRecord) -> None:
        """Finish the trial's run with the state that the study was told."""
        self._later(lambda: self._runs.finish(trial))

    def tick(self) -> None:
        """Raise what failed since."""
        self._raise_failures()

    def closed(self, record: StudyRecord, reason: str) -> None:
        """Finish what is open and end W&B's own process.

        Raises:
            TimeoutError: Not all could be sent in time.
        """
        self._later(self._runs.close)
        done = wait(self._pending, timeout=self._closing_seconds)
        self._thread.shutdown(wait=False, cancel_futures=True)
        self._raise_failures()
        if done.not_done:
            raise TimeoutError(f"W&B is slow; what is missing: wandb sync {self._folder}/*run-*")

    def _later(self, event: Callable[[], None]) -> None:
        self._raise_failures()
        self._pending.append(self._thread.submit(event))

    def _raise_failures(self) -> None:
        if self._runs.offline_because and self._warn:
            self._warn(self._runs.offline_because)
            self._runs.offline_because = None
        while self._pending and self._pending[0].done():
            self._pending.popleft().result()
