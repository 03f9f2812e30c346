"""What a study remembers of a trial."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from math import inf, isfinite, nan
from statistics import median
from typing import Any

from maskopt.catalog.objectives import is_cost
from maskopt.records.noise import Noise, measure_noise
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
        effective: What really ran, see `vision.effective`; empty where it is not known.
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
    effective: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def best(self) -> EpochReport | None:
        """The report with the highest score; the earliest of equals, and none that is nan."""
        able = [report for report in self.reports if isfinite(report.score)]
        return max(able, key=lambda report: report.score, default=None)

    @property
    def score(self) -> float | None:
        """The highest score reported."""
        return self.best.score if self.best else None

    @property
    def noise(self) -> Noise | None:
        """How far its configuration's scores lie apart; none where it was not trained again."""
        if self.score is None:
            return None
        return measure_noise(self.score, tuple(repeat.score for repeat in self.repeats))

    def values(self, objectives: Sequence[str]) -> tuple[float, ...] | None:
        """Return what it is worth by each objective; none stands for no report.

        Scores are those of its best epoch by the first; of a cost, which epochs only measure
        again, it is the median. What was not measured is worth the worst there is.
        """
        best = self.best
        if best is None:
            return None
        return (best.score, *(self._value(name, best) for name in objectives[1:]))

    def _value(self, objective: str, best: EpochReport) -> float:
        reports = self.reports if is_cost(objective) else (best,)
        found = [report.scores.get(objective, nan) for report in reports]
        able = [value for value in found if isfinite(value)]
        if able:
            return median(able)
        return inf if is_cost(objective) else -inf

    def to_dict(self) -> dict[str, Any]:
        """Return what `maskopt show --json` prints of a trial; none stands for nan.

        What few trials have stands only in those that have it.
        """
        some = {
            "paused": self.paused,
            "source": self.source,
            "refereed": self.is_refereed or None,
            "repeats": [asdict(repeat) for repeat in self.repeats] or None,
        }
        return {
            "number": self.number,
            "state": self.state.value,
            "score": self.score,
            "best_epoch": self.best.epoch if self.best else None,
            "config": dict(self.config),
            "reports": [_finite(report.to_dict()) for report in self.reports],
            "seconds": round(self.seconds, 3),
            "error": self.error,
            **{key: value for key, value in some.items() if value is not None},
        }
