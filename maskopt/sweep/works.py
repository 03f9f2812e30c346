"""A trial's work: whether another trial of the same configuration can have it, and its files."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from math import inf, isfinite
from pathlib import Path

from maskopt.catalog.parts import parameter_of
from maskopt.records import (
    CHECKPOINT,
    ORIGIN,
    EpochReport,
    TrialRecord,
    TrialState,
    TrialTask,
    best_file,
    derive_seed,
)
from maskopt.space import TrialConfig
from maskopt.votes.glimpse import GLIMPSE, read_facts

_ENDLESS = ("constant", "step")
"""Schedules that are the same however many epochs there are."""

_KEPT = (TrialState.COMPLETE, TrialState.PRUNED, TrialState.WAITING)


@dataclass(frozen=True)
class Work:
    """What a trial left that another one of the same configuration can have.

    Attributes:
        epochs: Epochs of a full trial of its study.
        folder: Its own folder.
        is_over: Whether it ended by itself with the last report, so that nothing is left to do.
    """

    study: str
    number: int
    epochs: int
    folder: Path
    reports: tuple[EpochReport, ...]
    is_over: bool

    @property
    def words(self) -> str:
        """Whose it is, as people read it."""
        return f"study {self.study}, trial {self.number}"


def usable(
    study: str, folder: Path, epochs: int, trial: TrialRecord, task: TrialTask
) -> Work | None:
    """Return what a task of the same configuration can have of a trial; none if nothing.

    Where the studies differ in epochs, so do schedules that fill them, and losses that change at a
    share of them: then only what does not know of the end is the same.

    Args:
        study: The trial's own.
        folder: That study's own folder.
        epochs: Epochs of a full trial of that study.
        trial: On the same data, with the same objective and patience.
        task: What is to be trained.
    """
    wanted = task.setup.epochs
    if trial.state not in _KEPT or not trial.reports:
        return None
    costs = task.setup.objectives[1:]
    for report in trial.reports:
        if not isfinite(report.score) or any(name not in report.scores for name in costs):
            return None
    if epochs != wanted and _knows_the_end(task.config):
        return None
    first, *others = trial.reports[:wanted]
    reports = (replace(first, effective=trial.effective), *others)
    ended = trial.state is TrialState.COMPLETE and len(trial.reports) < epochs  # its own patience
    work = Work(
        study=study,
        number=trial.number,
        epochs=epochs,
        folder=folder / "trials" / f"{trial.number:05d}",
        reports=reports,
        is_over=ended or len(reports) == wanted,
    )
    return work if _lies_there(work, task) else None


def _knows_the_end(config: TrialConfig) -> bool:
    """Tell whether with other epochs even the first ones would be others."""
    shares = (
        config.number(path)
        for path in config.values
        if (parameter := parameter_of(path)) is not None and parameter.of_epochs
    )
    return config["schedule"] not in _ENDLESS or any(0 < share < 1 for share in shares)


def _lies_there(work: Work, task: TrialTask) -> bool:
    names = _files(work, task.setup.folds)
    if not all((work.folder / name).exists() for name in names):
        return False
    if _epoch_of(work.folder / names[0]) > len(work.reports):
        return False
    weights = task.config.values.get(f"backbone.{task.config['backbone']}.weights")
    if weights is None:
        return True
    with suppress(OSError):
        # Weights to start from that were written since are others.
        return Path(str(weights)).stat().st_mtime <= (work.folder / names[0]).stat().st_mtime
    return False


def _epoch_of(weights: Path) -> float:
    """Return the epoch of weights: of all that their trial had, it was the one to keep."""
    try:
        return float(read_facts(weights)["epoch"])
    except (OSError, ValueError, KeyError):
        return inf


def _files(work: Work, folds: Sequence[int]) -> list[str]:
    best = [best_file(fold, folds) for fold in folds]
    return [*best, GLIMPSE] if work.is_over else [*best, GLIMPSE, CHECKPOINT]


def adopt(work: Work, task: TrialTask) -> bool:
    """Lay a work's files into a task's folder, or answer that they have gone.

    Files are only ever replaced, never written into, so both trials can share one. What lies there
    is replaced once all are at hand: a trial that has to go on by itself needs its own.
    """
    there, names = Path(task.folder), _files(work, task.setup.folds)
    beside = there.with_name(f"{there.name}.recalled")
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    try:
        for name in names:
            _share(work.folder / name, beside / name)
        there.mkdir(exist_ok=True)
        for name in names:
            (beside / name).replace(there / name)
    except OSError:
        return False
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    (there / ORIGIN).write_text(json.dumps(_origins(work)) + "\n")
    with (there / "log.txt").open("a", encoding="utf-8") as log:
        stamp = time.strftime("%Y-%m-%d %H:%M:%S")
        log.write(f"{stamp}  has {len(work.reports)} epochs and their weights of {work.words}\n")
    return True


def _origins(work: Work) -> list[dict[str, str | int]]:
    """Return who may have written the checkpoint: that trial, or one whose work it had itself."""
    own: dict[str, str | int] = {
        "study": work.study,
        "number": work.number,
        "seed": derive_seed(work.study, work.number),
        "epochs": work.epochs,
    }
    try:
        return [own, *json.loads((work.folder / ORIGIN).read_text())]
    except (OSError, ValueError):
        return [own]


def _share(file: Path, place: Path) -> None:
    try:
        os.link(file, place)
    except FileNotFoundError:
        raise
    except OSError:  # another file system, or one without links
        shutil.copy2(file, place)
