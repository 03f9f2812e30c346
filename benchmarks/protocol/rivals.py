"""What others would type: Optuna's and Ray Tune's own searchers and pruners."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import optuna
from optuna.distributions import BaseDistribution
from optuna.pruners import BasePruner, HyperbandPruner, NopPruner
from optuna.samplers import BaseSampler, RandomSampler, TPESampler
from optuna.trial import TrialState

from maskopt.study.suggesting import distribution_of
from protocol.clock import Job
from protocol.tasks import Point, Task

warnings.filterwarnings("ignore", category=optuna.exceptions.ExperimentalWarning)
optuna.logging.set_verbosity(optuna.logging.ERROR)

ETA = 4


class Stock:
    """A study of Optuna's, asked and told."""

    def __init__(self, task: Task, seed: int, sampler: BaseSampler, pruner: BasePruner) -> None:
        self._study = optuna.create_study(
            direction="maximize",
            sampler=sampler,
            pruner=pruner,
            study_name=f"{task.name} {seed}",  # by which Hyperband deals trials to its brackets
        )
        domains: Any = task.space.domains
        self._domains: dict[str, BaseDistribution] = {
            name: distribution_of(domain) for name, domain in domains.items()
        }
        self._reports = task.reports
        self._trials: dict[int, optuna.Trial] = {}
        self._last: dict[int, float] = {}

    def ask(self) -> Job:
        """Return what to train next."""
        trial = self._study.ask(self._domains)
        self._trials[trial.number] = trial
        return Job(trial.number, dict(trial.params))

    def correct(self, number: int, point: Point) -> None:
        """Hear which parameters were really trained."""
        trial = self._trials[number]
        if point != trial.params:
            # Optuna has no public way to change what it suggested itself.
            kept: Any = self._study._storage
            kept._get_trial(trial._trial_id).params.update(point)

    def report(self, number: int, report: int, value: float) -> str:
        """Hear a value and ask the pruner."""
        trial, self._last[number] = self._trials[number], value
        trial.report(value, report)
        return "stop" if report < self._reports and trial.should_prune() else "go"

    def end(self, number: int, how: str) -> None:
        """Hear that a run ended."""
        if how == "stop":
            self._study.tell(number, state=TrialState.PRUNED)
        else:
            self._study.tell(number, self._last[number])


class StockHalving(Stock):
    """Ray's `ASHAScheduler` as it comes but for eta: a trial below its rung's top stops for good.

    References:
        ray.tune.schedulers.async_hyperband, `_Bracket.on_result`: the cut is a percentile of what
        was recorded before, and the first trial passes.
    """

    def __init__(
        self, task: Task, seed: int, sampler: BaseSampler, *, tells_complete: bool
    ) -> None:
        super().__init__(task, seed, sampler, NopPruner())
        self._tells_complete = tells_complete
        rungs = [ETA**place for place in range(10) if ETA**place < task.reports]
        self._recorded: dict[int, list[float]] = {rung: [] for rung in rungs}

    def report(self, number: int, report: int, value: float) -> str:
        """Hear a value and compare it with those recorded at its rung."""
        super().report(number, report, value)
        recorded = self._recorded.get(report)
        if recorded is None:
            return "go"
        cut = np.nanpercentile(recorded, (1 - 1 / ETA) * 100) if recorded else -np.inf
        recorded.append(value)
        return "stop" if value < cut else "go"

    def end(self, number: int, how: str) -> None:
        """Hear that a run ended; Ray's `OptunaSearch` tells COMPLETE with the early value."""
        super().end(number, "done" if self._tells_complete else how)


def build_rival(name: str, task: Task, seed: int) -> Stock:
    """Return a rival by its name."""
    if name == "random":
        return Stock(task, seed, RandomSampler(seed), NopPruner())
    if name == "tpe":
        return Stock(task, seed, TPESampler(seed=seed), NopPruner())
    if name == "tpe_hyperband":
        hyperband = HyperbandPruner(min_resource=1, max_resource=task.reports)
        return Stock(task, seed, TPESampler(seed=seed), hyperband)
    if name == "random_asha":
        return StockHalving(task, seed, RandomSampler(seed), tells_complete=False)
    return StockHalving(task, seed, TPESampler(seed=seed), tells_complete=True)


RIVALS = ("random", "random_asha", "tpe", "tpe_hyperband", "ray_stock")
