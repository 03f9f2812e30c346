"""Points are drawn in a shadow: a study of Optuna's in memory, of which the real one sees nothing.

So a proposal that there is no time for leaves no trace, and a searcher may be shown another past
than the one that is stored.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import optuna
from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler
from optuna.storages import InMemoryStorage
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial
from optuna.trial import TrialState as OptunaState

from maskopt.records import TrialState
from maskopt.space import Choice, FloatRange, IntRange, SearchSpace, TrialConfig, Value
from maskopt.study.directions import LITTLE
from maskopt.study.suggesting import (
    Label,
    distribution_of,
    label_of,
    suggest_label,
    value_of,
)

optuna.logging.set_verbosity(optuna.logging.ERROR)


@dataclass(slots=True)
class Seen:
    """What a searcher may know of a trial.

    Attributes:
        params: Its varying values, as Optuna stores them.
        scores: By epoch, the best score up to there; `add` adds to them.
        beside: What it is worth by other objectives than the score, more being better; see
            `directions.worth_beside`.
        best: Its best score so far; none before the first. It is kept, since ten thousand of them
            are looked at in each ask.
    """

    number: int
    params: Mapping[str, Label]
    distributions: Mapping[str, BaseDistribution]
    scores: dict[int, float] = field(default_factory=dict)
    beside: tuple[float, ...] = ()
    state: TrialState = TrialState.RUNNING
    best: float | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.best = next(reversed(self.scores.values()), None)

    def add(self, epoch: int, score: float) -> None:
        """Note an epoch's score; epochs come in order."""
        self.best = score if self.best is None else max(self.best, score)
        self.scores[epoch] = self.best

    @property
    def is_open(self) -> bool:
        """Whether it runs, waits or is paused."""
        return self.state in (TrialState.RUNNING, TrialState.WAITING)


class Trials(list[Seen]):
    """All trials that are followed, and a log of those that changed.

    Attributes:
        changed: A trial for each change, its being added among them.
    """

    def __init__(self) -> None:
        super().__init__()
        self.changed: list[Seen] = []

    def append(self, trial: Seen) -> None:
        """Follow a trial."""
        super().append(trial)
        self.changed.append(trial)

    def turn(self, trial: Seen, state: TrialState) -> None:
        """Note a trial's state."""
        trial.state = state
        self.changed.append(trial)

    def score(self, trial: Seen, epoch: int, score: float) -> None:
        """Note an epoch's score."""
        trial.add(epoch, score)
        self.changed.append(trial)


@dataclass(frozen=True)
class Proposal:
    """A point of a search space, and what Optuna stores of it."""

    config: TrialConfig
    params: Mapping[str, Label]
    distributions: Mapping[str, BaseDistribution]


class Proposer(Protocol):
    """What proposes trials: a searcher."""

    def propose(
        self,
        space: SearchSpace,
        seen: Sequence[Seen],
        point: Mapping[str, Value],
        draw: int,
    ) -> Proposal:
        """Return a point of a space.

        Args:
            space: What may vary.
            seen: All trials so far, by number.
            point: Values by dotted path that are given; the rest is drawn.
            draw: What the chance of this draw is derived from: the same gives the same.
        """


class Past:
    """Trials as Optuna sees them, made once each."""

    def __init__(self) -> None:
        self._frozen: dict[int, FrozenTrial] = {}

    def show(self, seen: Seen, value: float | None) -> FrozenTrial:
        """Return a trial as complete with a value, or as running where there is none."""
        frozen = self._frozen.get(seen.number)
        if frozen is None:
            frozen = optuna.trial.create_trial(
                state=OptunaState.RUNNING,
                params=dict(seen.params),
                distributions=dict(seen.distributions),
            )
            frozen.number = seen.number + 1  # 0 is the one that is asked
            self._frozen[seen.number] = frozen
        frozen.state = OptunaState.RUNNING if value is None else OptunaState.COMPLETE
        frozen.values = None if value is None else [value, *seen.beside]
        return frozen


def draw_point(
    sampler: BaseSampler,
    space: SearchSpace,
    past: Sequence[FrozenTrial],
    point: Mapping[str, Value],
) -> Proposal:
    """Return a point that a sampler draws in the light of a past; given values stay."""
    params: dict[str, Label] = {}
    distributions: dict[str, BaseDistribution] = {}
    asked: list[optuna.Trial] = []  # only where something is left to draw: it costs milliseconds

    def suggest(path: str, domain: FloatRange | IntRange | Choice) -> Value:
        distributions[path] = distribution_of(domain)
        if path in point:
            params[path] = label_of(domain, point[path])
            return point[path]
        if not asked:
            asked.append(_ask(sampler, past))
        params[path] = suggest_label(asked[0], path, domain)
        return value_of(domain, params[path])

    return Proposal(space.draw(suggest), params, distributions)


def _ask(sampler: BaseSampler, past: Sequence[FrozenTrial]) -> optuna.Trial:
    storage = _Shadow(past)
    valued = [trial for trial in past if trial.values]
    objectives = max((len(trial.values) for trial in valued), default=1)
    for trial in valued:  # one that failed has no other values: it is as bad as can be
        trial.values = trial.values + [LITTLE] * (objectives - len(trial.values))
    directions = [StudyDirection.MAXIMIZE] * objectives
    return optuna.create_study(storage=storage, sampler=sampler, directions=directions).ask()


class _Shadow(InMemoryStorage):
    """Shows a past that is given, and keeps only what is asked."""

    def __init__(self, past: Sequence[FrozenTrial]) -> None:
        super().__init__()
        self._past = past

    def get_all_trials(
        self,
        study_id: int,
        deepcopy: bool = True,
        states: Container[OptunaState] | None = None,
    ) -> list[FrozenTrial]:
        """Return the past."""
        return [trial for trial in self._past if states is None or trial.state in states]
