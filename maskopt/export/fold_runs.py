"""One network a member and fold: which are to be trained, and what those that are there say.

They lie in `studies/<study>/members/<trial>-<key>/fold-<number>/`. The key names everything that
a network depends on, so that a second export finds what the first one trained.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from maskopt.data.atomic import replacing
from maskopt.export.sources import Source
from maskopt.records import (
    BEST,
    CHECKPOINT,
    EpochReport,
    TrialRecord,
    TrialSetup,
    TrialTask,
    best_file,
    derive_seed,
    settled_epoch,
)
from maskopt.space import TrialConfig
from maskopt.votes.glimpse import is_whole
from maskopt.votes.out_of_fold import HELD_OUT, HeldOut, read_held_out

FUNCTION = "maskopt.vision.held_out:run"
CURVE = "reports.json"
_UNREADABLE = (OSError, ValueError, KeyError, BadZipFile, EOFError)
MOST_FOLDS, _MOST_TRIALS = 10_000, 10_000_000


@dataclass(frozen=True, eq=False)
class FoldRun:
    """A network of a member that never sees one fold.

    Attributes:
        task: Trains it and predicts that fold; without epochs it predicts only.
        own: Whether the search trained it already.
    """

    source: Source
    trial: TrialRecord
    fold: int
    task: TrialTask
    own: bool

    @property
    def folder(self) -> Path:
        """Where its files lie."""
        return Path(self.task.folder)

    @property
    def name(self) -> str:
        """What messages call it."""
        return f"{self.source.name} trial {self.trial.number}, fold {self.fold}"

    def held_out(self) -> HeldOut | None:
        """Return what it says of its fold, or none where that is not known yet."""
        try:
            found = read_held_out(self.folder / HELD_OUT)
        except _UNREADABLE:
            return None
        rows = np.flatnonzero(self.source.table.folds == self.fold)
        mine = found.fold == self.fold and np.array_equal(found.rows, rows)
        return found if mine and self.has_weights() else None

    def has_weights(self) -> bool:
        """Tell whether the weights of the epoch to keep lie there, with all their bytes."""
        return is_whole(self.folder / BEST, self.task.kept_epoch)

    def curve(self) -> tuple[EpochReport, ...]:
        """Return the reports of its epochs, as far as they are known."""
        if self.own:
            return self.trial.reports
        try:
            kept = json.loads((self.folder / CURVE).read_text())
            return tuple(EpochReport(**report) for report in kept)
        except (*_UNREADABLE, TypeError):
            return ()

    def is_done(self) -> bool:
        """Tell whether nothing is left to do."""
        wanted = self.task.last_epoch or 0
        curve = self.curve()
        judged = not self.task.whole_curve or all(isfinite(each.score) for each in curve)
        known = self.own or (len(curve) >= wanted and judged)
        return known and self.held_out() is not None


def plan_folds(
    source: Source, place: int, *, folds: int | None, threads: int, whole_curve: bool, cache: Path
) -> list[FoldRun]:
    """Return a network for each member and fold of a study.

    Args:
        source: The study.
        place: Its place among those of the export.
        folds: Folds to predict, those first that the search trained; none is all.
        threads: CPU threads of a network.
        whole_curve: Train on after the epoch that is kept, to the trial's end, and judge each
            epoch: the epochs of a refit on all photos are read from these curves.
        cache: Where decoded images are kept.
    """
    numbers = range(source.spec.folds.count)[:folds]
    return [
        plan_fold(source, place, trial, fold, threads, cache, whole_curve=whole_curve)
        for trial in source.trials
        for fold in numbers
    ]


def plan_fold(
    source: Source,
    place: int,
    trial: TrialRecord,
    fold: int,
    threads: int,
    cache: Path,
    *,
    whole_curve: bool = False,
) -> FoldRun:
    """Return the network of one member and fold; arguments are those of `plan_folds`."""
    assert trial.best is not None
    folder = member_folder(source, trial) / f"fold-{fold}"
    found = _own_epoch(source, trial, fold, folder) if fold in source.searched else None
    own = found is not None
    kept = _settled(source, trial) if found is None else found
    last = source.spec.budget.epochs if whole_curve else kept
    task = TrialTask(
        number=(place * _MOST_TRIALS + trial.number) * MOST_FOLDS + fold,
        config=TrialConfig(trial.config),
        seed=derive_seed(source.name, trial.number),
        known_epochs=0,
        folder=str(folder),
        setup=setup_of(source, (fold,), threads, cache),
        kept_epoch=kept,
        last_epoch=0 if own else last,
        trial=trial.number,
        losses=tuple(report.valid_loss for report in trial.reports),
        whole_curve=whole_curve,
    )
    return FoldRun(source, trial, fold, task, own)


def _own_epoch(source: Source, trial: TrialRecord, fold: int, folder: Path) -> int | None:
    """Return the epoch of the weights that the search left of a fold; none where there are none.

    Earlier versions kept those of the epoch with the best score.
    """
    assert trial.best is not None
    files = (_own_weights(source, trial, fold), folder / BEST)
    epochs = (_settled(source, trial), trial.best.epoch)
    return next((e for e in epochs if any(is_whole(file, e) for file in files)), None)


def _settled(source: Source, trial: TrialRecord) -> int:
    judged = np.isin(source.table.folds, list(source.searched))
    return settled_epoch(trial.reports, max(1, int(judged.sum())))


def setup_of(source: Source, folds: tuple[int, ...], threads: int, cache: Path) -> TrialSetup:
    """Return what networks of a study share, without patience: they end when they are told."""
    spec = source.spec
    return TrialSetup(
        study=spec.study,
        label_space=spec.label_space,
        photos_table=str(source.folder / "photos.csv"),
        cache_folder=str(cache),
        folds=folds,
        objective=spec.objective,
        epochs=spec.budget.epochs,
        scratch=source.scratch,
        threads=threads,
        compile=spec.budget.compile,
    )


def member_folder(source: Source, trial: TrialRecord) -> Path:
    """Return where a member's networks lie: a place for each configuration and set of photos."""
    assert trial.best is not None
    told = {
        "config": dict(trial.config),
        "kept_epochs": [trial.best.epoch, _settled(source, trial)],
        "epochs": source.spec.budget.epochs,
        "label_space": source.spec.label_space.to_dict(),
        "photos": source.identity,
        "scratch": trial.config["backbone"] in source.scratch,
    }
    digest = hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
    return source.folder / "members" / f"{trial.number:05d}-{digest[:12]}"


def prepare(runs: Sequence[FoldRun]) -> list[TrialTask]:
    """Return the tasks that are left to do, with the files that they start from in place."""
    tasks = []
    for run in runs:
        if run.is_done():
            (run.folder / CHECKPOINT).unlink(missing_ok=True)  # killed just before it did
            continue
        run.folder.mkdir(parents=True, exist_ok=True)
        _clear(run)
        if run.own and not run.has_weights():
            _bring(_own_weights(run.source, run.trial, run.fold), run.folder / BEST)
        tasks.append(run.task)
    return tasks


def _clear(run: FoldRun) -> None:
    """Remove what a worker might take for done, where its curve is short or a file is broken."""
    if not run.has_weights() or (not run.own and (run.folder / HELD_OUT).exists()):
        (run.folder / BEST).unlink(missing_ok=True)
    (run.folder / HELD_OUT).unlink(missing_ok=True)


def keep_curve(task: TrialTask, reports: Sequence[EpochReport]) -> None:
    """Keep the reports of a network's epochs."""
    with replacing(Path(task.folder) / CURVE) as beside:
        beside.write_text(json.dumps([report.to_dict() for report in reports]))


def _own_weights(source: Source, trial: TrialRecord, fold: int) -> Path:
    name = best_file(fold, range(source.spec.folds.use))
    return source.folder / "trials" / f"{trial.number:05d}" / name


def _bring(file: Path, place: Path) -> None:
    """Link a file to another place, or copy it where links are not known."""
    place.unlink(missing_ok=True)
    with suppress(OSError):
        os.link(file, place)
        return
    with replacing(place) as beside:
        shutil.copyfile(file, beside)
