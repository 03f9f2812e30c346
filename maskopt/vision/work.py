"""What a worker does with a task, whatever phase of a sweep it belongs to.

Workers name this by `maskopt.vision.work:run`, so that one that has torch in its memory goes on
from trials to networks out of fold. They import it, and all that it imports, before the first
trial is asked.
"""

from __future__ import annotations

from collections.abc import Iterator

from maskopt.records import EpochReport, TrialTask
from maskopt.vision import held_out, trial


def run(task: TrialTask) -> Iterator[EpochReport]:
    """Train a trial, or a network out of fold where the task names the epoch to keep."""
    yield from trial.run(task) if task.kept_epoch is None else held_out.run(task)
