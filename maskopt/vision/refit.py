"""A network trained on all photos. Workers name this by `maskopt.vision.refit:run`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from maskopt.records import BEST, CHECKPOINT, EpochReport, TrialTask
from maskopt.vision import trial


def run(task: TrialTask) -> Iterator[EpochReport]:
    """Train a trial's configuration on all photos for `last_epoch` epochs.

    Nothing is left to score it on: the reports' scores and validation losses are nan. It goes on
    from its checkpoint; at its end the folder holds the last epoch's weights as
    `best.safetensors`, and where they are there and no checkpoint, nothing is left to do.

    Args:
        task: Its setup has no folds; `last_epoch` is set, and the schedule is made for all of
            `setup.epochs`.

    Raises:
        TrainingError: The configuration cannot be trained.
        DataError: Photos are missing or broken.
    """
    if task.setup.folds or not task.last_epoch:
        raise ValueError("training on all photos takes no fold, and a last epoch")
    checkpoint = Path(task.folder) / CHECKPOINT
    if (Path(task.folder) / BEST).exists() and not checkpoint.exists():
        return
    yield from trial.run(replace(task, kept_epoch=task.last_epoch))
    checkpoint.unlink(missing_ok=True)
