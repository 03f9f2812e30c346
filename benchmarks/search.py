"""Searches over recorded learning curves: maskopt's own strategy and what others would type.

    python benchmarks/search.py [--curves DIR] [--tasks NAME,...] [--seeds N] [--noise SD]
                                [--json] [--quick] [--plot FILE.svg]

Four workers side by side against a virtual clock; a budget of 50 full trainings of a mean random
configuration (surrogate tasks; 20 on tables). `maskopt` is the strategy that a sweep builds from
a file that names neither searcher nor pruner; `maskopt_warm` begins with points found on other
tasks. With `--json`, `strategies` is of the surrogate tasks where there are both kinds, and
`by_kind` has each.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault(
    "OMP_NUM_THREADS", "1"
)  # as many searches run side by side as there are cores

import numpy as np
from numpy.typing import NDArray
from protocol.clock import simulate
from protocol.ours import Maskopt
from protocol.plot import draw
from protocol.report import by_kind, show
from protocol.rivals import RIVALS, build_rival
from protocol.starts import best_point, starts_for
from protocol.tasks import Point, build_task, task_names

CURVES = Path(__file__).parents[2] / "shared" / "bench" / "curves"
STRATEGIES = ("maskopt", "maskopt_warm", *RIVALS)
OTHERS = ("maskopt_tpe", "maskopt_random")
"""Measured when they are asked for by name: the same halving with other searchers."""


@dataclass(frozen=True)
class Search:
    """One search to simulate."""

    folder: Path
    strategy: str
    task: str
    seed: int
    noise: float
    starts: tuple[Point, ...] = ()


def run(search: Search) -> NDArray[np.float64]:
    """Return the regret of one search at each share of its budget."""
    task = build_task(search.folder, search.task)
    name, seed = search.strategy, search.seed
    if name in ("maskopt", "maskopt_warm"):
        return simulate(task, Maskopt(task, seed, search.starts), seed=seed, noise=search.noise)
    if name in OTHERS:
        ours = Maskopt(task, seed, searcher=name.partition("_")[2])
        return simulate(task, ours, seed=seed, noise=search.noise)
    return simulate(task, build_rival(name, task, seed), seed=seed, noise=search.noise)


def find_best(place: tuple[Path, str]) -> Point:
    """Return the best point that one search found on a task."""
    return best_point(build_task(*place))


def main() -> None:
    """Simulate, and print a table or JSON."""
    options = _read_options()
    known = task_names(options.curves)
    names = options.tasks.split(",") if options.tasks else known
    if unknown := sorted(set(names) - set(known)):
        sys.exit(f"no such tasks: {', '.join(unknown)}; there are {', '.join(known)}")
    strategies = options.strategies.split(",")
    tables = _simulate(options, strategies, names, known)
    kinds = {name: build_task(options.curves, name).kind for name in names}
    parts = by_kind(tables, kinds)
    for kind, figures in parts.items():
        tasks = [name for name in names if kinds[name] == kind]
        title = f"{len(tasks)} {kind} tasks x {options.seeds} seeds, noise {options.noise:g}"
        if options.plot:
            file = options.plot.with_stem(f"{options.plot.stem}-{kind}")
            file.write_text(draw(tables, tasks, title))
        if not options.json:
            print(f"\n{title}")
            show(figures)
    if options.json:
        first = next(iter(parts.values()))
        print(json.dumps({"strategies": first, "by_kind": parts, "noise": options.noise}))


def _simulate(
    options: argparse.Namespace,
    strategies: Sequence[str],
    names: Sequence[str],
    known: Sequence[str],
) -> dict[str, dict[str, NDArray[np.float64]]]:
    """Return regret [seeds, GRID] by strategy and task."""
    with ProcessPoolExecutor(options.processes) as pool:
        starts: dict[str, tuple[Point, ...]] = {}
        if "maskopt_warm" in strategies:
            found = pool.map(find_best, [(options.curves, name) for name in known])
            starts = _starts(options.curves, names, dict(zip(known, found, strict=True)))
        searches = [
            Search(
                options.curves,
                strategy,
                task,
                seed,
                options.noise,
                starts[task] if strategy == "maskopt_warm" else (),
            )
            for strategy in strategies
            for task in names
            for seed in range(options.seeds)
        ]
        done = list(pool.map(run, searches))
    curves: dict[str, dict[str, Any]] = {}
    for search, found_curve in zip(searches, done, strict=True):
        curves.setdefault(search.strategy, {}).setdefault(search.task, []).append(found_curve)
    return {s: {t: np.stack(rows) for t, rows in tasks.items()} for s, tasks in curves.items()}


def _starts(
    folder: Path, names: Sequence[str], points: dict[str, Point]
) -> dict[str, tuple[Point, ...]]:
    tasks = [build_task(folder, name) for name in points]
    return {
        task.name: tuple(starts_for(task, tasks, points)) for task in tasks if task.name in names
    }


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--curves", type=Path, default=CURVES, help="folder of recorded curves")
    parser.add_argument("--tasks", help="names with commas between them; all by default")
    parser.add_argument("--strategies", default=",".join(STRATEGIES))
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--noise", type=float, default=0.0, help="standard deviation of reports")
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true", help="3 seeds")
    parser.add_argument("--plot", type=Path, help="an SVG a kind of task")
    options = parser.parse_args()
    options.seeds = 3 if options.quick else options.seeds
    return options


if __name__ == "__main__":
    main()
