"""Class proportions of photos whose classes are unknown, by EM on calibrated probabilities.

Letters of shapes: N photos, C classes, B rehearsals, which differ in how the photos are weighted.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]

_STEPS = 100
_TOLERANCE = 1e-5
_LEAST = 0.1


def reweight(probabilities: Floats, weights: Doubles) -> Floats:
    """Return the probabilities under other class proportions.

    Args:
        probabilities: [..., C].
        weights: New proportion over old, [C].

    References:
        Saerens, Latinne & Decaestecker (2002), equation 2.4.

    Example:
        >>> reweight(np.array([0.5, 0.5]), np.array([3.0, 1.0])).tolist()
        [0.75, 0.25]
    """
    weighted = probabilities * weights.astype(probabilities.dtype)
    whole = weighted.sum(axis=-1, keepdims=True)
    return np.asarray(weighted / np.maximum(whole, np.finfo(weighted.dtype).tiny))


def fit_bias(
    probabilities: Floats, weights: Floats, shares: Doubles, start: Doubles | None = None
) -> Doubles:  # [B, C]
    """Find a factor a class after which the mean probability is the class's share.

    It is the intercept of a calibration: without it photos with the old proportions would be
    told to have others.

    Args:
        probabilities: [N, C].
        weights: Of the photos, [B, N].
        shares: Of the classes among the weighted photos, [B, C]; none is 0.
        start: Where to begin, [B, C].

    References:
        Alexandari, Kundaje & Shrikumar (2020), Maximum likelihood with bias-corrected
        calibration is hard-to-beat at label shift adaptation.
    """
    whole = weights.sum(axis=1, dtype=np.float64)[:, None]

    def step(bias: Doubles) -> Doubles:
        mean = _responsibilities(probabilities, weights, bias) / whole
        moved = bias * shares / np.maximum(mean, 1e-12)
        return np.asarray(moved / moved.sum(axis=1, keepdims=True))

    return _fixed_point(step, np.ones_like(shares) / shares.shape[1] if start is None else start)


def estimate(
    probabilities: Floats, weights: Floats, odds: Doubles, shares: Doubles, start: Doubles
) -> Doubles:  # [B, C]
    """Return the class proportions under which the photos are likeliest.

    One more photo with the old proportions is counted, so that no class comes out as 0.

    Args:
        probabilities: [N, C].
        weights: Of the photos, [B, N].
        odds: The bias of each class over its old proportion, [B, C].
        shares: The old proportions, [B, C].
        start: Proportions to begin with, [B, C].

    References:
        Saerens, Latinne & Decaestecker (2002), Adjusting the outputs of a classifier to new a
        priori probabilities, equation 2.9.
    """
    whole = weights.sum(axis=1, dtype=np.float64)[:, None]

    def step(found: Doubles) -> Doubles:
        counts = _responsibilities(probabilities, weights, found * odds)
        return np.asarray((counts + shares) / (whole + 1))

    return _fixed_point(step, start)


def log_likelihood(probabilities: Floats, weights: Floats, factors: Doubles) -> Doubles:  # [B]
    """Return the photos' log-likelihood up to a constant.

    Args:
        probabilities: [N, C].
        weights: Of the photos, [B, N].
        factors: Proportion times odds, [B, C].
    """
    mixed = factors.astype(np.float32) @ probabilities.T
    return np.asarray((weights * np.log(np.maximum(mixed, 1e-30))).sum(axis=1, dtype=np.float64))


def _responsibilities(probabilities: Floats, weights: Floats, factors: Doubles) -> Doubles:
    mixed = factors.astype(np.float32) @ probabilities.T  # [B, N]
    np.maximum(mixed, 1e-30, out=mixed)
    np.divide(weights, mixed, out=mixed)
    return factors * (mixed @ probabilities)


def _fixed_point(step: Callable[[Doubles], Doubles], start: Doubles) -> Doubles:
    """Repeat a step until nothing moves, with leaps: EM alone takes hundreds of steps.

    References:
        Varadhan & Roland (2008), Simple and globally convergent methods for accelerating the
        convergence of any EM algorithm (SQUAREM, third step length).
    """
    found = start
    for _ in range(_STEPS):
        first = step(found)
        moved = first - found
        if np.abs(moved).max() < _TOLERANCE:
            return first
        second = step(first)
        bent = second - first - moved
        length = np.linalg.norm(moved, axis=1, keepdims=True)
        length = np.maximum(length / np.maximum(np.linalg.norm(bent, axis=1)[:, None], 1e-12), 1)
        leap = found + 2 * length * moved + length**2 * bent
        outside = (leap < _LEAST * second).any(axis=1, keepdims=True)
        found = step(np.where(outside, second, leap / leap.sum(axis=1, keepdims=True)))
    return found
