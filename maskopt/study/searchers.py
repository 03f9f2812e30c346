"""What proposes trials: the catalog's searchers."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
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


def tpe(seed: int, rungs: Sequence[int], epochs: int, *, startup_trials: int) -> Proposer:
    """Build the tree-structured Parzen estimator, fitted on one rung.

    Args:
        seed: Where its chance begins.
        rungs: Epochs at which trials are compared; none compares their best scores.
        epochs: Epochs of a full trial.
        startup_trials: Trials drawn at random before the model speaks.

    References:
        Bergstra et al., Algorithms for Hyper-Parameter Optimization, 2011.
    """
    return RungTpe(seed, rungs, startup_trials=startup_trials)


def random(seed: int, rungs: Sequence[int], epochs: int) -> Proposer:
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
            values = ((trial.number, _value_at(trial, rung)) for trial in seen)
            found = {number: value for number, value in values if value is not None}
            if len(found) >= enough:
                break
        # A trial that failed is as bad as the worst, so that its like is not tried again.
        worst = min(found.values(), default=0.0)
        failed = (t.number for t in seen if t.state is TrialState.FAILED and t.params)
        return {**dict.fromkeys(failed, worst), **found} if found else {}

    def _show(self, seen: Sequence[Seen], values: Mapping[int, float]) -> list[FrozenTrial]:
        numbers = np.fromiter(values, np.int64, len(values))
        order = np.lexsort((numbers, -np.fromiter(values.values(), float, len(values))))
        chosen = {*numbers[order[:MOST_BEST]].tolist()}
        chosen |= fixed_part(numbers[order[MOST_BEST:]], MOST_OTHERS)
        liars = [trial for trial in seen if trial.number not in values and trial.params]
        chosen |= {trial.number for trial in liars if trial.state is TrialState.RUNNING}
        waiting = [trial.number for trial in liars if trial.state is not TrialState.RUNNING]
        chosen |= fixed_part(np.array(waiting, np.int64), MOST_LIARS)
        shown = [trial for trial in seen if trial.number in chosen]
        return [self._past.show(trial, values.get(trial.number)) for trial in shown]


def _value_at(trial: Seen, rung: int | None) -> float | None:
    if trial.state is TrialState.FAILED:
        return None
    if rung is None:
        return trial.best
    value = trial.scores.get(rung)
    return trial.best if value is None and trial.state is TrialState.COMPLETE else value


def fixed_part(numbers: NDArray[np.int64], most: int) -> set[int]:
    """Return a random part that stays mostly the same as numbers are added."""
    order = np.argsort(numbers * _GOLDEN % 2**32, kind="stable")
    return {*numbers[order[:most]].tolist()}


def _sampler(seed: int) -> TPESampler:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=ExperimentalWarning)
        return TPESampler(
            n_startup_trials=0, multivariate=True, group=True, constant_liar=True, seed=seed
        )
