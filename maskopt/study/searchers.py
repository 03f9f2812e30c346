"""What proposes trials: the catalog's searchers."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence

from optuna.exceptions import ExperimentalWarning
from optuna.samplers import RandomSampler, TPESampler
from optuna.trial import FrozenTrial

from maskopt.records import TrialState, derive_seed
from maskopt.space import SearchSpace, Value
from maskopt.study.proposing import Past, Proposal, Proposer, Seen, draw_point

MOST_BEST, MOST_OTHERS, MOST_LIARS = 25, 225, 100
"""Trials that the model is fitted on: the best, a fixed part of the others, and open ones.

Of 250 values TPE takes the best 25 for good, and it never takes more.
"""

_GOLDEN = 2654435761
"""Scatters numbers: 2**32 divided by the golden ratio (Knuth, The Art of Computer Programming)."""


def tpe(seed: int, rungs: Sequence[int], *, startup_trials: int) -> Proposer:
    """Build the tree-structured Parzen estimator, fitted on one rung.

    Args:
        seed: Where its chance begins.
        rungs: Epochs at which trials are compared; none compares their best scores.
        startup_trials: Trials drawn at random before the model speaks.

    References:
        Bergstra et al., Algorithms for Hyper-Parameter Optimization, 2011.
    """
    return RungTpe(seed, rungs, startup_trials=startup_trials)


def random(seed: int, rungs: Sequence[int]) -> Proposer:
    """Build independent draws."""
    return IndependentDraws(seed)


class IndependentDraws:
    """Draws every value by itself."""

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def propose(
        self,
        space: SearchSpace,
        seen: Sequence[Seen],
        point: Mapping[str, Value],
        draw: int,
    ) -> Proposal:
        """Return a point; see `Proposer`."""
        sampler = RandomSampler(seed=derive_seed(str(self._seed), draw))
        return draw_point(sampler, space, (), point)


class RungTpe:
    """TPE on the highest rung that enough trials have come to.

    Every trial is worth its best score up to that rung, so that trials are compared at the same
    age; what has not come there is a liar, which keeps trials that run side by side apart.
    """

    def __init__(self, seed: int, rungs: Sequence[int], *, startup_trials: int) -> None:
        self._seed, self._startup = seed, startup_trials
        self._rungs: tuple[int | None, ...] = tuple(rungs) or (None,)
        self._past = Past()
        self._random = IndependentDraws(seed)

    def propose(
        self,
        space: SearchSpace,
        seen: Sequence[Seen],
        point: Mapping[str, Value],
        draw: int,
    ) -> Proposal:
        """Return a point; see `Proposer`."""
        values = self._values(seen, sum(1 for _ in space.varying()) + 2)
        if len(values) < max(self._startup, 2):
            return self._random.propose(space, seen, point, draw)
        seed = derive_seed(str(self._seed), draw)
        return draw_point(_sampler(seed), space, self._show(seen, values), point)

    def _values(self, seen: Sequence[Seen], enough: int) -> dict[int, float]:
        """Return by number what trials are worth at the rung that the model is fitted on."""
        found: dict[int, float] = {}
        for rung in reversed(self._rungs):
            found = {}
            for trial in seen:
                value = _value_at(trial, rung)
                if value is not None:
                    found[trial.number] = value
            if len(found) >= enough:
                break
        # A trial that failed is as bad as the worst, so that its like is not tried again.
        worst = min(found.values(), default=0.0)
        failed = (t.number for t in seen if t.state is TrialState.FAILED and t.params)
        return {**dict.fromkeys(failed, worst), **found} if found else {}

    def _show(self, seen: Sequence[Seen], values: Mapping[int, float]) -> list[FrozenTrial]:
        by_worth = sorted(values, key=lambda number: (-values[number], number))
        others = _fixed_part(by_worth[MOST_BEST:], MOST_OTHERS)
        valued = {*by_worth[:MOST_BEST], *others}
        unvalued = [trial.number for trial in seen if trial.number not in values and trial.params]
        running = {t.number for t in seen if t.state is TrialState.RUNNING} & set(unvalued)
        liars = running | set(_fixed_part([n for n in unvalued if n not in running], MOST_LIARS))
        return [
            self._past.show(trial, values.get(trial.number))
            for trial in seen
            if trial.number in valued or trial.number in liars
        ]


def _value_at(trial: Seen, rung: int | None) -> float | None:
    if trial.state is TrialState.FAILED:
        return None
    if rung is None or trial.state is TrialState.COMPLETE:
        return trial.best if rung is None else trial.scores.get(rung, trial.best)
    return trial.scores.get(rung)


def _fixed_part(numbers: Sequence[int], most: int) -> list[int]:
    """Return a random part that stays mostly the same as numbers are added."""
    return sorted(numbers, key=lambda number: number * _GOLDEN % 2**32)[:most]


def _sampler(seed: int) -> TPESampler:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=ExperimentalWarning)
        return TPESampler(
            n_startup_trials=0, multivariate=True, group=True, constant_liar=True, seed=seed
        )
