"""What a study remembers of its trials."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import isfinite
from typing import Any

from maskopt.records.reports import EpochReport
from maskopt.space import Value


class TrialState(StrEnum):
    """Where a trial stands."""

    COMPLETE = "complete"
    PRUNED = "pruned"
    FAILED = "failed"
    RUNNING = "running"
    WAITING = "waiting"  # asked for, or interrupted: it goes on from its checkpoint


def _finite(value: Any) -> Any:
    # JSON knows no nan and no infinity.
    if isinstance(value, Mapping):
        return {name: _finite(inner) for name, inner in value.items()}
    return None if isinstance(value, float) and not isfinite(value) else value


@dataclass(frozen=True)
class Repeat:
    """A trial's configuration trained once more with another seed.

    Attributes:
        seed: Counted from 1; the trial itself is 0.
        score: Its highest score.
        best_epoch: The epoch of that score.
        seconds: Wall time of its epochs.
    """

    seed: int
    score: float
    best_epoch: int
    seconds: float


@dataclass(frozen=True)
class TrialRecord:
    """What a study knows of one trial.

    Attributes:
        config: Every dotted path's value, fixed ones included; empty before the trial starts.
        seconds: Wall time over all its runs.
        error: Reason and traceback of a failed trial; of a waiting one why its run ended, if
            its worker or its driver died.
        interruptions: How often its worker died or its sweep was interrupted.
        paused: The epoch at which a waiting trial was paused; none where it was not.
        source: Where its point came from if it was not drawn: `try_first`, `portfolio: resnet`,
            `study age, trial 7`.
        is_refereed: Whether it went on although the pruner would have ended it.
        repeats: The same configuration with other seeds.
    """

    number: int
    state: TrialState
    config: Mapping[str, Value]
    reports: tuple[EpochReport, ...] = ()
    seconds: float = 0.0
    error: str | None = None
    interruptions: int = 0
    paused: int | None = None
    source: str | None = None
    is_refereed: bool = False
    repeats: tuple[Repeat, ...] = ()

    @property
    def best(self) -> EpochReport | None:
        """The report with the highest score; the earliest of equals, and none that is nan."""
        able = [report for report in self.reports if isfinite(report.score)]
        return max(able, key=lambda report: report.score, default=None)

    @property
    def score(self) -> float | None:
        """The highest score reported."""
        return self.best.score if self.best else None

    def to_dict(self) -> dict[str, Any]:
        """Return what `maskopt show --json` prints of a trial; none stands for nan."""
        return {
            "number": self.number,
            "state": self.state.value,
            "score": self.score,
            "best_epoch": self.best.epoch if self.best else None,
            "config": dict(self.config),
            "reports": [_finite(report.to_dict()) for report in self.reports],
            "seconds": round(self.seconds, 3),
            "error": self.error,
        }


@dataclass(frozen=True)
class StudyRecord:
    """What is known of a study: its trials in the order of their numbers."""

    study: str
    objective: str
    trials: tuple[TrialRecord, ...] = ()

    @property
    def states(self) -> dict[str, int]:
        """The number of trials in each state."""
        found = [trial.state for trial in self.trials]
        return {state.value: found.count(state) for state in TrialState}

    @property
    def ranked(self) -> tuple[TrialRecord, ...]:
        """Best first: complete, pruned, running, waiting, failed; by score within each."""
        return tuple(sorted(self.trials, key=_rank))

    @property
    def best(self) -> TrialRecord | None:
        """The complete trial with the highest score; the earliest of equals."""
        first = self.ranked[0] if self.trials else None
        return first if first and first.state is TrialState.COMPLETE else None

    def to_dict(self) -> dict[str, Any]:
        """Return what `maskopt show STUDY --json` prints."""
        return {
            "study": self.study,
            "objective": self.objective,
            "states": self.states,
            "best": self.best.to_dict() if self.best else None,
            "trials": [trial.to_dict() for trial in self.ranked],
        }


_SHOWN = (
    TrialState.COMPLETE,
    TrialState.PRUNED,
    TrialState.RUNNING,
    TrialState.WAITING,
    TrialState.FAILED,
)


def _rank(trial: TrialRecord) -> tuple[int, float, int]:
    score = float("-inf") if trial.score is None else trial.score
    return _SHOWN.index(trial.state), -score, trial.number
