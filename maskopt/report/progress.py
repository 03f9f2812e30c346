"""Where a running sweep stands: what displays count, and how long they think it takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from math import isnan
from statistics import fmean

from maskopt.records import EpochReport, StudyRecord, TrialRecord, TrialState, TrialTask
from maskopt.report.resting import Resting
from maskopt.report.wording import varying
from maskopt.roles import SweepPlan
from maskopt.space import Value

Clock = Callable[[], datetime]
"""Gives the local time, aware of its zone; tests hand in their own."""


def local_time() -> datetime:
    """Return the local time, aware of its zone, so that differences are true seconds."""
    return datetime.now().astimezone()


@dataclass
class RunningTrial:
    """A trial on a device.

    Attributes:
        folder: Its own folder, where its log is.
        since: When it started or last reported.
        reports: All that is known of it, earlier runs included.
    """

    number: int
    config: Mapping[str, Value]
    folder: str
    since: datetime
    reports: list[EpochReport] = field(default_factory=list)

    @property
    def epoch(self) -> int:
        """The last epoch reported; 0 before the first."""
        return self.reports[-1].epoch if self.reports else 0

    @property
    def score(self) -> float | None:
        """The last score reported."""
        return self.reports[-1].score if self.reports else None

    @property
    def best(self) -> EpochReport | None:
        """The report with the highest score; the earliest of equals."""
        return max(_real(self.reports), key=lambda report: report.score, default=None)


@dataclass(frozen=True)
class Best:
    """The best trial so far: its number, its best report, its config."""

    number: int
    report: EpochReport
    config: Mapping[str, Value]


class Progress:
    """A sweep from its opening on: what earlier sweeps left, what runs and what ended.

    Args:
        plan: What the sweep is to do.
        record: What earlier sweeps left.
        now: When it was opened.
    """

    def __init__(self, plan: SweepPlan, record: StudyRecord, now: datetime) -> None:
        self.plan = plan
        self.opened = now
        self.resting = Resting(record.trials)
        self.running: dict[int, RunningTrial] = {}
        self._configs = [trial.config for trial in record.trials]
        self.varying = plan.varying or varying(self._configs)

    def started(self, task: TrialTask, now: datetime) -> None:
        """Note that a trial starts or goes on."""
        before = self.resting.take(task.number)
        known = [r for r in before.reports if r.epoch <= task.known_epochs] if before else []
        config = task.config.values
        self.running[task.number] = RunningTrial(task.number, config, task.folder, now, known)
        if not self.plan.varying:
            self._configs.append(config)
            self.varying = varying(self._configs)

    def reported(self, number: int, report: EpochReport, now: datetime) -> None:
        """Note an epoch."""
        trial = self.running[number]
        trial.reports.append(report)
        trial.since = now

    def ended(self, trial: TrialRecord) -> str | None:
        """Note a trial's end and return the folder it worked in, if it was seen to start."""
        self.resting.add(trial)
        ran = self.running.pop(trial.number, None)
        return ran.folder if ran else None

    @property
    def states(self) -> dict[str, int]:
        """The number of trials in each state; what stands still in a study is waiting."""
        found = self.resting.states
        counts = {state.value: found[state] for state in TrialState}
        counts[TrialState.WAITING] += found[TrialState.RUNNING]
        counts[TrialState.RUNNING] = len(self.running)
        return counts

    @property
    def best(self) -> Best | None:
        """The best trial that can still win: complete, waiting or running."""
        still = self.resting.best
        able: list[TrialRecord | RunningTrial] = [*([still] if still else [])]
        able += self.running.values()
        found = [Best(each.number, each.best, each.config) for each in able if each.best]
        return max(found, key=lambda best: (best.report.score, -best.number), default=None)

    def is_best(self, number: int) -> bool:
        """Tell whether a trial is the best so far."""
        best = self.best
        return best is not None and best.number == number

    def elapsed(self, now: datetime) -> float:
        """Return the seconds since the sweep was opened."""
        return (now - self.opened).total_seconds()

    def epoch_seconds(self, trial: RunningTrial) -> float | None:
        """Return what an epoch of a trial takes: its own mean, else that of all trials."""
        if trial.reports:
            return fmean(report.seconds for report in trial.reports)
        reports = [report for each in self.running.values() for report in each.reports]
        epochs = self.resting.epochs + len(reports)
        seconds = self.resting.epoch_seconds + sum(report.seconds for report in reports)
        return seconds / epochs if epochs else None

    def trial_left(self, trial: RunningTrial, now: datetime) -> float | None:
        """Return the seconds until a trial has done all its epochs."""
        seconds = self.epoch_seconds(trial)
        if seconds is None:
            return None
        spent = (now - trial.since).total_seconds()
        return max(0.0, (self.plan.epochs - trial.epoch) * seconds - spent)

    def plan_left(self, now: datetime) -> float | None:
        """Return the seconds until the plan is done or its time is over; none if not known."""
        limit = self.plan.seconds
        over = None if limit is None else max(0.0, limit - self.elapsed(now))
        if self.plan.trials is None:
            return over
        work = self._work_left(self.plan.trials, now)
        return work if work is None or over is None else min(work, over)

    def _work_left(self, trials: int, now: datetime) -> float | None:
        seconds = self._trial_seconds()
        if seconds is None:
            return None
        lefts = [self.trial_left(trial, now) or 0.0 for trial in self.running.values()]
        to_start = max(0, trials - self.resting.done - len(lefts))
        together = (sum(lefts) + to_start * seconds) / max(1, self.plan.trials_at_once)
        return max([together, *lefts])

    def _trial_seconds(self) -> float | None:
        if self.resting.trial_seconds is not None:
            return self.resting.trial_seconds
        first = next((trial for trial in self.running.values() if trial.reports), None)
        seconds = self.epoch_seconds(first) if first else None
        return None if seconds is None else seconds * self.plan.epochs


def _real(reports: list[EpochReport]) -> Iterator[EpochReport]:
    return (report for report in reports if not isnan(report.score))
