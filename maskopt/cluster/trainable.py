"""The worker's side: one Ray actor that runs one trial after another.

Tune may set up a spare actor for a trial that already runs elsewhere, so nothing is touched before
the first step.
"""

from __future__ import annotations

import gc
import os
import sys
import time
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ray import tune

from maskopt.cluster.functions import load_function
from maskopt.records import EpochReport, TrialTask

WORK = "work"
REPORT = "report"
WARM = "warm"

ASKING_SECONDS = 0.1
"""Between two times that a warm worker asks for its first task: the others import meanwhile."""


@dataclass(frozen=True)
class Work:
    """A task and the function that runs it; Tune copies and prints it often, both cheaply.

    Without a task a worker only loads the function, with all that its module imports.
    """

    function: str
    task: TrialTask | None = None

    def __str__(self) -> str:
        return "none" if self.task is None else str(self.task.number)

    def __deepcopy__(self, _memo: dict[int, Any]) -> Work:
        return self


class TrialError(Exception):
    """What a trial raised, as text: its reason on the first line, then the traceback."""


class TrialWorker(tune.Trainable):
    """Runs trials: each step is one epoch's report."""

    _work: Work
    _reports: Iterator[EpochReport] | None = None
    _is_warm = False
    _trials_dropped = 0

    def setup(self, config: dict[str, Any]) -> None:
        """Take up the first trial."""
        gc.freeze()
        self._take(config)

    def reset_config(self, new_config: dict[str, Any]) -> bool:
        """Drop the former trial with all that it holds, and take up another."""
        self._drop()
        self._take(new_config)
        return True

    def step(self) -> dict[str, Any]:
        """Return the next report, or that the trial has ended."""
        try:
            if self._work.task is None:
                return self._warm_up()
            if self._reports is None:
                _write_output_to(Path(self._work.task.folder) / "log.txt")
                self._reports = load_function(self._work.function)(self._work.task)
            report = next(self._reports, None)
        # SystemExit too: Ray would take it for the worker's death.
        except (Exception, SystemExit) as error:
            raise TrialError(describe(error)) from None
        return {tune.result.DONE: True} if report is None else {REPORT: report}

    def take(self, work: Work) -> None:
        """Take up a first task, after having warmed up."""
        self._work = work

    def cleanup(self) -> None:
        """Drop the trial."""
        self._drop()

    def _warm_up(self) -> dict[str, Any]:
        if self._is_warm:
            time.sleep(ASKING_SECONDS)
        else:
            load_function(self._work.function)
            gc.freeze()  # the first trial's end would look through all that was imported
            self._is_warm = True
        return {WARM: True}

    def _take(self, config: dict[str, Any]) -> None:
        self._work = config[WORK]
        self.config = {}  # it would travel back with every result

    def _drop(self) -> None:
        reports, self._reports = self._reports, None
        if reports is not None and hasattr(reports, "close"):
            reports.close()
        del reports
        gc.collect()
        self._trials_dropped += 1
        if self._trials_dropped == 1:
            # What the first trial leaves are modules: looking through them took 75 ms a trial.
            gc.freeze()


def describe(error: BaseException) -> str:
    """Return an error's reason on one line, then its traceback without our own frame."""
    if error.__traceback__ is not None:
        error.__traceback__ = error.__traceback__.tb_next
    reason = " ".join(f"{type(error).__name__}: {error}".split()).removesuffix(":")
    return f"{reason}\n\n{''.join(traceback.format_exception(error)).rstrip()}"


def _write_output_to(log: Path) -> None:
    # The file descriptors and not sys.stdout: libraries in C print too.
    log.parent.mkdir(parents=True, exist_ok=True)
    sys.stdout.flush()
    sys.stderr.flush()
    with log.open("a") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
