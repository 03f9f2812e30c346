"""What is known of a study: its trials, and how they stand to each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from maskopt.catalog.objectives import is_cost
from maskopt.records.trials import TrialRecord, TrialState


@dataclass(frozen=True)
class StudyRecord:
    """What is known of a study: its trials in the order of their numbers.

    Attributes:
        objective: What trials are ranked by.
        objectives: All that were searched for at once; left out, the one.
    """

    study: str
    objective: str
    trials: tuple[TrialRecord, ...] = ()
    objectives: tuple[str, ...] = ()

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

    @property
    def ties(self) -> tuple[TrialRecord, ...]:
        """Complete trials that noise alone may keep from being the best, best first.

        None but where the best one's configuration was trained again, see `Noise.limit`, and
        where there are others than itself.
        """
        best = self.best
        if best is None or best.noise is None:
            return ()
        limit = best.noise.limit
        tied = [best, *(t for t in self._complete if t is not best and _score(t) >= limit)]
        return tuple(tied) if len(tied) > 1 else ()

    @property
    def front(self) -> tuple[TrialRecord, ...]:
        """Complete trials that no other one beats by every objective, best by the first one first.

        Of trials that are equal by all of them each is there. Empty with a single objective.
        """
        if len(self.objectives) < 2:
            return ()
        signs = [-1.0 if is_cost(name) else 1.0 for name in self.objectives]
        worths = [
            ([s * v for s, v in zip(signs, values, strict=True)], trial)
            for trial in self._complete
            if (values := trial.values(self.objectives)) is not None
        ]
        # In this order whatever beats a trial stands before it.
        worths.sort(key=lambda pair: ([-worth for worth in pair[0]], pair[1].number))
        front: list[tuple[Sequence[float], TrialRecord]] = []
        for worth, trial in worths:
            if not any(_beats(other, worth) for other, _ in front):
                front.append((worth, trial))
        return tuple(trial for _, trial in front)

    @property
    def _complete(self) -> tuple[TrialRecord, ...]:
        return tuple(trial for trial in self.ranked if trial.state is TrialState.COMPLETE)

    def told(self, trial: TrialRecord) -> dict[str, Any]:
        """Return what `maskopt show STUDY N --json` prints of a trial of this study."""
        return {
            "study": self.study,
            "objective": self.objective,
            **_told(trial, {tied.number for tied in self.ties}),
        }

    def to_dict(self) -> dict[str, Any]:
        """Return what `maskopt show STUDY --json` prints."""
        tied = {trial.number for trial in self.ties}
        several = {
            "objectives": list(self.objectives),
            "front": [trial.number for trial in self.front],
        }
        return {
            "study": self.study,
            "objective": self.objective,
            "states": self.states,
            "best": _told(self.best, tied) if self.best else None,
            "trials": [_told(trial, tied) for trial in self.ranked],
            **(several if len(self.objectives) > 1 else {}),
        }


_SHOWN = (
    TrialState.COMPLETE,
    TrialState.PRUNED,
    TrialState.RUNNING,
    TrialState.WAITING,
    TrialState.FAILED,
)


def _score(trial: TrialRecord) -> float:
    return float("-inf") if trial.score is None else trial.score


def _rank(trial: TrialRecord) -> tuple[int, float, int]:
    return _SHOWN.index(trial.state), -_score(trial), trial.number


def _beats(one: Sequence[float], other: Sequence[float]) -> bool:
    """Tell whether one is no worse by any objective, and better by some."""
    pairs = list(zip(one, other, strict=True))
    return all(a >= b for a, b in pairs) and any(a > b for a, b in pairs)


def _told(trial: TrialRecord, tied: set[int]) -> dict[str, Any]:
    return trial.to_dict() | ({"tied": True} if trial.number in tied else {})
