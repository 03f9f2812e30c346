"""Tasks to search over: recorded learning curves of a folder, behind one face."""

from __future__ import annotations

import importlib.util
import math
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from maskopt.space import FloatRange, IntRange, SearchSpace

Point = dict[str, float]
SURROGATE_BUDGET, TABLE_BUDGET = 50, 20
"""Full trainings of a mean random configuration that a search may spend."""


@dataclass(frozen=True)
class Curve:
    """What training a point gives.

    Attributes:
        point: The parameters that were really trained.
        values: After each report; higher is better.
        seconds: Of one report.
    """

    point: Point
    values: NDArray[np.float64]
    seconds: float


class Task(Protocol):
    """A space, and what training each of its points gives.

    Attributes:
        name: Its name in the folder.
        kind: `surrogate` or `table`.
        space: What may vary.
        reports: Reports of a full training.
        best: The best value known.
        median: Of random configurations.
        budget: Seconds of one worker.
    """

    name: str
    kind: str
    space: SearchSpace
    reports: int
    best: float
    median: float
    budget: float

    def restart(self) -> None:
        """Forget what was taken."""

    def take(self, point: Point) -> Curve:
        """Return a training's curve."""


def regret(task: Task, value: float) -> float:
    """Return how far a value is from the best: 0 is the best known, 1 the median."""
    return (task.best - value) / (task.best - task.median)


@lru_cache
def read_curves(folder: Path) -> Any:
    """Return the folder's own reader.

    Raises:
        SystemExit: There is none.
    """
    file = folder / "curves.py"
    spec = importlib.util.spec_from_file_location("recorded_curves", file)
    if spec is None or spec.loader is None or not file.exists():
        raise SystemExit(
            f"there are no recorded curves in {folder}: name their folder by --curves"
        )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def task_names(folder: Path) -> list[str]:
    """Return the names of all tasks that can be read here."""
    curves = read_curves(folder)
    has_runtime = importlib.util.find_spec("onnxruntime") is not None
    return [*(curves.SURROGATE_TASKS if has_runtime else ()), *curves.TABLE_TASKS]


def build_task(folder: Path, name: str) -> Task:
    """Return a task by its name."""
    curves = read_curves(folder)
    if name in curves.SURROGATE_TASKS:
        return SurrogateTask(curves.Surrogate(name), name)
    return TableTask(curves.Table(name), name)


class SurrogateTask:
    """A model of curves: any point can be trained."""

    kind = "surrogate"

    def __init__(self, source: Any, name: str) -> None:
        self.name, self._source = name, source
        self.space = SearchSpace({row[0]: _range(*row[1:]) for row in source.space})
        self.reports, self.best, self.median = source.reports, source.best, source.median
        self.budget = SURROGATE_BUDGET * source.full_cost

    def restart(self) -> None:
        """Nothing is used up."""

    def take(self, point: Point) -> Curve:
        """Return a point's curve."""
        values, seconds = self._source.curve(point)
        return Curve(point, np.asarray(values, float), seconds)


class TableTask:
    """Rows that were really trained: a point is answered by the nearest one not yet used."""

    kind = "table"

    def __init__(self, source: Any, name: str) -> None:
        self.name, self._rows, self._values = name, source.params, source.values
        self._names, self.reports = tuple(source.names), source.reports
        final = self._values[:, -1]
        self.best, self.median = float(final.max()), float(np.median(final))
        self.budget = TABLE_BUDGET * float(self.reports)
        low, high = self._rows.min(axis=0), self._rows.max(axis=0)
        # Parameters of optimisers span orders of magnitude where they are searched for at all.
        self._log = (low > 0) & (high / np.maximum(low, 1e-300) > 100)
        self.space = SearchSpace(
            {
                name: FloatRange(float(low[at]), float(high[at]), log=bool(self._log[at]))
                for at, name in enumerate(self._names)
            }
        )
        placed = self._placed(self._rows)
        self._low, self._width = placed.min(axis=0), np.ptp(placed, axis=0)
        self._places = (placed - self._low) / self._width
        self.restart()

    def restart(self) -> None:
        """Have all rows unused."""
        self._used = np.zeros(len(self._rows), bool)

    def take(self, point: Point) -> Curve:
        """Return the curve of the nearest unused row, with that row's parameters."""
        asked = self._placed(np.array([[point[name] for name in self._names]]))
        gaps = ((self._places - (asked - self._low) / self._width) ** 2).sum(axis=1)
        row = int(np.where(self._used, math.inf, gaps).argmin())
        self._used[row] = True
        there = {name: float(self._rows[row, at]) for at, name in enumerate(self._names)}
        return Curve(there, np.asarray(self._values[row], float), 1.0)

    def _placed(self, rows: NDArray[Any]) -> NDArray[np.float64]:
        return np.where(self._log, np.log(np.maximum(rows, 1e-300)), rows)


def _range(low: float, high: float, log: bool, whole: bool) -> FloatRange | IntRange:
    return IntRange(int(low), int(high), log) if whole else FloatRange(low, high, log)
