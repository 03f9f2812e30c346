"""The best configuration's other seeds, on slots that the search gives away."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from maskopt.export.candidates import by_promise, unlike_first
from maskopt.plan.timetable import Timetable
from maskopt.records import Ending, EpochReport, TrialSetup, TrialState, TrialTask, Verdict
from maskopt.study.study import Study
from maskopt.sweep.noise import Repeats, repeat_task, seeds_left

FIRST = 10**10
"""Task numbers begin here: above those of trials, below those of networks out of fold."""


class NoiseQueue:
    """Gives as many other seeds as the plan has room for, once the search is over.

    Args:
        study: Its best complete trial is repeated.
        setup: What all trials share.
        folder: Where each trial's own folder lies.
        seeds: How many other seeds there are to be in all.
        timetable: Says how many fit, and until when.
        photos: Those that a trial's score is of.
    """

    def __init__(
        self,
        study: Study,
        setup: TrialSetup,
        folder: Path,
        seeds: int,
        timetable: Timetable,
        photos: int,
    ) -> None:
        self._study, self._setup, self._folder = study, setup, folder
        self._seeds, self._timetable, self._photos = seeds, timetable, photos
        self._repeats: Repeats | None = None
        self._open: set[int] = set()
        self._known: tuple[int, tuple[int, ...]] = (-1, ())
        self._tied: tuple[tuple[int, int], tuple[int, ...]] = ((-1, -1), ())
        self._closed = 0

    def __contains__(self, number: int) -> bool:
        """Tell whether a task's number is that of a seed which runs."""
        return number in self._open

    def wants(self) -> bool:
        """Tell whether there is a seed for a slot."""
        if self._repeats is None:
            over = self._seeds > 0 and self._timetable.search_is_over()
            return over and self._timetable.plan.noise > 0 and bool(self._left())
        return self._repeats.waits()

    def ask(self) -> TrialTask | None:
        """Return the next seed's task, or none."""
        if self._repeats is None and not self._begin():
            return None
        assert self._repeats is not None
        task = self._repeats.ask()
        if task is None:
            return None
        self._open.add(FIRST + task.number)
        return replace(task, number=FIRST + task.number)

    def finished(self) -> bool:
        """Tell whether nothing runs and nothing is wanted."""
        return not self._open and not self.wants()

    def report(self, number: int, report: EpochReport) -> Verdict:
        """Note an epoch; a seed whose time is over pauses."""
        assert self._repeats is not None
        verdict = self._repeats.report(number - FIRST, report)
        is_last = report.epoch >= self._setup.epochs
        return verdict if is_last or not self._timetable.repeats_over() else Verdict.PAUSE

    def close(self, number: int, ending: Ending, error: str | None = None) -> None:
        """Note how a run ended."""
        assert self._repeats is not None
        self._open.remove(number)
        self._closed += 1
        self._repeats.close(number - FIRST, ending, error)
        self._timetable.repeat_ended(number - FIRST)

    def ties(self) -> tuple[int, ...]:
        """Return the trials that noise alone may part, in the order in which they are to vote.

        None while seeds run: what the first ones say is too wide.
        """
        if not self._seeds or self._open:
            return ()
        known = self._complete(), self._closed
        if self._tied[0] != known:
            ties = unlike_first(by_promise(self._study.record().ties, self._photos))
            self._tied = known, tuple(trial.number for trial in ties)
        return self._tied[1]

    def _complete(self) -> int:
        # What comes after a search is asked for ten times a second, and a record of 10,000
        # trials takes a third of one: only a trial that was completed since can change it.
        return sum(
            tracked.seen.state is TrialState.COMPLETE
            for tracked in self._study.strategy.trials.values()
        )

    def _left(self) -> tuple[int, ...]:
        complete = self._complete()
        if self._known[0] != complete:
            self._known = complete, seeds_left(self._study.record(), self._seeds)
        return self._known[1]

    def _begin(self) -> bool:
        """Make the tasks of as many seeds as there is time for."""
        if not (self._seeds and self._timetable.search_is_over()):
            return False
        room, best = self._timetable.plan.noise, self._study.record().best
        left = self._left()[:room]
        if best is None or not left:
            return False
        folder = self._folder / f"{best.number:05d}"
        tasks = [repeat_task(best, seed, self._setup, folder) for seed in left]
        self._timetable.repeats_begin(best.number, len(tasks))
        self._repeats = Repeats(self._study, best, tasks, self._timetable.repeats_over)
        return True
