"""Members trained again on all photos, for as many epochs as their folds suggest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median

from maskopt.export.fold_runs import MOST_FOLDS, FoldRun, member_folder
from maskopt.records import BEST, EpochReport, TrialTask
from maskopt.votes.glimpse import is_whole

FUNCTION = "maskopt.vision.refit:run"


def suggested_epochs(curves: Sequence[Sequence[EpochReport]]) -> int:
    """Return the median of the folds' best epochs, rounded down.

    Args:
        curves: The reports of each fold, of all epochs that its network was trained.

    Example:
        >>> curve = lambda *scores: [EpochReport(i + 1, s, 0, 0, 0) for i, s in enumerate(scores)]
        >>> suggested_epochs([curve(0.1, 0.3, 0.2), curve(0.1, 0.2, 0.3), curve(0.5, 0.2, 0.3)])
        2
    """
    best = [max(curve, key=lambda report: report.score).epoch for curve in curves]
    return int(median(best))


def refit_task(runs: Sequence[FoldRun]) -> TrialTask:
    """Return the task that trains a member on all photos.

    The schedule is still made for the trial's epochs: what is stopped after some of them is what
    the folds were, with more photos.

    Args:
        runs: The member's folds; their curves are known.
    """
    first = runs[0]
    epochs = suggested_epochs([run.curve() for run in runs])
    folder = member_folder(first.source, first.trial) / f"all-{epochs}"
    return replace(
        first.task,
        number=first.task.number - first.fold + MOST_FOLDS - 1,
        folder=str(folder),
        setup=replace(first.task.setup, folds=()),
        kept_epoch=epochs,
        last_epoch=epochs,
    )


def is_trained(task: TrialTask) -> bool:
    """Tell whether a refit is done; broken weights are removed, or a worker took them for done."""
    weights = refit_weights(task)
    whole = is_whole(weights, task.kept_epoch)
    if not whole:
        weights.unlink(missing_ok=True)
    return whole


def refit_weights(task: TrialTask) -> Path:
    """Return where the weights of a refit lie, once they do."""
    return Path(task.folder) / BEST
