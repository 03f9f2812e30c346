"""A Gaussian process over points and epochs: what a point's score will be, and how sure that is.

Scores at all rungs are used at once. A score is a part that only the point decides, and a part
that fades as epochs lie apart, so that early scores of many trials tell of late ones of few.

References:
    Rasmussen and Williams, Gaussian Processes for Machine Learning, 2006: eq. 2.25 (prediction),
    4.17 (Matern 5/2), 5.8 and 5.9 (likelihood and its gradient).
    Swersky, Snoek and Adams, Multi-Task Bayesian Optimization, 2013: one process over cheap and
    dear observations.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_solve, cholesky, solve_triangular
from scipy.optimize import minimize

Floats = NDArray[np.float64]
JITTER = 1e-6
MOST_FITTED = 150
"""Observations that the settings are fitted to; predictions use all."""

ITERATIONS = 8
"""Steps of a fit that goes on from the last one: a whole fit would take longer than an ask may."""

_SQRT5 = math.sqrt(5)
_REACH, _NOISE = 2, 3


@dataclass(frozen=True)
class Observed:
    """What the process has seen.

    Attributes:
        features: [p, features] of the points.
        times: [n] logarithm of the epoch as a share of a full trial's; 0 the first, 1 the last.
        values: [n] standardised scores.
        points: [n] the point of each, a row of `features`; none where each has its own.
    """

    features: Floats
    times: Floats
    values: Floats
    points: NDArray[np.intp] | None = None

    def rows(self, chosen: NDArray[np.intp]) -> Observed:
        """Return some of it."""
        points = chosen if self.points is None else self.points[chosen]
        return Observed(self.features, self.times[chosen], self.values[chosen], points)

    def spread(self) -> Floats:
        """Return the features of each observation, [n, features]."""
        return self.features if self.points is None else self.features[self.points]

    def join(self, features: Floats, times: Floats, values: Floats) -> Observed:
        """Return it with further points, observed once each."""
        points = np.arange(len(self.features)) if self.points is None else self.points
        more = len(self.features) + np.arange(len(features))
        return Observed(
            np.concatenate([self.features, features]),
            np.concatenate([self.times, times]),
            np.concatenate([self.values, values]),
            np.concatenate([points, more]),
        )


@dataclass
class Settings:
    """Logarithms of what shapes the process.

    Attributes:
        lengths: [axes] how far apart values of an axis are before they tell nothing of each other.
        others: Variance of the part that a point alone decides, of the part that fades, the time
            in which it fades, and the variance of noise.
    """

    lengths: Floats
    others: Floats = field(default_factory=lambda: np.array([0.0, -2.0, -0.5, -4.0]))


_SPREAD = np.array([1.0, 1.0, 1.0, 1.5])
_LOW, _HIGH = np.array([-4.0, -6.0, -3.0, -9.0]), np.array([3.0, 3.0, 2.0, 1.0])


class Process:
    """Fits its settings to observations, a few steps at each call, and predicts.

    Args:
        owners: [features] the axis that each feature belongs to.
        axes: Number of axes.
    """

    def __init__(self, owners: NDArray[np.intp], axes: int) -> None:
        self._owners = owners
        # Distances grow with the root of the number of axes, so lengths are expected to.
        self._middle = math.log(0.6) + 0.5 * math.log(max(axes, 1) / 3)
        self.settings = Settings(np.full(axes, self._middle))

    def fit(self, seen: Observed, chance: np.random.Generator, iterations: int) -> None:
        """Move the settings towards the likeliest, with mild expectations of them.

        Args:
            seen: Observations; a part is drawn where they are many.
            chance: Draws that part.
            iterations: Steps at most.
        """
        if len(seen.values) > MOST_FITTED:
            part = chance.choice(len(seen.values), MOST_FITTED, replace=False)
            seen = seen.rows(np.sort(part))
        start = np.concatenate([self.settings.lengths, self.settings.others])
        axes = len(self.settings.lengths)
        bounds = [(-3.0, 3.0)] * axes + list(zip(_LOW, _HIGH, strict=True))
        apart = self._apart(seen.spread())
        found = minimize(
            self._unlikeliness,
            start,
            args=(apart, np.abs(seen.times[:, None] - seen.times), seen.values),
            jac=True,
            method="L-BFGS-B",
            bounds=bounds,
            options={"maxiter": iterations},
        )
        if np.isfinite(found.x).all():
            self.settings = Settings(found.x[:axes], found.x[axes:])

    def condition(self, seen: Observed) -> Posterior:
        """Return what follows from observations."""
        return Posterior(self, seen)

    def covariance(self, first: Observed, second: Observed) -> Floats:
        """Return the covariance [n, m] of two sets of observations, without noise."""
        lengths = np.exp(self.settings.lengths)[self._owners]
        a, b = first.features / lengths, second.features / lengths
        squared = (a * a).sum(1)[:, None] + (b * b).sum(1) - 2 * a @ b.T
        near = _matern(np.sqrt(np.maximum(squared, 1e-12)))  # of each pair of points once
        near = near if first.points is None else near[first.points]
        near = near if second.points is None else near[:, second.points]
        shared, fading, reach, _ = np.exp(self.settings.others)
        times = second.times[:1] if np.ptp(second.times) == 0 else second.times
        apart = np.abs(first.times[:, None] - times)
        return np.asarray(near * (shared + fading * np.exp(-apart / reach)))

    def _apart(self, features: Floats) -> Floats:
        """Return squared distances [axes, n, n] of each axis."""
        apart = np.zeros((len(self.settings.lengths), len(features), len(features)))
        for column, owner in enumerate(self._owners):
            gaps = features[:, column, None] - features[:, column]
            apart[owner] += gaps * gaps
        return apart

    def _unlikeliness(
        self, settings: Floats, apart: Floats, times: Floats, values: Floats
    ) -> tuple[float, Floats]:
        """Return the negative log posterior of settings, and its gradient."""
        axes, count = len(apart), len(values)
        weights = np.exp(-2 * settings[:axes])
        shared, fading, reach, noise = np.exp(settings[axes:])
        distances = np.sqrt(np.maximum(np.tensordot(weights, apart, 1), 1e-12))
        near, fades = _matern(distances), np.exp(-times / reach)
        scale = shared + fading * fades
        factor = factorised(near * scale + (noise + JITTER) * np.eye(count))
        weighted = cho_solve((factor, True), values)
        outer = 0.5 * (cho_solve((factor, True), np.eye(count)) - np.outer(weighted, weighted))
        slope = outer * scale * (5 / 3) * (1 + _SQRT5 * distances) * np.exp(-_SQRT5 * distances)
        held = outer * near
        gradient = np.empty_like(settings)
        gradient[:axes] = np.tensordot(apart, slope, 2) * weights
        gradient[axes:] = [
            held.sum() * shared,
            (held * fades).sum() * fading,
            (held * fades * times).sum() * fading / reach,
            np.trace(outer) * noise,
        ]
        middle = np.concatenate([np.full(axes, self._middle), Settings(np.zeros(0)).others])
        spread = np.concatenate([np.full(axes, 0.9), _SPREAD])
        off = (settings - middle) / spread
        unlikely = 0.5 * values @ weighted + np.log(np.diag(factor)).sum() + 0.5 * off @ off
        return float(unlikely), gradient + off / spread


class Posterior:
    """What a process expects after it has seen something."""

    def __init__(self, process: Process, seen: Observed, factor: Floats | None = None) -> None:
        self._process, self._seen = process, seen
        self._factor = factorised(self._noisy(seen)) if factor is None else factor
        self._weighted = cho_solve((self._factor, True), seen.values)

    def _noisy(self, seen: Observed) -> Floats:
        noise = math.exp(self._process.settings.others[_NOISE]) + JITTER
        return self._process.covariance(seen, seen) + noise * np.eye(len(seen.values))

    def predict(self, features: Floats) -> tuple[Floats, Floats]:
        """Return mean and standard deviation [n] of points' scores after all epochs."""
        asked = Observed(features, np.ones(len(features)), np.zeros(len(features)))
        across = self._process.covariance(self._seen, asked)
        known = solve_triangular(self._factor, across, lower=True)
        shared, fading = np.exp(self._process.settings.others[:_REACH])
        variance = shared + fading - (known * known).sum(0)
        return across.T @ self._weighted, np.sqrt(np.maximum(variance, 1e-9))

    def believe(self, features: Floats) -> Posterior:
        """Return what is expected once points that run have given what is expected of them.

        References:
            Ginsbourger, Le Riche and Carraro, Kriging is well-suited to parallelize
            optimization, 2010 (the kriging believer).
        """
        if not len(features):
            return self
        seen, ones = self._seen, np.ones(len(features))
        across = self._process.covariance(seen, Observed(features, ones, ones))
        means = across.T @ self._weighted
        # The factor grows by rows for what is new: a new one would take the time of the first.
        below = solve_triangular(self._factor, across, lower=True)
        corner = self._noisy(Observed(features, ones, means)) - below.T @ below
        upper = np.concatenate([self._factor, np.zeros_like(below)], axis=1)
        lower = np.concatenate([below.T, factorised(corner)], axis=1)
        everything = seen.join(features, ones, means)
        return Posterior(self._process, everything, np.concatenate([upper, lower]))


def factorised(covariance: Floats) -> Floats:
    """Return the lower Cholesky factor of a covariance, with jitter as far as it needs more.

    Rounding takes the smallest eigenvalues below 0 where many observations are nearly the same.
    """
    jitter = 0.0
    while True:
        try:
            return np.asarray(cholesky(covariance + jitter * np.eye(len(covariance)), lower=True))
        except np.linalg.LinAlgError:
            jitter = max(100 * jitter, JITTER * float(np.diag(covariance).max()))


def _matern(distances: Floats) -> Floats:
    scaled = _SQRT5 * distances
    return np.asarray((1 + scaled + scaled * scaled / 3) * np.exp(-scaled))
