"""A study that this process sweeps: it writes down what its `Strategy` decides."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from optuna.exceptions import UpdateFinishedTrialError
from optuna.trial import FrozenTrial
from optuna.trial import TrialState as OptunaState

from maskopt.records import Ending, EpochReport, Repeat, Start, StudyRecord, TrialRecord, Verdict
from maskopt.spec.model import StudySpec
from maskopt.study import trials
from maskopt.study.building import build_strategy
from maskopt.study.following import Asked, Fits, Next
from maskopt.study.judging import answer
from maskopt.study.keeping import follow, start_text, take_up
from maskopt.study.opening import Opened, open_optuna
from maskopt.study.recovery import Cause, give_up, interrupt, pause, recover, tell
from maskopt.study.repeats import keep_repeat, with_repeats
from maskopt.study.storage import storage_errors

MOST_FAILURES = 5
"""Trials that fail in a row before a sweep gives up."""


@dataclass
class _Run:
    trial_id: int
    reports: list[EpochReport]
    verdict: Verdict | None
    started: float = field(default_factory=lambda: time.monotonic())


class Study:
    """A study that this process sweeps, and no other.

    Attributes:
        stop_reason: Why no more trials are given before the target is reached, if so.
        strategy: What decides.
    """

    def __init__(self, opened: Opened, spec: StudySpec) -> None:
        """Take up a study that is held; `Study.open` does all."""
        self.stop_reason: str | None = None
        self.strategy = build_strategy(spec)
        self._opened, self._study, self._storage = opened, opened.study, opened.storage
        self._spec, self._epochs = spec, spec.budget.epochs
        self._runs: dict[int, _Run] = {}
        self._failures, self._tried = 0, set[str]()
        with storage_errors(opened.storage_url):
            recover(self._study, self._storage, self._epochs)
            for trial in self._study.get_trials(deepcopy=False):
                follow(self.strategy, trial, self._storage)
                self._tried.add(str(trial.user_attrs.get(trials.START)))
        self.strategy.review()
        self.enqueue([Start(point, "try_first") for point in spec.try_first])

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

    def enqueue(self, starts: Sequence[Start]) -> None:
        """Have points tried before new ones are drawn, each once in the study's life."""
        for start in starts:
            if (text := start_text(start)) not in self._tried:
                self._tried.add(text)
                self.strategy.enqueue([start])

    def ask(self, fits: Fits | None = None, *, fills: bool = False) -> Asked | None:
        """Return the next trial to run, or none while there is nothing to give.

        Their order is `Strategy.choose`'s. All that have begun count for the target. What another
        program enqueued with values that the space has not fails, and the next is chosen.

        Args:
            fits: What it says no to is not started, and leaves no trace.
            fills: Let a slot that nothing fits bring a paused trial further.
        """
        if self.stop_reason is not None:
            return None
        with storage_errors(self._opened.storage_url):
            while chosen := self.strategy.choose(fits, fills=fills):
                if asked := self._start(chosen):
                    return asked
        return None

    def finished(self) -> bool:
        """Tell whether `ask` will never give another trial, whatever running ones do."""
        return self.strategy.finished() or self.stop_reason is not None

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
                verdict = answer(self._study, self.strategy, run.trial_id, number, report)
            except UpdateFinishedTrialError:  # somebody closed it, in the dashboard perhaps
                self._storage.refresh(run.trial_id)
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
        frozen = self._storage.get_trial(run.trial_id)
        with storage_errors(self._opened.storage_url):
            try:
                seconds = frozen.user_attrs.get(trials.SECONDS, 0.0)
                seconds += time.monotonic() - run.started
                self._storage.set_trial_user_attr(run.trial_id, trials.SECONDS, round(seconds, 3))
                decided = self._decide(run, frozen, ending, error)
            except UpdateFinishedTrialError:
                decided = trials.Fate(self._storage.refresh(frozen._trial_id).state)
        if decided is not None:
            self.strategy.end(number, trials.STATES[decided.state])
            self._count(decided)
            if self.strategy.trials[number].is_refereed:
                self.strategy.review()

    def give_up(self, numbers: Iterable[int]) -> None:
        """Tell waiting trials PRUNED, with all their reports."""
        with storage_errors(self._opened.storage_url):
            for number in numbers:
                frozen = self._study.get_trials(deepcopy=False)[number]
                give_up(self._storage, frozen)
                self.strategy.end(number, trials.STATES[frozen.state])

    def settle(self) -> None:
        """End the search: open trials with a report are told PRUNED, those without wait on."""
        for number in list(self._runs):
            self.close(number, Ending.LOST)
        kept = self._study.get_trials(deepcopy=False, states=(OptunaState.WAITING,))
        self.give_up([t.number for t in kept if trials.read_reports(t.user_attrs)[0]])

    def tick(self) -> None:
        """Give a sign of life; to be called every few seconds."""
        with storage_errors(self._opened.storage_url):
            self._opened.driver.beat()

    def record(self) -> StudyRecord:
        """Return what is known of the study."""
        with storage_errors(self._opened.storage_url):
            kept = map(trials.record_of, self._study.get_trials(deepcopy=False))
            found = with_repeats(kept, self._study.user_attrs)
        objectives = self._spec.objectives
        return StudyRecord(self._study.study_name, objectives[0], found, objectives)

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

    def _start(self, chosen: Next) -> Asked | None:
        frozen = take_up(self.strategy, self._study, self._storage, chosen, self._spec.space)
        if frozen is None:
            return None
        number, config = frozen.number, trials.require_config(frozen.user_attrs)
        reports, verdict = trials.read_reports(frozen.user_attrs)
        answered = Verdict.CONTINUE if verdict is Verdict.PAUSE else verdict
        self._runs[number] = _Run(frozen._trial_id, list(reports), answered)
        self.strategy.begin(number, chosen, config)
        return Asked(number, config, reports[-1].epoch if reports else 0)

    def _decide(
        self, run: _Run, frozen: FrozenTrial, ending: Ending, error: str | None
    ) -> trials.Fate | None:
        """Write down how a run ended; return what its trial was told, or none if it can go on."""
        if run.verdict is Verdict.PAUSE and ending is not Ending.ENDED:
            pause(self._storage, frozen)
            self.strategy.pause(frozen.number)
            return None
        decided = trials.decide(run.reports, run.verdict, self._epochs, ending, error)
        if decided is None:
            cause: Cause = "sweep" if error is None else "worker"
            decided = interrupt(self._storage, frozen, cause, error or "")
        if decided is None:
            self.strategy.interrupt(frozen.number)
        else:
            tell(self._study, self._storage, frozen, decided)
        return decided

    def _count(self, decided: trials.Fate) -> None:
        self._failures = self._failures + 1 if decided.state is OptunaState.FAIL else 0
        if self._failures >= MOST_FAILURES:
            reason = (decided.error or "").partition("\n")[0]
            self.stop_reason = f"{self._failures} trials in a row failed; the last: {reason}"
