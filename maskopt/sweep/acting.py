"""A sweep on its devices: the search, what comes after it, and the bundle."""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import replace
from types import TracebackType
from typing import Self

from maskopt.cluster.devices import DevicePlan
from maskopt.cluster.running import run_trials
from maskopt.ensembles import Bundle
from maskopt.errors import StudyError
from maskopt.export.ballots import Ballot
from maskopt.export.best import BestBundle
from maskopt.export.fold_queue import FoldQueue
from maskopt.export.holding import holding
from maskopt.export.networks import Members
from maskopt.export.shelf import Shelf
from maskopt.export.sources import Source
from maskopt.plan.costs import Costs
from maskopt.plan.kept import learn_speeds
from maskopt.plan.timetable import Timetable
from maskopt.records import StudyRecord
from maskopt.report.console import make_display, show_error, show_note, show_warning
from maskopt.report.fanout import Forgiving, Watchers
from maskopt.roles import Watcher
from maskopt.study.study import Study
from maskopt.sweep.beginning import begin_search
from maskopt.sweep.bereft import bereft, has_over
from maskopt.sweep.checkpoints import end_search
from maskopt.sweep.conduct import SweepConductor
from maskopt.sweep.delivery import deliver, deliver_late, source_of
from maskopt.sweep.joined import ballot_of
from maskopt.sweep.noise_queue import NoiseQueue
from maskopt.sweep.outcome import INTERRUPTED, reason_of_end
from maskopt.sweep.relay import Follower, Relay
from maskopt.sweep.stage import Stage
from maskopt.sweep.timing import (
    learn_epochs,
    make_timetable,
    most_members,
    plan_words,
    probe_room,
)
from maskopt.sweep.weights import settle_scratch
from maskopt.tracking import make_tracker

WORKER = "maskopt.vision.work:run"


class Acting:
    """Everything between the start of the devices and their end; a context.

    Args:
        stage: What was prepared.
        study: Held by this process.
        devices: Ray runs.
        costs: What cannot be cut off; learns.
        began: When the devices were begun to be started; none where they had been before.

    Attributes:
        is_bereft: Whether the devices were gone for good before the search was over.
    """

    def __init__(
        self, stage: Stage, study: Study, devices: DevicePlan, costs: Costs, began: float | None
    ) -> None:
        self._stage, self._study, self._devices, self._costs = stage, study, devices, costs
        self._held, aside = ExitStack(), time.monotonic()
        self._scratch = settle_scratch(stage.spec, stage.folder)
        speeds = learn_epochs(stage, devices)
        # To find weights and to time epochs takes minutes once; of Ray's start that says nothing.
        self._began = None if began is None else began + time.monotonic() - aside
        self._timetable = make_timetable(stage, devices, speeds, costs, study)
        words = plan_words(stage, self._timetable, speeds, devices.trials_at_once)
        if words is not None:
            show_note(words)
        self._room = probe_room(stage, speeds, devices.trials_at_once)
        self._setup = stage.setup(self._scratch, devices.threads)
        self._noise = NoiseQueue(
            study,
            self._setup,
            stage.trials,
            stage.spec.noise,
            self._timetable,
            stage.spec.folds.judged(len(stage.table)),
        )
        self._folds: FoldQueue | None = None
        self._over_at: float | None = None
        self.is_bereft = False

    def __enter__(self) -> Self:
        """Hold the study for an export, where one is wanted."""
        if self._stage.options.exports:
            source = source_of(self._stage, self._scratch)
            self._held.enter_context(holding((source,)))
            self._folds = self._fold_queue(self._timetable)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Let go of it."""
        self._held.close()

    def run(self) -> str:
        """Train until everything is done or its time is over; return why it ended.

        Raises:
            StudyError: The devices are gone, and no bundle is owed at a time.
        """
        stage, study, watcher = self._stage, self._study, make_watcher(self._stage)
        relay, error = self._relay(watcher), None
        watcher.opened(stage.plan(self._devices, self._timetable.agenda), study.record())
        try:
            run_trials(relay, WORKER, self._devices_needed(), self._note_begin)
            reason = reason_of_end(stage, study)
        except KeyboardInterrupt:
            reason = INTERRUPTED
        except StudyError as raised:
            reason, error = bereft(stage, raised), raised
            self.is_bereft = True
        self._over_at = time.monotonic()
        if self._is_over(reason):
            end_search(study, stage.trials)
        watcher.closed(study.record(), reason)
        if error is not None:
            show_error(str(error))
        learn_speeds(
            stage.options.studies, study.record(), stage.spec, len(stage.table), self._devices
        )
        return reason

    def _is_over(self, reason: str) -> bool:
        """Tell whether trials that wait are to be told how the search ended for them."""
        if reason == INTERRUPTED:
            return False
        if self._timetable.is_over():
            return True
        if self.is_bereft:  # they can go on, unless one of them is all that there is to export
            return not has_over(self._study.record())
        # Under a deadline also where nothing fitted any more some time before it.
        done = self._study.finished() or self._timetable.is_limited
        return self._study.stop_reason is None and done

    def _devices_needed(self) -> DevicePlan:
        """Return the plan with no more workers than there can be trials at once."""
        spec, plan = self._stage.spec, self._devices
        if self._folds is not None:  # networks out of fold are many
            return plan
        most = most_at_once(self._study.record(), spec.budget.trials, spec.noise)
        return replace(plan, trials_at_once=min(plan.trials_at_once, most or plan.trials_at_once))

    def deliver(self) -> Bundle | None:
        """Write the bundle that was asked for; none where none was, or no trial has weights."""
        output = self._stage.options.export
        if output is None or self._folds is None:
            return None
        if self.is_bereft:
            return deliver_late(self._stage, output, self._study.record())
        source, members, record = self._votes(self._folds)
        return deliver(self._stage, output, source, members, self._devices, self._costs, record)

    def ballot(self) -> Ballot | None:
        """Return what the study brings to a bundle of several; none where it is none of them."""
        if not self._stage.options.joined or self._folds is None:
            return None
        return ballot_of(self._stage, *self._votes(self._folds))

    def _votes(self, folds: FoldQueue) -> tuple[Source, Members, StudyRecord]:
        """Return the study with its members that are whole; note what closing has taken."""
        if self._over_at is not None:
            self._costs.note("close", time.monotonic() - self._over_at)
        source = source_of(self._stage, self._scratch)
        return source, folds.members(), self._study.record()

    def _note_begin(self) -> None:
        """Note that workers are there, with all that they import: trials begin now."""
        if self._began is not None:
            self._costs.note("begin", time.monotonic() - self._began)
        self._timetable.begin()

    def _relay(self, watcher: Watcher) -> Relay:
        stage, study = self._stage, self._study
        options, spec = stage.options, stage.spec
        memory = begin_search(
            study, spec, options.storage_url, options.studies, self._scratch, self._room
        )
        search = SweepConductor(
            study,
            self._setup,
            stage.trials,
            watcher,
            timetable=self._timetable,
            memory=memory,
            disk=spec.budget.disk,
        )
        followers: list[Follower] = [self._noise, *([self._folds] if self._folds else [])]
        return Relay(search, followers, self._timetable)

    def _fold_queue(self, timetable: Timetable) -> FoldQueue:
        return FoldQueue(
            Shelf(source_of(self._stage, self._scratch), self._devices.threads, self._stage.cache),
            self._study.trial_record,
            timetable,
            members=most_members(self._stage, self._devices),
            warn=show_warning,
            ties=self._noise.ties,
        )


def most_at_once(record: StudyRecord, trials: int | None, seeds: int) -> int | None:
    """Return how many trials there can be side by side; none is as many as one likes.

    Args:
        record: What is known of the study.
        trials: Complete and pruned trials that are wanted; none where time ends the search.
        seeds: That the best configuration is trained with when the search is over.
    """
    if trials is None:
        return None
    left = trials - record.states["complete"] - record.states["pruned"]
    return max(1, left, seeds)


def make_watcher(stage: Stage) -> Watcher:
    """Return who sees a sweep's events."""
    watchers: list[Watcher] = [make_display(), BestBundle(stage.scene, show_warning)]
    if stage.options.tracker:
        tracker = make_tracker(
            stage.options.tracker, stage.options.studies, stage.spec.study, show_warning
        )
        if tracker:
            watchers.append(Forgiving(tracker, show_warning, stage.options.tracker))
    return Watchers(watchers)
