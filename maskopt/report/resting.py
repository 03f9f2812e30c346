"""The trials of a sweep that stand still, with sums kept: a frame costs the same after 10,000."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from maskopt.records import TrialRecord, TrialState

DONE = (TrialState.COMPLETE, TrialState.PRUNED)
# A failed trial's score is nothing that can be used, and a pruned one's cannot win.
_CAN_WIN = (TrialState.COMPLETE, TrialState.WAITING, TrialState.RUNNING)


class Resting:
    """Trials by number, their states, their best, and what they took."""

    def __init__(self, trials: Iterable[TrialRecord] = ()) -> None:
        self._trials: dict[int, TrialRecord] = {}
        self._best: TrialRecord | None = None
        self.states: Counter[TrialState] = Counter()
        self._done_seconds = 0.0
        self.epoch_seconds = 0.0
        self.epochs = 0
        for trial in trials:
            self.add(trial)

    def __len__(self) -> int:
        return len(self._trials)

    def add(self, trial: TrialRecord) -> None:
        """Add a trial, in the place of an older record of it."""
        self.take(trial.number)
        self._trials[trial.number] = trial
        self._count(trial, 1)
        if _rank(trial) > _rank(self._best):
            self._best = trial

    def take(self, number: int) -> TrialRecord | None:
        """Take a trial away and return it, if it is here."""
        trial = self._trials.pop(number, None)
        if trial:
            self._count(trial, -1)
        if trial and trial is self._best:
            self._best = max(self._trials.values(), key=_rank, default=None)
        return trial

    @property
    def best(self) -> TrialRecord | None:
        """The trial with the highest score of those that can win; the earliest of equals."""
        return self._best if self._best and _rank(self._best) > _rank(None) else None

    @property
    def done(self) -> int:
        """Trials that count for a plan: complete and pruned."""
        return sum(self.states[state] for state in DONE)

    @property
    def trial_seconds(self) -> float | None:
        """The mean wall time of a complete or pruned trial; none where there is none."""
        return self._done_seconds / self.done if self._done_seconds > 0 and self.done else None

    def _count(self, trial: TrialRecord, times: int) -> None:
        self.states[trial.state] += times
        self._done_seconds += times * (trial.seconds if trial.state in DONE else 0.0)
        self.epoch_seconds += times * sum(report.seconds for report in trial.reports)
        self.epochs += times * len(trial.reports)


def _rank(trial: TrialRecord | None) -> tuple[bool, float, int]:
    score = trial.score if trial else None
    if trial is None or trial.state not in _CAN_WIN or score is None or score != score:
        return False, 0.0, 0
    return True, score, -trial.number
