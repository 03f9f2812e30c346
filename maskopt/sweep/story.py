"""A search-space file becomes a finished study, and a bundle; nothing is lost when it dies."""

from __future__ import annotations

import time
from contextlib import AbstractContextManager
from dataclasses import replace

from maskopt.bundle import check_place
from maskopt.cluster.session import is_running
from maskopt.data.photos import write_photos
from maskopt.ensembles import Bundle
from maskopt.export.ballots import Ballot
from maskopt.export.best import BestBundle
from maskopt.plan.costs import Costs
from maskopt.report.console import show_note, show_warning
from maskopt.starts.former import check_warm_start
from maskopt.study.reading import stored_content
from maskopt.study.study import Study
from maskopt.sweep.acting import Acting
from maskopt.sweep.checkpoints import end_search
from maskopt.sweep.decoding import decoded_photos
from maskopt.sweep.delivery import deliver_late, note_ending
from maskopt.sweep.devices import devices_for
from maskopt.sweep.identity import PHOTOS, as_begun, describe, refuse_changes
from maskopt.sweep.joined import late_ballot
from maskopt.sweep.noise import seeds_left
from maskopt.sweep.options import SweepOptions, SweepOutcome
from maskopt.sweep.outcome import INTERRUPTED, outcome_of, reason_of_end
from maskopt.sweep.packing import settle_per_device
from maskopt.sweep.photos import gather_photos, inputs_wanted
from maskopt.sweep.promise import PROMISE, keep_promise, take_back
from maskopt.sweep.stage import Stage


def run_sweep(options: SweepOptions) -> SweepOutcome:
    """Search over a file's space, or go on with what an earlier sweep left; export if asked to.

    Raises:
        SpecError: The file or an option is wrong.
        DataError: The photos are.
        StudyError: The study is another one, or its storage or devices cannot be used.
        BundleError: Nothing can be written where the bundle is to stand.
        KeyboardInterrupt: Before the first trial; later ones are told in the outcome.
    """
    try:
        stage = _prepare(options)
        with Study.open(stage.spec, options.storage_url, stage.folder) as study:
            # Only who holds a study writes its photos: a running sweep's workers read them.
            write_photos(stage.table, stage.folder / "photos.csv")
            try:
                return _run(_promised(stage), study)
            finally:
                take_back(stage.folder / PROMISE)
    except KeyboardInterrupt:
        show_note(f"interrupted before the first trial; to begin again: {options.command}")
        raise


def _prepare(options: SweepOptions) -> Stage:
    """Read and look at everything that can be wrong, before anything is begun.

    Raises:
        SpecError: The file or an option is wrong.
        DataError: The photos are.
        StudyError: The study is another one.
        BundleError: Nothing can be written where the bundle is to stand.
    """
    began = time.monotonic() if options.began is None else options.began
    spec = options.read()
    for warning in spec.warnings:
        show_warning(warning)
    if options.export is not None:
        check_place(options.export)
    stored = stored_content(options.storage_url, spec.study)
    spec = as_begun(spec, stored)
    if stored is not None:
        # Told before photos are drawn or decoded: a changed file is the commonest surprise.
        refuse_changes(spec, stored, spec.content, options.studies)
    check_warm_start(spec, options.storage_url)
    table = gather_photos(spec, options.studies)
    spec = replace(spec, content={**spec.content, PHOTOS: describe(table)})
    if stored is not None:
        refuse_changes(spec, stored, spec.content, options.studies)
    seconds = spec.budget.seconds
    return Stage(options, spec, table, None if seconds is None else began + seconds)


def _promised(stage: Stage) -> Stage:
    """Return a stage whose deadline is that of a killed sweep which owes its bundle still."""
    left = stage.left
    if stage.options.export is None or left is None or stage.spec.budget.seconds is None:
        return stage
    kept = keep_promise(stage.folder / PROMISE, stage.spec.budget.seconds, left)
    return replace(stage, deadline=time.monotonic() + kept)


def _run(stage: Stage, study: Study) -> SweepOutcome:
    options, costs = stage.options, Costs.read(stage.options.studies)
    nothing_left = study.finished() and not seeds_left(study.record(), stage.spec.noise)
    if study.finished():  # by a sweep that was killed before it could say so, perhaps
        end_search(study, stage.trials)
    if nothing_left and not options.exports:
        _catch_up(stage, study)
        return _told(stage, study, reason_of_end(stage, study))
    least = costs.expected("begin") + costs.ending(exports=options.exports)
    if options.exports and stage.left is not None and stage.left < least:
        end_search(study, stage.trials)
        return _deliver_late(stage, study, costs)
    return _search(stage, study, costs)


def _deliver_late(stage: Stage, study: Study, costs: Costs) -> SweepOutcome:
    """Give what there is, as there is not even time to start the devices."""
    reason, output = reason_of_end(stage, study), stage.options.export
    if output is not None:
        return _told(stage, study, reason, deliver_late(stage, output, study.record()))
    return _told(stage, study, reason, ballot=late_ballot(stage, study, costs))


def _search(stage: Stage, study: Study, costs: Costs) -> SweepOutcome:
    with _decoded(stage):
        return _search_decoded(stage, study, costs)


def _search_decoded(stage: Stage, study: Study, costs: Costs) -> SweepOutcome:
    gpus, shared = stage.spec.budget.gpus_per_trial, settle_per_device(stage)
    began, bundle, ballot = None if is_running() else time.monotonic(), None, None
    with devices_for(stage.options, gpus, shared) as devices:
        with Acting(stage, study, devices, costs, began) as acting:
            reason = acting.run()
            try:
                if reason != INTERRUPTED:
                    bundle, ballot = acting.deliver(), acting.ballot()
            except KeyboardInterrupt:
                reason = INTERRUPTED
        ended = time.monotonic()
    # What is kept for another study says nothing of how long Ray takes to start or to end.
    note_ending(costs, None if is_running() else ended, stage.options.studies)
    return _told(stage, study, reason, bundle, ballot)


def _decoded(stage: Stage) -> AbstractContextManager[None]:
    needed = (stage.table, inputs_wanted(stage.spec))
    return decoded_photos([needed], stage.cache, stage.spec.budget.cache)


def _catch_up(stage: Stage, study: Study) -> None:
    """Write the best trial's bundle if the sweep that finished the study was killed before."""
    best = BestBundle(stage.scene, show_warning)
    if best.is_behind(study.record()):
        with _decoded(stage):
            best.catch_up(study.record())
    best.closed(study.record(), "")


def _told(
    stage: Stage,
    study: Study,
    reason: str,
    bundle: Bundle | None = None,
    ballot: Ballot | None = None,
) -> SweepOutcome:
    gave_up = study.stop_reason is not None
    outcome = outcome_of(stage, study.record(), reason, gave_up=gave_up, bundle=bundle)
    return replace(outcome, ballot=ballot)
