"""Where a running sweep stands: what displays count, and how long they think it takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from math import isnan
from statistics import fmean

from maskopt.records import EpochReport, StudyRecord, TrialRecord, TrialState, TrialTask
from maskopt.report.wording import varying
from maskopt.roles import SweepPlan
from maskopt.space import Value

Clock = Callable[[], datetime]
"""Gives the local time, aware of its zone; tests hand in their own."""

_DONE = (TrialState.COMPLETE, TrialState.PRUNED)
_CAN_WIN = (TrialState.COMPLETE, TrialState.WAITING, TrialState.RUNNING)


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


@dataclass
class Progress:
    """A sweep from its opening on: what earlier sweeps left, what runs and what ended."""

    plan: SweepPlan
    opened: datetime
    trials: dict[int, TrialRecord]
    running: dict[int, RunningTrial] = field(default_factory=dict)

    @staticmethod
    def of(plan: SweepPlan, record: StudyRecord, now: datetime) -> Progress:
        """Return the progress of a sweep that begins now."""
        return Progress(plan, now, {trial.number: trial for trial in record.trials})

    def started(self, task: TrialTask, now: datetime) -> None:
        """Note that a trial starts or goes on."""
        before = self.trials.get(task.number)
        known = [r for r in before.reports if r.epoch <= task.known_epochs] if before else []
        self.running[task.number] = RunningTrial(
            task.number, task.config.values, task.folder, now, known
        )

    def reported(self, number: int, report: EpochReport, now: datetime) -> None:
        """Note an epoch."""
        trial = self.running[number]
        trial.reports.append(report)
        trial.since = now

    def ended(self, trial: TrialRecord) -> str | None:
        """Note a trial's end and return the folder it worked in, if it was seen to start."""
        self.trials[trial.number] = trial
        ran = self.running.pop(trial.number, None)
        return ran.folder if ran else None

    @property
    def states(self) -> dict[str, int]:
        """The number of trials in each state; what stands still in a study is waiting."""
        resting = [trial for number, trial in self.trials.items() if number not in self.running]
        found = [trial.state for trial in resting]
        counts = {state.value: found.count(state) for state in TrialState}
        counts[TrialState.WAITING] += counts[TrialState.RUNNING]
        counts[TrialState.RUNNING] = len(self.running)
        return counts

    @property
    def done(self) -> int:
        """Trials that count for the plan: complete and pruned."""
        return sum(self.states[state] for state in _DONE)

    @property
    def best(self) -> tuple[int, EpochReport, Mapping[str, Value]] | None:
        """Number, best report and config of the best trial that can still win."""
        able: list[TrialRecord | RunningTrial] = [*self._resting(), *self.running.values()]
        found = [(trial.number, trial.best, trial.config) for trial in able if trial.best]
        return max(found, key=lambda each: (each[1].score, -each[0]), default=None)

    @property
    def varying(self) -> tuple[str, ...]:
        """Dotted paths that vary: those of the plan, or those that were seen to differ."""
        resting = [trial.config for trial in self.trials.values()]
        return self.plan.varying or varying(
            [*resting, *(trial.config for trial in self.running.values())]
        )

    def elapsed(self, now: datetime) -> float:
        """Return the seconds since the sweep was opened."""
        return (now - self.opened).total_seconds()

    def epoch_seconds(self, trial: RunningTrial) -> float | None:
        """Return what an epoch of a trial takes: its own mean, else that of all trials."""
        reports = trial.reports or [report for each in self._known() for report in each.reports]
        return fmean(report.seconds for report in reports) if reports else None

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
        work = self._work_left(now)
        known = [seconds for seconds in (over, work) if seconds is not None]
        # A time limit alone says nothing while the first of a number of trials has not reported.
        return min(known) if known and (work is not None or self.plan.trials is None) else None

    def _work_left(self, now: datetime) -> float | None:
        seconds = self._trial_seconds()
        if self.plan.trials is None or seconds is None:
            return None
        lefts = [self.trial_left(trial, now) or 0.0 for trial in self.running.values()]
        to_start = max(0, self.plan.trials - self.done - len(lefts))
        together = (sum(lefts) + to_start * seconds) / max(1, self.plan.trials_at_once)
        return max([together, *lefts])

    def _trial_seconds(self) -> float | None:
        ended = [t.seconds for t in self.trials.values() if t.state in _DONE and t.seconds > 0]
        if ended:
            return fmean(ended)
        first = next((trial for trial in self.running.values() if trial.reports), None)
        seconds = self.epoch_seconds(first) if first else None
        return None if seconds is None else seconds * self.plan.epochs

    def _known(self) -> Iterator[TrialRecord | RunningTrial]:
        yield from self.trials.values()
        yield from self.running.values()

    def _resting(self) -> Iterator[TrialRecord]:
        for number, trial in self.trials.items():
            # A failed trial's score is nothing that can be used, a pruned one's is not a best.
            if number not in self.running and trial.state in _CAN_WIN:
                yield trial


def _real(reports: list[EpochReport]) -> Iterator[EpochReport]:
    return (report for report in reports if not isnan(report.score))
