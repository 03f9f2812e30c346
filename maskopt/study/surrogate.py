"""The searcher that models scores over points and epochs, and tries what promises most."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from contextlib import suppress

import numpy as np
from optuna.samplers import RandomSampler

from maskopt.records import derive_seed
from maskopt.search.improvement import marks, most_promising
from maskopt.search.points import Floats, Points
from maskopt.search.process import ITERATIONS, Observed, Process
from maskopt.search.rungs import rung_epochs
from maskopt.search.threads import one_thread
from maskopt.space import SearchSpace, Value
from maskopt.study.directions import LITTLE
from maskopt.study.parting import Parts
from maskopt.study.proposing import Proposal, Proposer, Seen, draw_point
from maskopt.study.searchers import IndependentDraws
from maskopt.study.suggesting import value_of

MOST_BEST, MOST_OTHERS, MOST_FAILED, MOST_PENDING = 100, 50, 20, 64
"""Trials that the process sees: the best, a fixed part of the others, those that failed, and those
that run."""

EXPLORED = 3
"""One point of so many is drawn at random. Where most of a space is equally bad and reports are
noisy the process believes the noise and looks near it again: over recorded tables of 1,000 rows
its regret was above that of random points, with a third of them random below it, and over
surrogates the same as before."""

FIRST_ITERATIONS = 30
_GREATEST = 1e100
"""Scores beyond count as that: their squares are to be numbers still."""

GROWTH = 1.1
"""The settings are fitted again when there is a tenth more to fit them to."""


def gp(seed: int, rungs: Sequence[int], epochs: int, *, startup_trials: int) -> Proposer:
    """Build a Gaussian process over points and epochs with expected improvement.

    Args:
        seed: Where its chance begins.
        rungs: Epochs at which trials are compared; the last epoch of a trial counts too.
        epochs: Epochs of a full trial.
        startup_trials: Trials drawn at random before the model speaks.
    """
    return ProcessSearcher(seed, rungs, epochs, startup_trials=startup_trials)


class ProcessSearcher:
    """Proposes the point of greatest expected improvement after all epochs."""

    def __init__(
        self, seed: int, rungs: Sequence[int], epochs: int, *, startup_trials: int
    ) -> None:
        self._seed, self._startup, self._epochs = seed, startup_trials, epochs
        self._rungs = tuple(rungs) or rung_epochs(epochs, 4)
        self._random = IndependentDraws(seed)
        self._space: SearchSpace | None = None
        self._rows: dict[int, Floats] = {}
        self._fitted = 0
        self._taken: set[bytes] = set()
        self._parts = Parts()

    def propose(
        self,
        space: SearchSpace,
        seen: Sequence[Seen],
        point: Mapping[str, Value],
        draw: int,
    ) -> Proposal:
        """Return a point; see `Proposer`."""
        if space is not self._space:
            self._take_up(space)
        parts = self._parts
        parts.follow(seen)
        blind = parts.tried < self._startup or parts.reported < 2 or not self._points.axes
        if blind or len(seen) % EXPLORED == 1:
            return self._random.propose(space, seen, point, draw)
        chance = np.random.default_rng(derive_seed(str(self._seed), draw))
        with one_thread():
            row = self._best(self._points.encode(point), chance)
        places = enumerate(self._points.axes)
        values = {axis.path: self._points.decode(row, place) for place, axis in places}
        return draw_point(RandomSampler(), space, (), {**values, **point})

    def _best(self, given: Floats, chance: np.random.Generator) -> Floats:
        parts = self._parts
        shown = parts.best(MOST_BEST, MOST_OTHERS)
        observed = self._observe(shown, parts.failed(MOST_FAILED), chance)
        if (reported := parts.reported) >= self._fitted * GROWTH:
            steps = ITERATIONS if self._fitted > FIRST_ITERATIONS else FIRST_ITERATIONS
            self._process.fit(observed, chance, steps)
            self._fitted = reported
        pending = self._features(parts.running(MOST_PENDING))
        posterior = self._process.condition(observed).believe(pending)
        if parts.new:
            self._taken.update(marks(self._features(parts.new)))
            parts.new.clear()
        known = np.stack([self._row(trial) for trial in shown])
        return most_promising(self._points, posterior, known, given, chance, self._taken)

    def _take_up(self, space: SearchSpace) -> None:
        self._space, self._points = space, Points(space)
        self._rows, self._fitted, self._taken, self._parts = {}, 0, set(), Parts()
        _, owners = self._points.features(np.zeros((1, len(self._points.axes))))
        self._process = Process(owners, len(self._points.axes))
        self._domains = dict(space.varying())

    def _observe(
        self, shown: Sequence[Seen], failed: Sequence[Seen], chance: np.random.Generator
    ) -> Observed:
        places, epochs, worths = [], [], []
        for place, trial in enumerate(shown):
            for epoch in self._looked_at(trial):
                places.append(place)
                epochs.append(epoch)
                worths.append((trial.scores[epoch], *trial.beside))
        values = _standardised(worths, chance)
        # One that failed is as bad as the worst, so that its like is not tried again.
        values = np.append(values, np.full(len(failed), values.min()))
        rest = [self._epochs] * len(failed)
        left = math.log(self._epochs) - np.log(np.array(epochs + rest, float))
        times = 1 - left / max(math.log(self._epochs), 1e-9)  # the only epoch of one is the last
        points = np.array([*places, *range(len(shown), len(shown) + len(failed))])
        return Observed(self._features([*shown, *failed]), times, values, points)

    def _looked_at(self, trial: Seen) -> list[int]:
        last = max(trial.scores)
        return [rung for rung in self._rungs if rung in trial.scores and rung < last] + [last]

    def _features(self, trials: Sequence[Seen]) -> Floats:
        if not trials:
            return np.zeros((0, 0))
        return self._points.features(np.stack([self._row(trial) for trial in trials]))[0]

    def _row(self, trial: Seen) -> Floats:
        row = self._rows.get(trial.number)
        if row is None:
            known: dict[str, Value] = {}
            for path, domain in self._domains.items():
                # Not chosen, or an option that only another program knows.
                with suppress(KeyError, ValueError):
                    known[path] = value_of(domain, trial.params[path])
            row = self._rows[trial.number] = self._points.encode(known)
        return row


def _standardised(worths: Sequence[tuple[float, ...]], chance: np.random.Generator) -> Floats:
    """Return scores with mean 0 and deviation 1; of several objectives a mixture drawn anew.

    How bad the bad half is tells nothing of the good one, so it is cut off.

    References:
        Knowles, ParEGO, 2006 (augmented Chebyshev mixtures with random weights).
    """
    most = max(map(len, worths))
    columns = np.array([worth + (LITTLE,) * (most - len(worth)) for worth in worths])
    columns = np.clip(columns, -_GREATEST, _GREATEST)
    if most == 1:
        return _cut(columns[:, 0])
    cut = np.stack([_cut(column) for column in columns.T], axis=1)
    spans = np.maximum(np.ptp(cut, axis=0), 1e-12)
    parts = (cut - cut.min(axis=0)) / spans * chance.dirichlet(np.ones(most))
    return _cut(parts.min(axis=1) + 0.05 * parts.sum(axis=1))


def _cut(values: Floats) -> Floats:
    middle, best = float(np.median(values)), float(values.max())
    kept = np.maximum(values, middle - 2 * max(best - middle, 1e-9))
    return np.asarray((kept - kept.mean()) / max(float(kept.std()), 1e-12))
