"""Calibration: one temperature a head, so that probabilities mean what they say.

Letters of shapes: N photos, C classes of a head.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

LOWEST, HIGHEST = 0.05, 20.0
"""Between these a temperature is sought."""

_STEPS = 40
_CLOSE = 1e-5
_FLOOR = np.float32(-100.0)  # a probability of zero would make sums of the search nan


def temper(log_probabilities: Floats, temperature: float | Floats) -> Floats:  # [..., C]
    """Return probabilities raised to 1 / temperature and normalised.

    Args:
        log_probabilities: Of the classes, [..., C].
        temperature: Above 1 it flattens, below 1 it sharpens; an array must broadcast.

    Example:
        >>> temper(np.log(np.array([0.8, 0.2], np.float32)), 0.5).round(2)
        array([0.94, 0.06], dtype=float32)
    """
    powers = log_probabilities / np.asarray(temperature, dtype=np.float32)
    powers -= powers.max(axis=-1, keepdims=True)
    np.exp(powers, out=powers)
    powers /= powers.sum(axis=-1, keepdims=True)
    return np.asarray(powers, dtype=np.float32)


def fit_temperature(log_probabilities: Floats, targets: Ints) -> float:
    """Return the temperature with the lowest mean log loss; exactly 1.0 where none is lower.

    The log loss is convex in 1 / temperature: Newton's steps find its minimum, and a step that
    leaves the bracket is replaced by halving it.

    Args:
        log_probabilities: Of the head's classes, [N, C].
        targets: True class ids of the head, [N].

    Raises:
        ValueError: There is no photo.

    References:
        Guo, Pleiss, Sun, Weinberger: On Calibration of Modern Neural Networks. ICML 2017.
    """
    if not len(targets):
        raise ValueError("a temperature needs at least one photo, got none")
    logs = np.maximum(log_probabilities, _FLOOR).astype(np.float32)
    logs = logs - logs.max(axis=-1, keepdims=True)
    true = float(logs[np.arange(len(targets)), targets].mean(dtype=np.float64))
    low, high = 1 / HIGHEST, 1 / LOWEST
    power, before = 1.0, _loss(logs, true, 1.0)[0]
    for _ in range(_STEPS):
        _, slope, bend = _loss(logs, true, power)
        low, high = (power, high) if slope < 0 else (low, power)
        step = power - slope / bend if bend > 0 else low
        moved = step if low < step < high else (low + high) / 2
        done, power = abs(moved - power) < _CLOSE * power, moved
        if done:
            break
    return 1 / power if _loss(logs, true, power)[0] < before - 1e-7 else 1.0


def _loss(logs: Floats, true: float, power: float) -> tuple[float, float, float]:
    """Return the mean log loss of p ^ power normalised, and its two derivatives by power."""
    weights = np.exp(logs * np.float32(power))  # [N, C]
    sums = weights.sum(axis=-1)
    weights *= logs
    first = weights.sum(axis=-1) / sums
    weights *= logs
    second = weights.sum(axis=-1) / sums
    loss = np.log(sums).mean(dtype=np.float64) - power * true
    slope = first.mean(dtype=np.float64) - true
    bend = (second - first**2).mean(dtype=np.float64)
    return float(loss), float(slope), float(bend)
