"""Search and networks out of fold on the same slots, so that none stands idle between them.

Until the plan ends the search, slots get trials; from then on each gets a network as soon as its
trial has finished an epoch. No trial is cut off within one: it waits with a checkpoint.
"""

from __future__ import annotations

from maskopt.export.fold_queue import FoldQueue
from maskopt.plan.timetable import Timetable
from maskopt.records import Ending, EpochReport, TrialTask, Verdict
from maskopt.sweep.conduct import SweepConductor


class Relay:
    """Conducts a search, and hands its slots over.

    Args:
        search: Gives trials.
        folds: Gives networks.
        timetable: Says when the search is over.
    """

    def __init__(self, search: SweepConductor, folds: FoldQueue, timetable: Timetable) -> None:
        self._search, self._folds, self._timetable = search, folds, timetable
        self._handed_over: set[int] = set()

    def ask(self) -> TrialTask | None:
        """Return what a slot does next, or none where nothing can end in time."""
        if self._timetable.is_over():
            return None
        self._timetable.searches = not self._search.finished()
        task = None
        if not self._timetable.search_is_over():
            task = self._search.ask()
        return task or self._folds.ask() or self._fill()

    def finished(self) -> bool:
        """Tell whether `ask` will never give anything again."""
        if self._timetable.is_over():
            return True
        self._timetable.searches = not self._search.finished()
        return not self._timetable.searches and self._folds.finished()

    def report(self, number: int, report: EpochReport) -> Verdict:
        """Note an epoch; a trial whose slot is wanted pauses."""
        if number in self._folds:
            return self._folds.report(number, report)
        verdict = self._search.report(number, report)
        over = self._timetable.search_is_over()
        if verdict is Verdict.CONTINUE and over and self._folds.wants():
            self._handed_over.add(number)
            return Verdict.PAUSE
        return verdict

    def close(self, number: int, ending: Ending, error: str | None = None) -> None:
        """Note how a run ended; a trial that gave its slot away waits as if interrupted."""
        if number in self._folds:
            self._folds.close(number, ending, error)
            return
        if number in self._handed_over:
            self._handed_over.remove(number)
            ending = Ending.LOST if ending is Ending.STOPPED else ending
        self._search.close(number, ending, error)

    def tick(self) -> bool:
        """Let displays live, and answer whether there is time left.

        A search that gave up after failures leaves the slots to what can be exported.
        """
        self._search.tick()
        return not self._timetable.is_over()

    def _fill(self) -> TrialTask | None:
        """Return a trial for a slot that would stand idle."""
        self._timetable.fills = True
        try:
            return self._search.ask()
        finally:
            self._timetable.fills = False
