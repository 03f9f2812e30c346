"""A search against a virtual clock: workers side by side, one event a report."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from protocol.tasks import Curve, Point, Task, regret

WORKERS = 4
GRID = np.linspace(0.001, 1.0, 1000)
"""Shares of the budget at which regret is looked at."""


@dataclass(frozen=True)
class Job:
    """What a worker is given.

    Attributes:
        point: What to train; none goes on with what was trained.
        done: Reports that there are already; going on from them is free.
    """

    number: int
    point: Point | None
    done: int = 0


class Searcher(Protocol):
    """A way of searching: ours or a rival."""

    def ask(self) -> Job | None:
        """Return what to train next, or none while there is nothing."""

    def correct(self, number: int, point: Point) -> None:
        """Hear which parameters were really trained."""

    def report(self, number: int, report: int, value: float) -> str:
        """Hear a value and answer `go`, `stop` or `pause`."""

    def end(self, number: int, how: str) -> None:
        """Hear that a run ended: `done`, `stop` or `pause`."""


@dataclass
class _Run:
    task: Task
    searcher: Searcher
    chance: np.random.Generator
    noise: float
    wall: float
    curves: dict[int, tuple[Curve, NDArray[np.float64]]] = field(default_factory=dict)
    events: list[tuple[float, int, int, int, int]] = field(default_factory=list)
    clock: int = 0

    def begin(self, worker: int, now: float) -> None:
        """Give a free worker something to do, or have it ask again soon."""
        job = self.searcher.ask()
        if job is None:
            self._push(now + self.wall / 1000, worker, -1, 0)
            return
        if job.point is not None:
            curve = self.task.take(job.point)
            seen = curve.values + self.noise * self.chance.normal(size=len(curve.values))
            self.curves[job.number] = curve, seen
            self.searcher.correct(job.number, curve.point)
        self._push(now + self.curves[job.number][0].seconds, worker, job.number, job.done + 1)

    def go_on(self, now: float, worker: int, number: int, report: int) -> None:
        """Have a worker go on with its training."""
        self._push(now + self.curves[number][0].seconds, worker, number, report + 1)

    def _push(self, time: float, worker: int, number: int, report: int) -> None:
        self.clock += 1  # of equal times the earlier one first
        heapq.heappush(self.events, (time, self.clock, worker, number, report))


def simulate(task: Task, searcher: Searcher, *, seed: int, noise: float) -> NDArray[np.float64]:
    """Return the regret of the best trial at each share of the budget in GRID.

    The best trial is the one with the best value that was observed so far; its regret is that of
    its true value after a full training. Before the first report it is a median one's.

    Args:
        task: What is searched over.
        searcher: A fresh one.
        seed: Of the noise.
        noise: Standard deviation of what is added to every value that is observed.
    """
    task.restart()
    run = _Run(task, searcher, np.random.default_rng(seed), noise, task.budget / WORKERS)
    for worker in range(WORKERS):
        run.begin(worker, 0.0)
    best, steps = -np.inf, [(0.0, 1.0)]
    while run.events:
        now, _, worker, number, report = heapq.heappop(run.events)
        if now > run.wall:
            break
        if number < 0:
            run.begin(worker, now)
            continue
        curve, seen = run.curves[number]
        value = float(seen[report - 1])
        if value > best:
            best = value
            steps.append((now / run.wall, regret(task, float(curve.values[-1]))))
        answer = searcher.report(number, report, value)
        if answer == "go" and report < task.reports:
            run.go_on(now, worker, number, report)
            continue
        searcher.end(number, answer if report < task.reports else "done")
        run.begin(worker, now)
    times = np.array([time for time, _ in steps])
    found = np.array([value for _, value in steps])
    return np.asarray(found[np.searchsorted(times, GRID, side="right") - 1])
