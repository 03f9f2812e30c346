"""A search-space file becomes a finished study, and a bundle; nothing is lost when it dies."""

from __future__ import annotations

import time
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import replace

from maskopt.cluster.session import is_running
from maskopt.data.photos import write_photos
from maskopt.ensembles import Bundle
from maskopt.export.ballots import Ballot
from maskopt.export.best import BestBundle
from maskopt.plan.alarm import OutOfTime
from maskopt.plan.costs import Costs
from maskopt.report.console import show_note, show_warning
from maskopt.study.study import Study
from maskopt.sweep.acting import Acting
from maskopt.sweep.checkpoints import end_search
from maskopt.sweep.cutting_off import cutting_off
from maskopt.sweep.decoding import decoded_photos
from maskopt.sweep.delivery import deliver_late, note_ending
from maskopt.sweep.devices import devices_for
from maskopt.sweep.joined import late_ballot
from maskopt.sweep.noise import seeds_left
from maskopt.sweep.options import SweepOptions, SweepOutcome
from maskopt.sweep.outcome import INTERRUPTED, outcome_of, reason_of_end
from maskopt.sweep.packing import settle_per_device
from maskopt.sweep.photos import inputs_wanted
from maskopt.sweep.preparing import prepare
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
        stage = prepare(options)
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
    return _search(stage, study, costs)


def _deliver_late(stage: Stage, study: Study, costs: Costs) -> SweepOutcome:
    """Give what there is, as there is not even time to start the devices."""
    reason, output = reason_of_end(stage, study), stage.options.export
    if output is not None:
        return _told(stage, study, reason, deliver_late(stage, output, study.record()))
    return _told(stage, study, reason, ballot=late_ballot(stage, study, costs))


def _search(stage: Stage, study: Study, costs: Costs) -> SweepOutcome:
    with ExitStack() as held:
        in_time = _has_time(stage, costs) and _decodes_in_time(stage, costs, held)
        # Measuring, too, has taken its time by now.
        shared = settle_per_device(stage) if in_time else None
        if not in_time or not _has_time(stage, costs):
            end_search(study, stage.trials)
            return _deliver_late(stage, study, costs)
        return _search_decoded(stage, study, costs, shared)


def _spare(stage: Stage, costs: Costs) -> float | None:
    """Return the seconds until it is too late to start the devices; none where it never is."""
    if stage.left is None or not stage.options.exports:
        return None
    return stage.left - costs.expected("begin") - costs.ending(exports=True)


def _has_time(stage: Stage, costs: Costs) -> bool:
    spare = _spare(stage, costs)
    return spare is None or spare >= 0


def _decodes_in_time(stage: Stage, costs: Costs, held: ExitStack) -> bool:
    """Have photos decoded and held; tell whether that was done before it is too late to train."""
    spare = _spare(stage, costs)
    try:
        with nullcontext() if spare is None else cutting_off(spare):
            held.enter_context(_decoded(stage))
    except OutOfTime:
        show_note("photos were not decoded in time to train; what is trained already is exported")
        return False
    return _has_time(stage, costs)


def _search_decoded(stage: Stage, study: Study, costs: Costs, shared: int | None) -> SweepOutcome:
    gpus, bundle, ballot = stage.spec.budget.gpus_per_trial, None, None
    began = None if is_running() else time.monotonic()
    with devices_for(stage.options, gpus, shared) as devices:
        with Acting(stage, study, devices, costs, began) as acting:
            reason = acting.run()
            try:
                if reason != INTERRUPTED:
                    bundle, ballot = acting.deliver(), acting.ballot()
            except KeyboardInterrupt:
                reason = INTERRUPTED
        ended = time.monotonic()
    # What is kept for another study, or was gone, says nothing of how long Ray takes to end.
    note_ending(costs, None if is_running() or acting.is_bereft else ended, stage.options.studies)
    return _told(stage, study, reason, bundle, ballot, gave_up=acting.is_bereft)


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
    *,
    gave_up: bool = False,
) -> SweepOutcome:
    gave_up = gave_up or study.stop_reason is not None
    outcome = outcome_of(stage, study.record(), reason, gave_up=gave_up, bundle=bundle)
    return replace(outcome, ballot=ballot)
