"""Trains what is missing and looks at what is there, on all devices at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from maskopt.cluster.devices import DevicePlan
from maskopt.cluster.running import run_trials
from maskopt.errors import StudyError, plural
from maskopt.export import fold_runs, refits
from maskopt.export.fold_runs import FoldRun, keep_curve, prepare
from maskopt.export.refits import is_trained, refit_task, refit_weights
from maskopt.export.runs import RunConductor
from maskopt.export.sources import Source
from maskopt.records import EpochReport, TrialTask
from maskopt.report.console import is_live, progress, show_note, show_warning
from maskopt.votes.out_of_fold import HeldOut, OutOfFold, StudyPhotos, gather

Members = dict[tuple[str, int], list[FoldRun]]
"""The folds of each member, by study and trial number."""


def train_folds(runs: Sequence[FoldRun], devices: DevicePlan) -> Members:
    """Train and predict what is not there yet; return the members that have all their folds.

    Raises:
        StudyError: A study has no such member left.
        KeyboardInterrupt: Interrupted; what is done stays done.
    """
    tasks = prepare(runs)
    if len(tasks) < len(runs):
        show_note(f"{plural(len(runs) - len(tasks), 'network')} out of fold known already")
    names = {run.task.number: run.name for run in runs}
    training = sum(bool(task.last_epoch) for task in tasks)
    epochs = plural(sum(task.last_epoch or 0 for task in tasks), "epoch")
    label = f"training {plural(training, 'network')} for {epochs}, predicting {len(tasks)}"
    if not training:
        label = f"predicting the unseen folds of {plural(len(tasks), 'network')}"
    failures = _run(tasks, fold_runs.FUNCTION, devices, label, names)
    for number, reason in failures.items():
        run = next(run for run in runs if run.task.number == number)
        show_warning(
            f"{run.name} failed, and the trial is left out: {reason.partition(chr(10))[0]}; "
            f"its log: {run.folder / 'log.txt'}"
        )
    return _whole_members(runs, set(failures))


def _whole_members(runs: Sequence[FoldRun], failed: set[int]) -> Members:
    members: Members = {}
    for run in runs:
        members.setdefault((run.source.name, run.trial.number), []).append(run)
    whole = {
        key: folds
        for key, folds in members.items()
        if not any(run.task.number in failed for run in folds)
    }
    lost = {study for study, _ in members} - {study for study, _ in whole}
    if lost:
        raise StudyError(
            f"no trial of {' and '.join(map(repr, sorted(lost)))} could be predicted out of fold"
        )
    return whole


def read_out_of_fold(source: Source, members: Members) -> OutOfFold:
    """Return what a study's members say of photos that they never saw."""
    table = source.table
    photos = StudyPhotos(file_names(source), table.groups, table.folds, table.class_ids)
    parts = {
        trial: [known(run) for run in runs]
        for (study, trial), runs in members.items()
        if study == source.name
    }
    return gather(source.name, source.spec.label_space, photos, parts, source.searched)


def file_names(source: Source) -> NDArray[np.str_]:
    """Return the absolute paths of a study's photos, [N]."""
    table = source.table
    return np.array([table.file(index) for index in range(len(table))], dtype=np.str_)


def known(run: FoldRun) -> HeldOut:
    """Return what a network said of its unseen fold.

    Raises:
        StudyError: That cannot be read.
    """
    held_out = run.held_out()
    if held_out is None:
        raise StudyError(
            f"{run.folder}: what {run.name} said of its photos cannot be read; remove the folder "
            "and type the command again"
        )
    return held_out


def train_refits(
    members: Members, chosen: Sequence[tuple[str, int]], devices: DevicePlan
) -> Mapping[tuple[str, int], Path]:
    """Train chosen members on all photos; return their weights.

    Raises:
        StudyError: One of them failed.
        KeyboardInterrupt: Interrupted; what is done stays done.
    """
    tasks = {key: refit_task(members[key]) for key in chosen}
    left = [task for task in tasks.values() if not is_trained(task)]
    names = {task.number: f"{study} trial {trial}" for (study, trial), task in tasks.items()}
    epochs = plural(sum(task.last_epoch or 0 for task in left), "epoch")
    label = f"training {plural(len(left), 'member')} on all photos for {epochs}"
    failures = _run(left, refits.FUNCTION, devices, label, names)
    if failures:
        reasons = [f"{names[n]}: {why.partition(chr(10))[0]}" for n, why in failures.items()]
        raise StudyError("training on all photos failed\n" + "\n".join(reasons))
    return {key: refit_weights(task) for key, task in tasks.items()}


def _run(
    tasks: Sequence[TrialTask],
    function: str,
    devices: DevicePlan,
    label: str,
    names: Mapping[int, str],
) -> dict[int, str]:
    """Run tasks; return the reasons of those that failed, by number."""
    if not tasks:
        return {}
    total, done = sum(task.last_epoch or 0 for task in tasks), 0

    def ended(task: TrialTask, reports: tuple[EpochReport, ...]) -> None:
        nonlocal done
        done += 1
        if not total:  # where nothing is trained, networks are counted
            advance(done, len(tasks))
        if not is_live() and reports:  # where no bar moves, a line says that it goes on
            show_note(f"{names[task.number]}: {plural(len(reports), 'epoch')} done")

    with progress(label, total or len(tasks)) as advance:
        conductor = RunConductor(tasks, lambda epochs: advance(epochs, total), keep_curve, ended)
        # No more workers are made ready than there is work for.
        at_once = min(devices.trials_at_once, len(tasks))
        run_trials(conductor, function, replace(devices, trials_at_once=at_once))
    return conductor.failures
