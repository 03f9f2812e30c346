"""The timetable of a sweep: what its speeds are, what is planned, and how that is told."""

from __future__ import annotations

import time

from maskopt.cluster.devices import DevicePlan
from maskopt.errors import plural
from maskopt.plan.backwards import SHARE
from maskopt.plan.clock import duration_words
from maskopt.plan.costs import Costs
from maskopt.plan.estimates import known_epochs
from maskopt.plan.probing import PROBE_SECONDS
from maskopt.plan.situation import Export
from maskopt.plan.speeds import Speeds, key_of
from maskopt.plan.timetable import Timetable
from maskopt.space import TrialConfig
from maskopt.starts.affording import ProbeRoom
from maskopt.study.study import Study
from maskopt.sweep.stage import Stage

MEMBERS = 5
"""Trials that may vote, as `export-best` has it; more where devices would stand idle."""

MOST_MEMBERS = 12
"""Beyond these the vote gains nothing, and choosing takes its time."""

_WITH_A_NETWORK = 2.25
"""What a trial and a network like it take, in times of the trial: the network has a margin, and it
predicts its fold."""

_PROBED_SHARE, _PROBED_FROM = 0.05, 8.0  # of the time left; seconds under which none is timed


def learn_epochs(stage: Stage, devices: DevicePlan) -> Speeds:
    """Return what is known of epochs before the first trial.

    Where earlier sweeps left nothing some steps are timed, if the clock matters at all.
    """
    left = stage.left
    seconds = 0.0 if left is None else min(PROBE_SECONDS, _PROBED_SHARE * left)
    told, _ = known_epochs(
        stage.spec,
        len(stage.table),
        devices,
        stage.options.studies,
        seconds if seconds >= _PROBED_FROM else 0.0,
    )
    return Speeds(told)


def most_members(stage: Stage, devices: DevicePlan) -> int:
    """Return how many trials may vote: with more devices than their networks take, more."""
    folds = stage.spec.folds
    filling = devices.trials_at_once // max(1, folds.count - folds.use)
    return min(max(MEMBERS, filling), MOST_MEMBERS)


def export_of(stage: Stage, members: int) -> Export:
    """Return what is exported after the search, of so many trials at most."""
    folds = stage.spec.folds
    return Export(members=members, folds=folds.count, searched=folds.use, photos=len(stage.table))


def make_timetable(
    stage: Stage, devices: DevicePlan, speeds: Speeds, costs: Costs, study: Study
) -> Timetable:
    """Return the plan of a sweep, with all that is known of it taken up."""
    export = export_of(stage, most_members(stage, devices))
    timetable = Timetable(
        time.monotonic,
        stage.deadline,
        devices.trials_at_once,
        stage.spec.budget.epochs,
        speeds,
        costs,
        export=export if stage.options.exports else None,
        noise=stage.spec.noise,
        owed=study.strategy.owed,
    )
    timetable.recall(study.record())
    return timetable


def probe_room(stage: Stage, speeds: Speeds, slots: int) -> ProbeRoom | None:
    """Return what probes of backbones may take: all of the search's part; none without a deadline.

    Args:
        stage: Says how much time is left.
        speeds: What epochs take.
        slots: Trials side by side.
    """
    left, epochs = stage.left, stage.spec.budget.epochs
    if left is None:
        return None

    def seconds(config: TrialConfig) -> float | None:
        epoch = speeds.seconds(key_of(config))
        return None if epoch is None else epochs * epoch

    exports = stage.options.exports
    search = (1 - SHARE) * left if exports else left
    each = left / _WITH_A_NETWORK if exports else left
    return ProbeRoom(seconds, search * slots, each)


def plan_words(stage: Stage, timetable: Timetable, speeds: Speeds, slots: int) -> str | None:
    """Return what fits into the time, in words; none where nothing limits it."""
    agenda, typical = timetable.agenda(), speeds.typical()
    if agenda is None:
        return None
    if typical is None:
        return "what fits into the time is known after the first epochs"
    trial = typical * stage.spec.budget.epochs
    words = (
        f"{duration_words(agenda.search)} of search, room for about "
        f"{agenda.search * slots / trial:.1f} full trials of {duration_words(trial)} each"
    )
    if agenda.noise:
        words += f"; {duration_words(agenda.noise)} to repeat the best with other seeds"
    if agenda.out_of_fold:
        words += (
            f"; {duration_words(agenda.out_of_fold)} for the networks that vote "
            f"({plural(agenda.members, 'trial')}, {plural(agenda.folds, 'fold')})"
        )
    return f"{words}; {duration_words(agenda.closing + agenda.ending)} reserved for the end"
