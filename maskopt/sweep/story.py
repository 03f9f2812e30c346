"""A search-space file becomes a finished study; nothing is lost when something dies."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path

from maskopt.cluster.devices import DevicePlan
from maskopt.cluster.running import run_trials
from maskopt.data.photos import PhotoTable, write_photos
from maskopt.errors import plural
from maskopt.export.best import BEST_BUNDLE, BestBundle, Scene
from maskopt.plan.kept import learn_speeds
from maskopt.records import TrialSetup
from maskopt.report.console import make_display, show_note, show_warning
from maskopt.report.fanout import Forgiving, Watchers
from maskopt.roles import SweepPlan, Watcher
from maskopt.spec import StudySpec
from maskopt.starts.former import check_warm_start
from maskopt.study.reading import stored_content
from maskopt.study.storage import show_url
from maskopt.study.study import Study
from maskopt.sweep.beginning import begin_search
from maskopt.sweep.checkpoints import end_search
from maskopt.sweep.conduct import SweepConductor
from maskopt.sweep.devices import devices_for
from maskopt.sweep.identity import PHOTOS, describe, refuse_changes
from maskopt.sweep.options import (
    EXIT_DONE,
    EXIT_INTERRUPTED,
    EXIT_MISTAKE,
    SweepOptions,
    SweepOutcome,
)
from maskopt.sweep.photos import decode_photos, gather_photos, image_sizes
from maskopt.sweep.until import Until
from maskopt.sweep.weights import settle_scratch
from maskopt.tracking import make_tracker

WORKER = "maskopt.vision.trial:run"
INTERRUPTED = "interrupted"
OUT_OF_TIME = "its time is over"


@dataclass(frozen=True)
class _Sweep:
    """A sweep that is ready to search: what was read, looked at and prepared."""

    options: SweepOptions
    spec: StudySpec
    table: PhotoTable
    began: float

    @property
    def folder(self) -> Path:
        return self.options.studies.absolute() / self.spec.study

    @property
    def cache(self) -> Path:
        return self.options.studies.absolute() / "cache"

    @property
    def scene(self) -> Scene:
        return Scene(self.spec, self.table, self.folder, self.cache)

    @property
    def deadline(self) -> float | None:
        """Monotonic time at which the sweep ends; preparing counts."""
        seconds = self.spec.budget.seconds
        return None if seconds is None else self.began + seconds


def run_sweep(options: SweepOptions) -> SweepOutcome:
    """Search over a file's space, or go on with what an earlier sweep left.

    Raises:
        SpecError: The file or an option is wrong.
        DataError: The photos are.
        StudyError: The study is another one, or its storage or devices cannot be used.
        KeyboardInterrupt: Before the first trial; later ones are told in the outcome.
    """
    try:
        sweep = _prepare(options)
        with Study.open(sweep.spec, options.storage_url, sweep.folder) as study:
            # Only who holds a study writes its photos: a running sweep's workers read them.
            write_photos(sweep.table, sweep.folder / "photos.csv")
            if study.finished():
                end_search(study, sweep.folder / "trials")
                _catch_up(sweep, study)
                return _outcome(sweep, study, _reason(sweep, study))
            return _search(sweep, study)
    except KeyboardInterrupt:
        show_note(f"interrupted before the first trial; to begin again: {options.command}")
        raise


def _prepare(options: SweepOptions) -> _Sweep:
    began = time.monotonic()
    spec = options.read()
    for warning in spec.warnings:
        show_warning(warning)
    stored = stored_content(options.storage_url, spec.study)
    if stored is not None:
        # Told before photos are drawn or decoded: a changed file is the commonest surprise.
        refuse_changes(spec, stored, spec.content, options.studies)
    check_warm_start(spec, options.storage_url)
    table = gather_photos(spec, options.studies)
    spec = replace(spec, content={**spec.content, PHOTOS: describe(table)})
    if stored is not None:
        refuse_changes(spec, stored, spec.content, options.studies)
    return _Sweep(options, spec, table, began)


def _search(sweep: _Sweep, study: Study) -> SweepOutcome:
    spec = sweep.spec
    decode_photos(sweep.table, image_sizes(spec), sweep.cache)
    with devices_for(sweep.options, spec.budget.gpus_per_trial) as devices:
        scratch = settle_scratch(spec, sweep.folder)
        watcher = _watcher(sweep)
        conductor = SweepConductor(
            study,
            _setup(sweep, scratch, devices.threads),
            sweep.folder / "trials",
            watcher,
            timetable=Until(sweep.deadline, time.monotonic),
            memory=begin_search(
                study, spec, sweep.options.storage_url, sweep.options.studies, scratch
            ),
            disk=spec.budget.disk,
        )
        watcher.opened(_plan(sweep, devices), study.record())
        try:
            run_trials(conductor, WORKER, devices)
            reason = _reason(sweep, study)
        except KeyboardInterrupt:
            reason = INTERRUPTED
        if conductor.out_of_time or (study.finished() and not study.stop_reason):
            end_search(study, sweep.folder / "trials")
        watcher.closed(study.record(), reason)
        learn_speeds(sweep.options.studies, study.record(), spec, len(sweep.table), devices)
    return _outcome(sweep, study, reason)


def _catch_up(sweep: _Sweep, study: Study) -> None:
    """Write the best trial's bundle if the sweep that finished the study was killed before."""
    best = BestBundle(sweep.scene, show_warning)
    if best.is_behind(study.record()):
        decode_photos(sweep.table, image_sizes(sweep.spec), sweep.cache)
        best.catch_up(study.record())
    best.closed(study.record(), "")


def _watcher(sweep: _Sweep) -> Watcher:
    watchers: list[Watcher] = [make_display(), BestBundle(sweep.scene, show_warning)]
    if sweep.options.tracker:
        tracker = make_tracker(
            sweep.options.tracker, sweep.options.studies, sweep.spec.study, show_warning
        )
        if tracker:
            watchers.append(Forgiving(tracker, show_warning, sweep.options.tracker))
    return Watchers(watchers)


def _setup(sweep: _Sweep, scratch: tuple[str, ...], threads: int) -> TrialSetup:
    spec = sweep.spec
    return TrialSetup(
        study=spec.study,
        label_space=spec.label_space,
        photos_table=str(sweep.folder / "photos.csv"),
        cache_folder=str(sweep.cache),
        folds=tuple(range(spec.folds.use)),
        objective=spec.objective,
        epochs=spec.budget.epochs,
        patience=spec.budget.patience,
        scratch=scratch,
        threads=threads,
        objectives=spec.objectives,
    )


def _plan(sweep: _Sweep, devices: DevicePlan) -> SweepPlan:
    spec, deadline = sweep.spec, sweep.deadline
    return SweepPlan(
        study=spec.study,
        objective=spec.objective,
        trials=spec.budget.trials,
        epochs=spec.budget.epochs,
        trials_at_once=devices.trials_at_once,
        devices=devices.words,
        seconds=None if deadline is None else deadline - time.monotonic(),
        varying=tuple(path for path, _ in spec.space.varying()),
    )


def _reason(sweep: _Sweep, study: Study) -> str:
    target = sweep.spec.budget.trials
    if study.stop_reason:
        return study.stop_reason
    return f"all {plural(target, 'trial')} done" if target and study.finished() else OUT_OF_TIME


def _places(sweep: _Sweep) -> dict[str, str]:
    places = {
        "trials": str(sweep.folder / "trials"),
        "photos and folds": str(sweep.folder / "photos.csv"),
        "storage": show_url(sweep.options.storage_url),
    }
    if (sweep.folder / BEST_BUNDLE).exists():
        places["best trial as a bundle"] = str(sweep.folder / BEST_BUNDLE)
    if sweep.options.tracker == "wandb":
        places["wandb"] = str(sweep.options.studies.absolute() / "wandb")
    return places


def _outcome(sweep: _Sweep, study: Study, reason: str) -> SweepOutcome:
    exit_code = EXIT_INTERRUPTED if reason == INTERRUPTED else EXIT_DONE
    if study.stop_reason:
        exit_code = EXIT_MISTAKE
    commands = sweep.options.next_commands(sweep.spec.study)
    if exit_code != EXIT_DONE:
        commands.insert(0, sweep.options.command)
    return SweepOutcome(
        record=study.record(),
        reason=reason,
        exit_code=exit_code,
        places=_places(sweep),
        next_commands=commands,
        varying=tuple(path for path, _ in sweep.spec.space.varying()),
    )
