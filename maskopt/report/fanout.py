"""Several watchers as one, and a watcher whose failure stops nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from maskopt.records import EpochReport, StudyRecord, TrialRecord, TrialTask, Verdict
from maskopt.report.wording import reason_of
from maskopt.roles import SweepPlan, Watcher


class Watchers:
    """Forwards every event to each of several watchers, in their order."""

    def __init__(self, watchers: Sequence[Watcher]) -> None:
        self._watchers = tuple(watchers)

    def opened(self, plan: SweepPlan, record: StudyRecord) -> None:
        """Forward it."""
        for watcher in self._watchers:
            watcher.opened(plan, record)

    def started(self, task: TrialTask) -> None:
        """Forward it."""
        for watcher in self._watchers:
            watcher.started(task)

    def reported(self, number: int, report: EpochReport, verdict: Verdict) -> None:
        """Forward it."""
        for watcher in self._watchers:
            watcher.reported(number, report, verdict)

    def ended(self, trial: TrialRecord) -> None:
        """Forward it."""
        for watcher in self._watchers:
            watcher.ended(trial)

    def tick(self) -> None:
        """Forward it."""
        for watcher in self._watchers:
            watcher.tick()

    def closed(self, record: StudyRecord, reason: str) -> None:
        """Forward it."""
        for watcher in self._watchers:
            watcher.closed(record, reason)


class Forgiving:
    """Forwards every event until the watcher fails, and warns once then.

    Args:
        watcher: What may fail, a tracker most of all.
        warn: Is handed one line that says what failed and why.
        name: What the watcher is called in that line.
    """

    def __init__(
        self, watcher: Watcher, warn: Callable[[str], None], name: str = "the tracker"
    ) -> None:
        self._watcher = watcher
        self._warn = warn
        self._name = name
        self._failed = False

    def opened(self, plan: SweepPlan, record: StudyRecord) -> None:
        """Forward it, unless the watcher has failed."""
        self._try(lambda: self._watcher.opened(plan, record))

    def started(self, task: TrialTask) -> None:
        """Forward it, unless the watcher has failed."""
        self._try(lambda: self._watcher.started(task))

    def reported(self, number: int, report: EpochReport, verdict: Verdict) -> None:
        """Forward it, unless the watcher has failed."""
        self._try(lambda: self._watcher.reported(number, report, verdict))

    def ended(self, trial: TrialRecord) -> None:
        """Forward it, unless the watcher has failed."""
        self._try(lambda: self._watcher.ended(trial))

    def tick(self) -> None:
        """Forward it, unless the watcher has failed."""
        self._try(self._watcher.tick)

    def closed(self, record: StudyRecord, reason: str) -> None:
        """Forward it, unless the watcher has failed."""
        self._try(lambda: self._watcher.closed(record, reason))

    def _try(self, forward: Callable[[], None]) -> None:
        if self._failed:
            return
        try:
            forward()
        # The one broad except of the project: whatever a foreign service throws, hours of
        # training must not end for it. The reason is told, and nothing is forwarded again.
        except Exception as failure:
            self._failed = True
            reason = reason_of(f"{type(failure).__name__}: {failure}")
            self._warn(f"{self._name} stopped: {reason}; the sweep goes on without it")
