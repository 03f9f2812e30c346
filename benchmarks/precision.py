"""Whether number format and memory layout that maskopt chooses cost score: seeds each way.

    python benchmarks/precision.py [--data MANIFEST] [--file FILE] [--backbone resnet18]
                                   [--image-size 64] [--epochs 4] [--seeds 5] [--json] [--quick]

Whole trials of one configuration, from random weights, with the same seeds: as maskopt trains
them, and in float32 with contiguous memory, as a loop does that asks for nothing.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from trainings import mean_interval, prepare

from maskopt.data.images import core_count
from maskopt.records import TrialSetup, TrialTask, derive_seed
from maskopt.space import TrialConfig

SPACE = Path(__file__).parents[1] / "search_spaces" / "age.yaml"
CHOSEN, PLAIN = "chosen", "plain"


@dataclass(frozen=True)
class Run:
    """One trial to train.

    Attributes:
        way: `chosen` or `plain`.
    """

    task: TrialTask
    way: str


def main() -> None:
    """Train and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", help="a manifest; without one, 300 people are drawn")
    parser.add_argument("--file", default=str(SPACE), help="a search-space file: what is learned")
    parser.add_argument("--backbone", default="resnet18")
    parser.add_argument("--image-size", type=int, default=64)
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="test_resnet, two seeds, one epoch")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    if asked.quick:
        asked.backbone, asked.seeds, asked.epochs = "test_resnet", 2, 1
    with tempfile.TemporaryDirectory() as folder:
        found = measure(asked, Path(folder))
    if asked.json:
        print(json.dumps(found, indent=2))
    else:
        for name, value in found.items():
            print(f"{name:<20} {value}")


def measure(asked: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Return best scores each way, by seed, and their mean difference with its interval."""
    setup = prepare("precision", asked, folder)
    runs = [
        Run(task(asked, setup, seed, folder / f"{way}-{seed}"), way)
        for seed in range(asked.seeds)
        for way in (CHOSEN, PLAIN)
    ]
    with ProcessPoolExecutor(core_count(), get_context("spawn")) as pool:
        told = list(pool.map(train, runs))
    scores = {
        way: [score for run, (score, _) in zip(runs, told, strict=True) if run.way == way]
        for way in (CHOSEN, PLAIN)
    }
    apart = [a - b for a, b in zip(scores[CHOSEN], scores[PLAIN], strict=True)]
    told_apart = mean_interval(apart)
    return {
        "difference": told_apart["mean"],
        "low": told_apart["low"],
        "high": told_apart["high"],
        "scores": {way: [round(each, 4) for each in found] for way, found in scores.items()},
        "precision": told[0][1],
        "backbone": f"{asked.backbone}, {asked.image_size} px, {asked.epochs} epochs",
    }


def task(asked: argparse.Namespace, setup: TrialSetup, seed: int, folder: Path) -> TrialTask:
    """Return one trial of the configuration; seed and number are one."""
    values = {
        "backbone": asked.backbone,
        "image_size": asked.image_size,
        "batch_size": 64,
        "lr": 1e-3,
        "augmentation": "light",
    }
    name = derive_seed("precision", seed)
    return TrialTask(seed, TrialConfig(values), name, 0, str(folder), setup)


def train(run: Run) -> tuple[float, str]:
    """Train a trial; return its best score and how its steps were computed."""
    from maskopt.vision import trial
    from maskopt.vision.learner import build_learner

    said: list[str] = []
    # In a process of its own, so that no other trial is built so.
    setattr(trial, "build_learner", partial(_build, build_learner, run.way, said))  # noqa: B010
    reports = list(trial.run(run.task))
    return max(report.score for report in reports), said[0]


def _build(build: Any, way: str, said: list[str], *arguments: Any) -> Any:
    """Build a learner, and take from it what maskopt chose where the other way is wanted."""
    import torch

    from maskopt.vision.precision import Precision

    learner = build(*arguments)
    said.append(str(learner.precision))
    if way == PLAIN:
        learner.model.to(memory_format=torch.contiguous_format)
        learner.precision = Precision(learner.precision.device, torch.float32)
        for loader in (learner.train, learner.valid):
            loader.placement = _Contiguous(loader.placement)
    return learner


class _Contiguous:
    """A placement whose images lie plane by plane."""

    def __init__(self, placement: Any) -> None:
        self._placement, self.device = placement, placement.device

    def __call__(self, *told: Any) -> Any:
        batch = self._placement(*told)
        return replace(batch, images=batch.images.contiguous())


if __name__ == "__main__":
    main()
