"""Search, other seeds and networks out of fold on the same slots: none stands idle between.

Until the plan ends the search, slots get trials; from then on each gets what comes after as soon
as its trial has finished an epoch. No trial is cut off within one: it waits with a checkpoint.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from maskopt.plan.timetable import Timetable
from maskopt.records import Ending, EpochReport, TrialTask, Verdict
from maskopt.sweep.conduct import SweepConductor


class Follower(Protocol):
    """What comes after a search: a conductor that shares its slots."""

    def __contains__(self, number: int) -> bool:
        """Tell whether a task that runs is its own."""

    def wants(self) -> bool:
        """Tell whether it has a task for a slot."""

    def finished(self) -> bool:
        """Tell whether it has nothing running and wants nothing."""

    def ask(self) -> TrialTask | None:
        """Return its next task, or none."""

    def report(self, number: int, report: EpochReport) -> Verdict:
        """Note an epoch of one of its tasks."""

    def close(self, number: int, ending: Ending, error: str | None = None) -> None:
        """Note how a run of one of its tasks ended."""


class Relay:
    """Conducts a search, and hands its slots over.

    Args:
        search: Gives trials.
        followers: What comes after, in the order in which they go.
        timetable: Says when the search is over.
    """

    def __init__(
        self, search: SweepConductor, followers: Sequence[Follower], timetable: Timetable
    ) -> None:
        self._search, self._followers, self._timetable = search, tuple(followers), timetable
        self._handed_over: set[int] = set()

    def ask(self) -> TrialTask | None:
        """Return what a slot does next, or none where nothing can end in time, or is to yet."""
        if self._is_over():
            return None
        if not self._timetable.search_is_over():
            task = self._search.ask()
            if task is not None:
                return task
        task = self._ask_followers()
        if task is not None:
            return task
        if self._timetable.search_is_over() and self._timetable.awaits():
            return None  # its epoch is soon over, and then there is a network for this slot
        task = self._fill()
        if task is None and self._followers and self._timetable.ends_idle():
            return self._ask_followers()
        return task

    def finished(self) -> bool:
        """Tell whether `ask` will never give anything again."""
        if self._is_over():
            return True
        followers = all(follower.finished() for follower in self._followers)
        return not self._timetable.searches and followers

    def report(self, number: int, report: EpochReport) -> Verdict:
        """Note an epoch; a trial whose slot is wanted pauses."""
        follower = self._follower(number)
        if follower is not None:
            return follower.report(number, report)
        verdict = self._search.report(number, report)
        over = self._timetable.search_is_over()
        goes_on = verdict is Verdict.CONTINUE and not self._timetable.finishes(number)
        if goes_on and over and self._is_wanted():
            self._handed_over.add(number)
            return Verdict.PAUSE
        return verdict

    def close(self, number: int, ending: Ending, error: str | None = None) -> None:
        """Note how a run ended; a trial that gave its slot away waits as if interrupted."""
        follower = self._follower(number)
        if follower is not None:
            follower.close(number, ending, error)
            return
        if number in self._handed_over:
            self._handed_over.remove(number)
            ending = Ending.LOST if ending is Ending.STOPPED else ending
        self._search.close(number, ending, error)

    def tick(self) -> bool:
        """Let displays live, and answer whether there is time left.

        A search that gave up after failures leaves the slots to what can be exported.
        """
        goes_on = self._search.tick()
        return not self._timetable.is_over() and (goes_on or bool(self._followers))

    def _ask_followers(self) -> TrialTask | None:
        """Return the first task that there is of what comes after the search, or none."""
        tasks = (follower.ask() for follower in self._followers)
        return next((task for task in tasks if task is not None), None)

    def _is_over(self) -> bool:
        self._timetable.searches = not self._search.finished()
        return self._timetable.is_over()

    def _is_wanted(self) -> bool:
        return any(follower.wants() for follower in self._followers)

    def _follower(self, number: int) -> Follower | None:
        return next((each for each in self._followers if number in each), None)

    def _fill(self) -> TrialTask | None:
        """Return a trial for a slot that would stand idle."""
        self._timetable.fills = True
        try:
            return self._search.ask()
        finally:
            self._timetable.fills = False
