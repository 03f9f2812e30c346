"""The joint between a study and the devices: it decides with one, and tells the watchers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from shutil import rmtree
from typing import Protocol

from maskopt.records import (
    Ending,
    EpochReport,
    TrialRecord,
    TrialSetup,
    TrialTask,
    Verdict,
    derive_seed,
)
from maskopt.report.console import show_note
from maskopt.roles import Watcher
from maskopt.space import TrialConfig
from maskopt.study.study import Study
from maskopt.sweep.checkpoints import Checkpoints


class Timetable(Protocol):
    """Knows until when is searched."""

    @property
    def fills(self) -> bool:
        """Whether a slot that nothing fits takes whatever ends in time."""

    def is_over(self) -> bool:
        """Tell whether the search has to end now."""

    def fits(self, config: TrialConfig, known_epochs: int, until: int) -> bool:
        """Tell whether a trial that has so many epochs gets to epoch `until` in time."""

    def started(self, task: TrialTask) -> None:
        """Note that a trial runs."""

    def reported(self, number: int, report: EpochReport) -> None:
        """Note an epoch's seconds, and plan again."""

    def ended(self, trial: TrialRecord) -> None:
        """Note that a trial's run is over, or that it was answered from memory."""


@dataclass(frozen=True)
class Recalled:
    """Work that was done before.

    Attributes:
        reports: In order; one at least.
        is_over: Whether it ended by itself with the last of them.
    """

    reports: Sequence[EpochReport]
    is_over: bool


class Memory(Protocol):
    """Knows what was trained before."""

    def recall(self, task: TrialTask) -> Recalled | None:
        """Return work that was done before, with its files put in place; none if there is none.

        Args:
            task: A trial; what is recalled of one with known epochs begins with their very
                reports, and where its checkpoint lies in its folder it is over.
        """


class SweepConductor:
    """Gives trials of a study until its target or the clock ends the sweep.

    Args:
        study: Asked, reported to and told.
        setup: What all trials share.
        folder: Where each trial's own folder lies.
        watcher: Hears of everything.
        timetable: Until when is searched.
        memory: What was trained before.
        disk: Gigabytes that the checkpoints of paused trials may take.
    """

    def __init__(
        self,
        study: Study,
        setup: TrialSetup,
        folder: Path,
        watcher: Watcher,
        *,
        timetable: Timetable,
        memory: Memory,
        disk: float = 20.0,
    ) -> None:
        self._study = study
        self._setup = setup
        self._folder = folder
        self._watcher = watcher
        self._timetable = timetable
        self._memory = memory
        self._checkpoints = Checkpoints(study, folder, disk)
        self._loosened = study.strategy.loosened

    @property
    def out_of_time(self) -> bool:
        """Whether the clock has ended the sweep."""
        return self._timetable.is_over()

    def ask(self) -> TrialTask | None:
        """Return the next trial to run, or none while there is nothing to give."""
        while not self.out_of_time:
            asked = self._study.ask(self._timetable.fits, fills=self._timetable.fills)
            if asked is None:
                return None
            task = TrialTask(
                number=asked.number,
                config=asked.config,
                seed=derive_seed(self._setup.study, asked.number),
                known_epochs=asked.known_epochs,
                folder=str(self._folder_of(asked.number)),
                setup=self._setup,
            )
            self._watcher.started(task)
            self._checkpoints.started(task.number)
            known = self._replay(task)
            if known is not None:
                task = replace(task, known_epochs=known)
                self._timetable.started(task)
                return task
        return None

    def finished(self) -> bool:
        """Tell whether `ask` will never give another trial."""
        return self.out_of_time or self._study.finished()

    def report(self, number: int, report: EpochReport) -> Verdict:
        """Note an epoch, show it, and answer whether the trial goes on."""
        self._timetable.reported(number, report)
        return self._note(number, report)

    def close(self, number: int, ending: Ending, error: str | None = None) -> None:
        """End a trial's run.

        What the clock cuts off is told pruned with the epochs it has: the study is then finished
        and says so. Without one report there is nothing to tell, and the trial waits.
        """
        cut_off = ending is Ending.LOST and error is None and self.out_of_time
        if cut_off and self._study.trial_record(number).reports:
            ending = Ending.STOPPED
        self._end(number, ending, error)

    def _end(self, number: int, ending: Ending, error: str | None = None) -> None:
        self._study.close(number, ending, error)
        trial = self._study.trial_record(number)
        self._timetable.ended(trial)
        self._checkpoints.ended(trial)
        self._watcher.ended(trial)
        if self._study.strategy.loosened != self._loosened:
            self._loosened = self._study.strategy.loosened
            show_note(f"the pruner is looser now: {self._loosened}")

    def tick(self) -> bool:
        """Let displays and the study's lock live, and answer whether the sweep goes on."""
        self._watcher.tick()
        self._study.tick()
        return not self.out_of_time and self._study.stop_reason is None

    def _note(self, number: int, report: EpochReport) -> Verdict:
        verdict = self._study.report(number, report)
        self._watcher.reported(number, report, verdict)
        return verdict

    def _replay(self, task: TrialTask) -> int | None:
        """Report what is known of a trial's work; return its epochs, or none if that ended it.

        The timetable hears nothing of it: it took no time. What is over is reported whole, since
        no pruner saves anything by ending it. A promoted trial's work may be done as well: one
        that it shares its epochs with was complete meanwhile.
        """
        recalled = self._memory.recall(task)
        if recalled is None:
            return task.known_epochs
        for report in recalled.reports[task.known_epochs :]:
            verdict = self._note(task.number, report)
            if verdict is not Verdict.CONTINUE and not recalled.is_over:
                self._stop_early(task.number, verdict, report is recalled.reports[-1])
                return None
        if recalled.is_over:
            self._end(task.number, Ending.ENDED)
            return None
        return recalled.reports[-1].epoch

    def _stop_early(self, number: int, verdict: Verdict, is_last: bool) -> None:
        if verdict is Verdict.STOP and not is_last:
            # The best weights there may be of an epoch that this trial never gets to.
            rmtree(self._folder_of(number), ignore_errors=True)
        self._end(number, Ending.STOPPED)

    def _folder_of(self, number: int) -> Path:
        return self._folder / f"{number:05d}"
