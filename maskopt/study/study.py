"""A study that one driver sweeps: ask, report, close.

Whatever happens to driver and workers, the storage alone says how things stand: `Study.open`
takes up where it stopped. A run that ends before its trial does leaves the trial open; `ask`
gives it again, with the epochs it is known to have.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import optuna
from optuna.exceptions import UpdateFinishedTrialError
from optuna.trial import TrialState as OptunaState

from maskopt.records import Ending, EpochReport, Repeat, StudyRecord, TrialRecord, Verdict
from maskopt.space import TrialConfig, Value
from maskopt.spec.model import StudySpec
from maskopt.study import trials
from maskopt.study.judging import judge
from maskopt.study.opening import Opened, open_optuna
from maskopt.study.queue import Queue
from maskopt.study.recovery import Cause, interrupt, recover, settle, tell
from maskopt.study.repeats import keep_repeat, with_repeats
from maskopt.study.searchers import suggest_with
from maskopt.study.storage import storage_errors

MOST_FAILURES = 5
"""Trials that fail in a row before a sweep gives up."""

_DONE = (OptunaState.COMPLETE, OptunaState.PRUNED)


Fits = Callable[[TrialConfig, int, int], bool]


@dataclass(frozen=True)
class Asked:
    """A trial to run.

    Attributes:
        known_epochs: Epochs already reported; above 0 it goes on from its checkpoint.
    """

    number: int
    config: TrialConfig
    known_epochs: int


@dataclass
class _Run:
    trial: optuna.Trial
    reports: list[EpochReport]
    verdict: Verdict | None
    started: float = field(default_factory=lambda: time.monotonic())


class Study:
    """A study that this process sweeps, and no other.

    Attributes:
        stop_reason: Why no more trials are given before the target is reached, if so.
    """

    def __init__(self, opened: Opened, spec: StudySpec) -> None:
        """Take up a study that is held; `Study.open` does all."""
        self.stop_reason: str | None = None
        self._opened, self._study, self._storage = opened, opened.study, opened.storage
        self._objectives, self._space = spec.objectives, spec.space
        self._epochs, self._target = spec.budget.epochs, spec.budget.trials
        self._runs: dict[int, _Run] = {}
        self._failures = 0
        with storage_errors(opened.storage_url):
            recover(self._study, self._storage, self._epochs)
            self._queue = Queue(self._study, self._storage, spec.space)
            self._queue.add_points(spec.try_first)
            self._done = len(self._study.get_trials(deepcopy=False, states=_DONE))

    @classmethod
    def open(cls, spec: StudySpec, storage_url: str, folder: Path) -> Self:
        """Open a study to sweep it; make it if it is new.

        A new study keeps the spec's content, see `reading.stored_content`: whether an old one is
        still the same is for the caller to compare. The target is the spec's `budget.trials`.

        Args:
            spec: What to search; its `try_first` points go first.
            storage_url: Any SQLAlchemy URL that Optuna takes.
            folder: The study's own folder; the driver's lock lies there.

        Raises:
            StudyError: The storage cannot be used, or another process sweeps the study.
        """
        opened = open_optuna(spec, storage_url, folder)
        try:
            return cls(opened, spec)
        except BaseException:
            opened.held.close()
            raise

    def enqueue(self, points: Sequence[Mapping[str, Value]]) -> None:
        """Have points tried before new ones are drawn, each once in the study's life.

        Args:
            points: Values by dotted path; what a point leaves out is drawn.
        """
        with storage_errors(self._opened.storage_url):
            self._queue.add_points(points)

    def ask(self, fits: Fits | None = None) -> Asked | None:
        """Return the next trial to run, or none while there is nothing to give.

        Args:
            fits: Tells of a config, its known epochs and the epoch of the next decision whether
                there is time for it.

        Interrupted trials come first, then enqueued points, then what the searcher proposes.
        Running trials count as promised, so that the target is reached exactly.
        """
        if self.stop_reason is not None or not self._has_room(0):
            return None
        with storage_errors(self._opened.storage_url):
            trial = self._queue.take_interrupted()
            if trial is None and self._has_room(len(self._queue.interrupted)):
                trial = self._queue.take_new()
            return None if trial is None else self._start(trial)

    def finished(self) -> bool:
        """Tell whether `ask` will never give another trial, whatever running ones do."""
        reached = self._target is not None and self._done >= self._target
        return reached or self.stop_reason is not None

    def report(self, number: int, report: EpochReport) -> Verdict:
        """Note an epoch and answer whether the trial goes on.

        A report that is known already changes nothing and gets the answer it got then.
        """
        run = self._runs[number]
        if run.reports and report.epoch <= run.reports[-1].epoch:
            is_last = report.epoch == run.reports[-1].epoch
            return run.verdict if is_last and run.verdict else Verdict.CONTINUE
        with storage_errors(self._opened.storage_url):
            try:
                verdict = judge(self._study, run.trial, report, self._epochs)
                kept = trials.report_attribute(report, verdict)
                run.trial.set_user_attr(f"{trials.REPORT}{report.epoch}", kept)
            except UpdateFinishedTrialError:  # somebody closed it, in the dashboard perhaps
                self._storage.refresh(run.trial._trial_id)
                return Verdict.STOP
        run.reports.append(report)
        run.verdict = verdict
        return verdict

    def close(self, number: int, ending: Ending, error: str | None = None) -> None:
        """End a trial's run, and the trial unless it can go on.

        Args:
            number: A trial that `ask` gave.
            ending: How the run ended.
            error: Reason on its first line, then the traceback; of a lost run why its worker
                died, and none where the sweep itself was interrupted.
        """
        run = self._runs.pop(number)
        frozen = self._storage.get_trial(run.trial._trial_id)
        decided = trials.decide(run.reports, run.verdict, self._epochs, ending, error)
        with storage_errors(self._opened.storage_url):
            try:
                seconds = frozen.user_attrs.get(trials.SECONDS, 0.0)
                seconds += time.monotonic() - run.started
                run.trial.set_user_attr(trials.SECONDS, round(seconds, 3))
                if decided is None:
                    cause: Cause = "sweep" if error is None else "worker"
                    decided = interrupt(self._storage, frozen, cause, error or "")
                if decided is None:
                    self._queue.put_back(number, frozen._trial_id)
                    return
                tell(self._study, self._storage, frozen, decided)
            except UpdateFinishedTrialError:
                decided = trials.Fate(self._storage.refresh(frozen._trial_id).state)
        self._count(decided)

    def settle(self) -> None:
        """End the search: open trials with a report are told PRUNED, those without wait on."""
        for number in list(self._runs):
            self.close(number, Ending.LOST)
        with storage_errors(self._opened.storage_url):
            self._done += settle(self._study, self._storage, self._queue)

    def tick(self) -> None:
        """Give a sign of life; to be called every few seconds."""
        with storage_errors(self._opened.storage_url):
            self._opened.driver.beat()

    def record(self) -> StudyRecord:
        """Return what is known of the study."""
        with storage_errors(self._opened.storage_url):
            kept = self._study.get_trials(deepcopy=False)
            attributes = self._study.user_attrs
        records = (trials.record_of(trial) for trial in kept)
        return StudyRecord(
            self._study.study_name,
            self._objectives[0],
            with_repeats(records, attributes),
            self._objectives,
        )

    def trial_record(self, number: int) -> TrialRecord:
        """Return what is known of a trial."""
        with storage_errors(self._opened.storage_url):
            return trials.record_of(self._study.get_trials(deepcopy=False)[number])

    def add_repeat(self, number: int, repeat: Repeat) -> None:
        """Keep what a trial's configuration gave with another seed."""
        with storage_errors(self._opened.storage_url):
            keep_repeat(self._study, number, repeat)

    def shut(self) -> None:
        """Let go of the study; runs that are still open are interrupted."""
        try:
            for number in list(self._runs):
                self.close(number, Ending.LOST)
        finally:
            with storage_errors(self._opened.storage_url):
                self._opened.held.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.shut()

    def _has_room(self, promised: int) -> bool:
        taken = self._done + len(self._runs) + promised
        return self._target is None or taken < self._target

    def _start(self, trial: optuna.Trial) -> Asked:
        config = trials.read_config(trial.user_attrs)
        if config is None:
            config = self._space.draw(suggest_with(trial))
            trial.set_user_attr(trials.CONFIG, dict(config.values))
        reports, verdict = trials.read_reports(trial.user_attrs)
        self._runs[trial.number] = _Run(trial, list(reports), verdict)
        return Asked(trial.number, config, reports[-1].epoch if reports else 0)

    def _count(self, decided: trials.Fate) -> None:
        if decided.state in _DONE:
            self._done += 1
            self._failures = 0
            return
        self._failures += 1
        if self._failures >= MOST_FAILURES:
            reason = (decided.error or "").partition("\n")[0]
            self.stop_reason = f"{self._failures} trials in a row failed; the last: {reason}"
