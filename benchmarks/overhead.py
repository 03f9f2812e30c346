"""Seconds a trial that the road itself takes: no-op trials, real storage, real workers.

    python benchmarks/overhead.py [--json] [--quick]

Beside it in the same run the stock pair of Ray Tune, `OptunaSearch` + `ASHAScheduler`, on the same
number of trials, reports and workers; as it comes (memory only, a new actor a trial), and with
`reuse_actors`. Starting Ray is left out of both, starting the workers is in both.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any

from maskopt.cluster.devices import DevicePlan, local_devices, plan_devices
from maskopt.labels import LabelSpace
from maskopt.records import (
    Ending,
    EpochReport,
    TrialSetup,
    TrialTask,
    Verdict,
    derive_seed,
)
from maskopt.space import FloatRange, Part, SearchSpace
from maskopt.spec.model import BudgetSpec, DataSpec, FoldsSpec, StudySpec
from maskopt.study.storage import default_storage
from maskopt.study.study import Study

REPORTS = 5


def run(task: TrialTask) -> Iterator[EpochReport]:
    """Do nothing for five epochs: what a worker runs."""
    for epoch in range(task.known_epochs + 1, REPORTS + 1):
        yield EpochReport(epoch, task.config.number("x"), 0.0, 0.0, 0.0, {"accuracy": 0.5})


class NoOpConductor:
    """Joins a study and the cluster with nothing in between."""

    def __init__(self, study: Study, folder: Path) -> None:
        self._study, self._folder = study, folder
        self._setup = TrialSetup("noop", LabelSpace(()), "", "", (0,), "macro_f1", REPORTS)

    def ask(self) -> TrialTask | None:
        """Return the next trial."""
        asked = self._study.ask()
        if asked is None:
            return None
        number, config, known = asked.number, asked.config, asked.known_epochs
        folder = str(self._folder / f"{number:05d}")
        return TrialTask(number, config, derive_seed("noop", number), known, folder, self._setup)

    def finished(self) -> bool:
        """Tell whether all are done."""
        return self._study.finished()

    def report(self, number: int, report: EpochReport) -> Verdict:
        """Note an epoch."""
        return self._study.report(number, report)

    def close(self, number: int, ending: Ending, error: str | None = None) -> None:
        """Note an ending."""
        self._study.close(number, ending, error)

    def tick(self) -> bool:
        """Go on."""
        self._study.tick()
        return True


def make_spec(trials: int) -> StudySpec:
    return StudySpec(
        study="noop",
        data=DataSpec(None, None, (), None),
        label_space=LabelSpace(()),
        folds=FoldsSpec(),
        objective="macro_f1",
        budget=BudgetSpec(trials, REPORTS),
        searcher=Part("tpe"),
        pruner=Part("none"),
        try_first=(),
        space=SearchSpace({"x": FloatRange(0.0, 1.0), "y": FloatRange(0.0, 1.0)}),
        pretrained="none",
        content={},
    )


def run_ours(trials: int, plan: DevicePlan, folder: Path) -> None:
    from maskopt.cluster.running import run_trials

    with Study.open(make_spec(trials), default_storage(folder), folder / "noop") as study:
        run_trials(NoOpConductor(study, folder / "noop"), f"{Path(__file__).resolve()}:run", plan)
        states = study.record().states
    assert states["complete"] == trials, states


def run_stock(trials: int, plan: DevicePlan, folder: Path, *, reuse_actors: bool) -> None:
    from optuna.samplers import TPESampler
    from ray import tune
    from ray.tune.schedulers import ASHAScheduler
    from ray.tune.search.optuna import OptunaSearch

    class NoOp(tune.Trainable):
        def setup(self, config: dict[str, Any]) -> None:
            self._x = config["x"]

        def step(self) -> dict[str, Any]:
            return {"score": self._x, "done": self.iteration + 1 >= REPORTS}

        def reset_config(self, new_config: dict[str, Any]) -> bool:
            self._x = new_config["x"]
            return True

    resources = {"cpu": plan.cores_per_trial, "gpu": plan.gpus_per_trial}
    space = {"x": tune.uniform(0, 1), "y": tune.uniform(0, 1)}
    search = OptunaSearch(metric="score", mode="max", sampler=TPESampler(seed=0))
    # grace_period: ASHA looks at no trial, so that both sides run all reports.
    asha = ASHAScheduler(metric="score", mode="max", grace_period=REPORTS, max_t=REPORTS + 1)
    tune.Tuner(
        tune.with_resources(NoOp, resources),
        param_space=space,
        tune_config=tune.TuneConfig(
            search_alg=search, scheduler=asha, num_samples=trials, reuse_actors=reuse_actors
        ),
        run_config=tune.RunConfig(storage_path=str(folder), verbose=0),
    ).fit()


def seconds_per_trial(run_once: Callable[[Path], None], trials: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        run_once(Path(folder))
        return (time.perf_counter() - start) / trials


def measure(quick: bool) -> dict[str, float]:
    from maskopt.cluster.session import shutdown, start

    plan = plan_devices(local_devices())
    trials, repeats = (60, 1) if quick else (200, 3)
    stock_trials = 15 if quick else 30
    start(plan)
    try:
        ours, stock, reused = [], [], []
        for _ in range(repeats):
            ours.append(seconds_per_trial(lambda f: run_ours(trials, plan, f), trials))
            reused.append(
                seconds_per_trial(
                    lambda f: run_stock(stock_trials, plan, f, reuse_actors=True), stock_trials
                )
            )
            stock.append(
                seconds_per_trial(
                    lambda f: run_stock(stock_trials, plan, f, reuse_actors=False), stock_trials
                )
            )
    finally:
        shutdown()
    return {
        "ratio": median(stock) / median(ours),
        "seconds_per_trial": median(ours),
        "stock_seconds_per_trial": median(stock),
        "stock_reused_seconds_per_trial": median(reused),
        "ratio_reused": median(reused) / median(ours),
        "trials": trials,
        "trials_at_once": plan.trials_at_once,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--quick", action="store_true", help="fewer trials, once")
    chosen = parser.parse_args()
    found = measure(chosen.quick)
    if chosen.json:
        print(json.dumps(found))
        return
    print(f"{found['ratio']:.1f} x as fast as stock, {found['ratio_reused']:.1f} x with reuse")
    print(f"{found['seconds_per_trial']:.3f} s a trial ({found['trials']:.0f} trials)")
    print(f"{found['stock_seconds_per_trial']:.3f} s a trial, stock as it comes")
    print(f"{found['stock_reused_seconds_per_trial']:.3f} s a trial, stock with reuse_actors")


if __name__ == "__main__":
    main()
