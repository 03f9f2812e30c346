"""The plainest timetable: a search that ends at a time, and takes whatever comes until then."""

from __future__ import annotations

from collections.abc import Callable

from maskopt.records import EpochReport, TrialRecord, TrialTask
from maskopt.space import TrialConfig


class Until:
    """Ends at a time of its clock; none is never."""

    fills = False

    def __init__(self, deadline: float | None, clock: Callable[[], float]) -> None:
        self._deadline, self._clock = deadline, clock

    def is_over(self) -> bool:
        """Tell whether the time has come."""
        return self._deadline is not None and self._clock() >= self._deadline

    def fits(self, config: TrialConfig, known_epochs: int, until: int) -> bool:
        """Take every trial."""
        return True

    def started(self, task: TrialTask) -> None:
        """Learn nothing."""

    def reported(self, number: int, report: EpochReport) -> None:
        """Learn nothing."""

    def ended(self, trial: TrialRecord) -> None:
        """Learn nothing."""


class Nothing:
    """Remembers no work."""

    def recall(self, task: TrialTask) -> None:
        """Return none."""
