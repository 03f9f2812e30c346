"""Schedules: the learning rate of every step, as a share of its highest.

A builder takes the epochs that the schedule is to fill and gives a `Schedule`. None keeps anything
in memory, so that a trial that goes on from a checkpoint has the learning rates it would have had.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import ceil, cos, inf, isfinite, pi
from typing import Protocol

LEAST_GAIN = 1e-4
"""The share of its best by which a loss must fall to count as better; torch's own."""


class Schedule(Protocol):
    """A factor in [0, 1] for every moment of a training."""

    def __call__(self, done: float, losses: Sequence[float] = ()) -> float:
        """Return the learning rate as a share of its highest.

        Args:
            done: Epochs done, a fraction: 1.5 is the middle of the second.
            losses: Validation losses of the epochs that are over, in order.
        """


def constant(total_epochs: float) -> Schedule:
    """Build a schedule that stays at 1."""
    return lambda done, losses=(): 1.0


def cosine(total_epochs: float, *, floor: float) -> Schedule:
    """Build half a cosine from 1 down to the floor.

    References:
        Loshchilov and Hutter, SGDR: Stochastic Gradient Descent with Warm Restarts, 2017.

    Example:
        >>> half = cosine(4, floor=0.2)
        >>> [round(half(epochs), 3) for epochs in (0, 2, 4)]
        [1.0, 0.6, 0.2]
    """

    def factor(done: float, losses: Sequence[float] = ()) -> float:
        return _between(1.0, floor, _share(done, total_epochs))

    return factor


def step(total_epochs: float, *, epochs: int, factor: float) -> Schedule:
    """Build a schedule that is multiplied by a factor every few epochs.

    Example:
        >>> tenths = step(9, epochs=3, factor=0.1)
        >>> [round(tenths(done), 3) for done in (0, 2.9, 3, 8.9)]
        [1.0, 1.0, 0.1, 0.01]
    """
    return lambda done, losses=(): factor ** int(done // epochs)


def warm_restarts(total_epochs: float, *, period: float, mult: float, floor: float) -> Schedule:
    """Build half cosines from 1 down to the floor, one after another.

    Args:
        total_epochs: It goes on whatever these are.
        period: Epochs of the first.
        mult: How many times as long as the one before each further one is; 1 or more.
        floor: Where each ends.

    References:
        Loshchilov and Hutter, SGDR: Stochastic Gradient Descent with Warm Restarts, 2017.

    Example:
        >>> restarts = warm_restarts(6, period=2, mult=2, floor=0.0)
        >>> [round(restarts(done), 3) for done in (0, 1, 1.999, 2, 4)]
        [1.0, 0.5, 0.0, 1.0, 0.5]
    """

    def factor(done: float, losses: Sequence[float] = ()) -> float:
        begun, length = 0.0, period
        while done >= begun + length:
            begun, length = begun + length, length * mult
        return _between(1.0, floor, (done - begun) / length)

    return factor


def one_cycle(
    total_epochs: float, *, rise: float, start_divisor: float, final_divisor: float
) -> Schedule:
    """Build a rise to 1 and a longer fall to almost nothing, both half a cosine.

    Args:
        total_epochs: Of both together.
        rise: The share of them in which the learning rate rises.
        start_divisor: The first learning rate is the highest divided by this.
        final_divisor: The last learning rate is the first divided by this.

    References:
        Smith and Topin, Super-Convergence: Very Fast Training of Neural Networks Using Large
        Learning Rates, 2018; with cosines as in torch's OneCycleLR.

    Example:
        >>> cycle = one_cycle(10, rise=0.2, start_divisor=4, final_divisor=5)
        >>> [round(cycle(done), 3) for done in (0, 1, 2, 6, 10)]
        [0.25, 0.625, 1.0, 0.525, 0.05]
    """
    first = 1 / start_divisor
    last = first / final_divisor

    def factor(done: float, losses: Sequence[float] = ()) -> float:
        share = _share(done, total_epochs)
        if share < rise:
            return _between(first, 1.0, share / rise)
        return _between(1.0, last, (share - rise) / (1 - rise) if rise < 1 else 1.0)

    return factor


def plateau(total_epochs: float, *, factor: float, patience: int, floor: float) -> Schedule:
    """Build a schedule that falls by a factor where the validation loss has stopped to fall.

    Args:
        total_epochs: It goes on whatever these are.
        factor: What each fall multiplies by.
        patience: Epochs in a row without a better loss that are let pass; one more is a fall.
        floor: Where it falls no further.

    References:
        torch's ReduceLROnPlateau, with its relative threshold of 1e-4.

    Example:
        >>> falls = plateau(9, factor=0.5, patience=1, floor=0.0)
        >>> [falls(len(losses), losses) for losses in ([], [3, 2, 2], [3, 2, 2, 2])]
        [1.0, 1.0, 0.5]
    """

    def share(done: float, losses: Sequence[float] = ()) -> float:
        found, best, stale = 1.0, inf, 0
        for loss in filter(isfinite, losses):
            stale = 0 if loss < best * (1 - LEAST_GAIN) else stale + 1
            best = loss if stale == 0 else best
            if stale > patience:
                found, stale = max(found * factor, floor), 0
        return found

    return share


def warmed_up(build: Callable[[float], Schedule], epochs: int, warmup_epochs: float) -> Schedule:
    """Build a schedule that first rises evenly from 0 to where it begins.

    Args:
        build: Gives the schedule of the epochs that remain after the rise. What they lost before
            is nothing to it.
        epochs: Epochs of a full trial.
        warmup_epochs: Epochs of the rise; 0 leaves it out.

    References:
        Goyal et al., Accurate, Large Minibatch SGD, 2017 (gradual warm-up).
    """
    after, skipped = build(max(epochs - warmup_epochs, 0.0)), ceil(warmup_epochs)
    top = after(0.0)

    def factor(done: float, losses: Sequence[float] = ()) -> float:
        if done < warmup_epochs:
            return top * done / warmup_epochs
        return after(done - warmup_epochs, losses[skipped:])

    return factor


def _share(done: float, total_epochs: float) -> float:
    """Return what is done of all; where there is nothing to do, it begins and is over at once."""
    return min(done / total_epochs, 1.0) if total_epochs > 0 else float(done > 0)


def _between(first: float, last: float, share: float) -> float:
    """Return where half a cosine from the first to the last stands."""
    return last + (first - last) * (1 + cos(pi * share)) / 2
