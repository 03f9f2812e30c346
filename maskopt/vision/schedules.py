"""Schedules: the learning rate of every step, as a share of its highest.

A builder takes the epochs that the schedule is to fill and gives a function of the epochs done
(a fraction: 1.5 is the middle of the second) to a factor in [0, 1].
"""

from __future__ import annotations

from collections.abc import Callable
from math import cos, pi

Schedule = Callable[[float], float]


def constant(total_epochs: float) -> Schedule:
    """Build a schedule that stays at 1."""
    return lambda _: 1.0


def cosine(total_epochs: float, *, floor: float) -> Schedule:
    """Build half a cosine from 1 down to the floor.

    References:
        Loshchilov and Hutter, SGDR: Stochastic Gradient Descent with Warm Restarts, 2017.

    Example:
        >>> half = cosine(4, floor=0.2)
        >>> [round(half(epochs), 3) for epochs in (0, 2, 4)]
        [1.0, 0.6, 0.2]
    """

    def factor(done: float) -> float:
        share = min(done / total_epochs, 1.0) if total_epochs > 0 else 1.0
        return floor + (1 - floor) * (1 + cos(pi * share)) / 2

    return factor


def step(total_epochs: float, *, epochs: int, factor: float) -> Schedule:
    """Build a schedule that is multiplied by a factor every few epochs.

    Example:
        >>> tenths = step(9, epochs=3, factor=0.1)
        >>> [round(tenths(done), 3) for done in (0, 2.9, 3, 8.9)]
        [1.0, 1.0, 0.1, 0.01]
    """
    return lambda done: factor ** int(done // epochs)


def warmed_up(build: Callable[[float], Schedule], epochs: int, warmup_epochs: float) -> Schedule:
    """Build a schedule that first rises evenly from 0 to 1.

    Args:
        build: Gives the schedule of the epochs that remain after the rise.
        epochs: Epochs of a full trial.
        warmup_epochs: Epochs of the rise; 0 leaves it out.

    References:
        Goyal et al., Accurate, Large Minibatch SGD, 2017 (gradual warm-up).
    """
    after = build(max(epochs - warmup_epochs, 0.0))

    def factor(done: float) -> float:
        return done / warmup_epochs if done < warmup_epochs else after(done - warmup_epochs)

    return factor
