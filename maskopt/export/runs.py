"""Networks to train or to look at, on all devices at once: what fails is told, not hidden."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from maskopt.records import CHECKPOINT, Ending, EpochReport, TrialTask, Verdict

Reports = Callable[[TrialTask, tuple[EpochReport, ...]], None]

MOST_LOSSES = 3
"""Times that a worker may die over one network before it is given up."""


class RunConductor:
    """Gives each task once, again where it was lost, and remembers how all of them ended.

    Args:
        tasks: Their numbers differ.
        advance: Told the epochs done after each report.
        reported: Told a task with all its reports, after each that is new.
        ended: Told a task that has ended by itself, with its reports.
    """

    def __init__(
        self,
        tasks: Iterable[TrialTask],
        advance: Callable[[int], None],
        reported: Reports,
        ended: Reports,
    ) -> None:
        self._waiting = deque(tasks)
        self._open: dict[int, TrialTask] = {}
        self._reports: dict[int, list[EpochReport]] = {}
        self._losses: Counter[int] = Counter()
        self._advance, self._reported, self._ended = advance, reported, ended
        self.failures: dict[int, str] = {}

    def ask(self) -> TrialTask | None:
        """Return the next task, or none while all are given."""
        if not self._waiting:
            return None
        task = self._waiting.popleft()
        self._open[task.number] = task
        known = self._reports.setdefault(task.number, [])
        return replace(task, known_epochs=len(known))

    def waits(self) -> bool:
        """Tell whether there is a task to give now."""
        return bool(self._waiting)

    def finished(self) -> bool:
        """Tell whether nothing is left: a task that runs may have to be given again."""
        return not self._waiting and not self._open

    def report(self, number: int, report: EpochReport) -> Verdict:
        """Note an epoch."""
        if report.epoch > len(self._reports[number]):
            self._reports[number].append(report)
            self._reported(self._open[number], tuple(self._reports[number]))
        self._advance(sum(map(len, self._reports.values())))
        return Verdict.CONTINUE

    def close(self, number: int, ending: Ending, error: str | None = None) -> None:
        """Note how a run ended; one that was lost goes on, a few times where its worker died.

        What was lost without an error did nothing wrong: its devices were taken from it, and it is
        given again where there are others, or the whole run was interrupted, and nobody asks.
        """
        task = self._open.pop(number)
        if ending is Ending.ENDED:
            self._ended(task, tuple(self._reports[number]))
            (Path(task.folder) / CHECKPOINT).unlink(missing_ok=True)
        elif ending is Ending.FAILED:
            self.failures[number] = error or "it failed without a reason"
        elif ending is Ending.LOST:
            self._losses[number] += 0 if error is None else 1
            if error is None or self._losses[number] < MOST_LOSSES:
                self._waiting.append(task)
            else:
                self.failures[number] = error

    def tick(self) -> bool:
        """Answer that everything goes on."""
        return True
