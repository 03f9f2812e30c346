"""What is reported of many simulated searches: regret, and how much sooner one got as far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from protocol.clock import GRID

SHARES = (0.10, 0.25, 0.50, 1.00)
RESAMPLES = 1000

Curves = Mapping[str, Mapping[str, NDArray[np.float64]]]
"""By strategy and task, regret [seeds, GRID]."""


@dataclass(frozen=True)
class Interval:
    """A figure with its 95 % interval over resampled seeds."""

    mean: float
    low: float
    high: float

    def to_dict(self) -> dict[str, float]:
        """Return plain values."""
        return {"mean": self.mean, "low": self.low, "high": self.high}


def regret_at(curves: Curves, strategy: str, tasks: Sequence[str]) -> list[Interval]:
    """Return the mean regret over tasks and seeds at each of SHARES."""
    places = [int(np.argmin(np.abs(GRID - share))) for share in SHARES]
    table = np.stack([curves[strategy][task][:, places] for task in tasks])

    def mean(seeds: NDArray[np.intp]) -> NDArray[np.float64]:
        rows = np.take_along_axis(table, seeds[:, :, None], axis=1)
        return np.asarray(rows.mean(axis=(0, 1)))

    found = _resample(mean, len(tasks), table.shape[1])
    middle = table.mean(axis=(0, 1))
    low, high = np.quantile(found, [0.025, 0.975], axis=0)
    return [Interval(*map(float, each)) for each in zip(middle, low, high, strict=True)]


def speedup(curves: Curves, strategy: str, rival: str, tasks: Sequence[str]) -> Interval:
    """Return how much sooner a strategy has the rival's own final regret.

    Of each task: the whole budget by the share of it after which the strategy's mean regret over
    seeds is at most the rival's at the end; 1 where it never is. The figure is the geometric mean
    over tasks.
    """
    ours = np.stack([curves[strategy][task] for task in tasks])
    theirs = np.stack([curves[rival][task][:, -1] for task in tasks])

    def ratio(seeds: NDArray[np.intp]) -> NDArray[np.float64]:
        mine = np.take_along_axis(ours, seeds[:, :, None], axis=1).mean(axis=1)
        bar = np.take_along_axis(theirs, seeds, axis=1).mean(axis=1)
        reached = mine <= bar[:, None]
        first = np.where(reached.any(axis=1), reached.argmax(axis=1), len(GRID) - 1)
        return np.asarray(np.exp(-np.log(GRID[first]).mean()))

    everything = np.tile(np.arange(ours.shape[1]), (len(tasks), 1))
    found = _resample(ratio, len(tasks), ours.shape[1])
    low, high = np.quantile(found, [0.025, 0.975])
    return Interval(float(ratio(everything)), float(low), float(high))


def _resample(figure, tasks: int, seeds: int) -> NDArray[np.float64]:  # type: ignore[no-untyped-def]
    chance = np.random.default_rng(0)
    drawn = chance.integers(seeds, size=(RESAMPLES, tasks, seeds))
    return np.array([figure(each) for each in drawn])
