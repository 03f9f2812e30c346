"""Starts found on other tasks: what a former study would have left behind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from protocol.clock import simulate
from protocol.ours import Maskopt
from protocol.tasks import Curve, Point, Task, regret

MOST = 8
FORMER_SEED = 1000


class Remembering:
    """A task that remembers what was trained on it."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self.name, self.kind, self.space, self.reports = (
            task.name,
            task.kind,
            task.space,
            task.reports,
        )
        self.best, self.median, self.budget = task.best, task.median, task.budget
        self.found: list[tuple[float, Point]] = []

    def restart(self) -> None:
        """Forget what was taken."""
        self._task.restart()

    def take(self, point: Point) -> Curve:
        """Return a training's curve."""
        curve = self._task.take(point)
        self.found.append((float(curve.values[-1]), curve.point))
        return curve


def best_point(task: Task) -> Point:
    """Return the best point that one search without starts trained on a task."""
    remembering = Remembering(task)
    simulate(remembering, Maskopt(remembering, FORMER_SEED), seed=FORMER_SEED, noise=0.0)
    return max(remembering.found, key=lambda each: each[0])[1]


def starts_for(task: Task, others: Sequence[Task], points: Mapping[str, Point]) -> list[Point]:
    """Return the points found on other tasks that together do best there.

    One after the other, the point is taken that lowers most the mean over the other tasks of the
    least regret; the task itself is never asked.
    """
    able = [each for each in others if each.kind == task.kind and each.name != task.name]
    offered = [points[each.name] for each in able]
    table = np.array([[_worth(each, point) for each in able] for point in offered])
    best, chosen = np.full(len(able), np.inf), list[int]()
    while len(chosen) < min(MOST, len(offered)):
        left = [at for at in range(len(offered)) if at not in chosen]
        chosen.append(min(left, key=lambda at: float(np.minimum(best, table[at]).mean())))
        best = np.minimum(best, table[chosen[-1]])
    return [offered[at] for at in chosen]


def _worth(task: Task, point: Point) -> float:
    task.restart()
    return min(regret(task, float(task.take(point).values[-1])), 2.0)
