"""Which point promises the greatest improvement over the best that is known.

References:
    Jones, Schonlau and Welch, Efficient Global Optimization of Expensive Black-Box Functions,
    1998 (expected improvement).
"""

from __future__ import annotations

import math
from collections.abc import Set

import numpy as np
from scipy.special import ndtr

from maskopt.search.points import Floats, Points
from maskopt.search.process import Posterior

DRAWN, MUTATED, NEAR, REFINED = 400, 200, 20, 30
"""Rows looked at: drawn at random; the best with a part of their values drawn anew; near each of
the best; and near each of the most promising so far."""

TOP = 5
"""Known points that others are made of, and promising ones that are refined."""


def most_promising(
    points: Points,
    posterior: Posterior,
    known: Floats,
    fixed: Floats,
    chance: np.random.Generator,
    taken: Set[bytes] = frozenset(),
) -> Floats:
    """Return the row of greatest expected improvement among many.

    Args:
        points: The space.
        posterior: What is expected of any point.
        known: Rows [n, axes] that were tried.
        fixed: A row with the values that are given, nan elsewhere.
        chance: What is random.
        taken: Marks of points that are not to be proposed again, see `marks`.
    """
    # With the given values: what they cannot reach is no bar for what is left to choose.
    known = _with_given(known, fixed)
    expected, _ = posterior.predict(points.features(known)[0])
    bar = float(expected.max())
    best = known[np.argsort(-expected, kind="stable")[:TOP]]
    drawn = points.draw(chance, DRAWN)
    parents = best[np.arange(MUTATED) % len(best)]
    anew = chance.random(parents.shape) < 0.35
    mutated = np.where(anew | np.isnan(parents), points.draw(chance, MUTATED), parents)
    filled = np.where(np.isnan(best), points.draw(chance, len(best)), best)
    near = [
        points.vary(chance, np.repeat(filled, NEAR, axis=0), step=step) for step in (0.05, 0.15)
    ]
    rows = _with_given(np.concatenate([drawn, mutated, *near]), fixed)
    gains = _gains(points, posterior, rows, bar, taken)
    for step in (0.05, 0.02):
        finest = rows[np.argsort(-gains, kind="stable")[:TOP]]
        finer = points.vary(chance, np.repeat(finest, REFINED, axis=0), step=step)
        finer = _with_given(finer, fixed)
        more = _gains(points, posterior, finer, bar, taken)
        rows, gains = np.concatenate([rows, finer]), np.concatenate([gains, more])
    return np.asarray(rows[int(gains.argmax())])


def marks(features: Floats) -> list[bytes]:
    """Return of each point [n, features] its cell: a hundredth of each range, or an option."""
    return [row.tobytes() for row in np.round(features, 2) + 0.0]  # -0.0 is 0.0


def _gains(
    points: Points, posterior: Posterior, rows: Floats, bar: float, taken: Set[bytes]
) -> Floats:
    features, _ = points.features(rows)
    gains = expected_improvement(*posterior.predict(features), bar)
    # Noise has the best known point promise most, and its like would say nothing new.
    known = [mark in taken for mark in marks(features)]
    return np.asarray(np.where(known, -1.0, gains))


def expected_improvement(means: Floats, deviations: Floats, bar: float) -> Floats:
    """Return by how much points are expected to be better than a bar, if they are.

    Example:
        >>> expected_improvement(np.array([0.0]), np.array([1.0]), 0.0).round(3)
        array([0.399])
    """
    gaps = (means - bar) / deviations
    density = np.exp(-0.5 * gaps * gaps) / math.sqrt(2 * math.pi)
    return np.asarray(deviations * (gaps * ndtr(gaps) + density))


def _with_given(rows: Floats, fixed: Floats) -> Floats:
    return np.where(np.isnan(fixed), rows, fixed)
