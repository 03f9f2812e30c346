"""What oversampling one class gives: a dose curve of `sampler: {factors: {senior: DOSE}}`.

    python benchmarks/samplers.py [--data MANIFEST] [--file FILE] [--class senior]
                                  [--doses 1 2 3 8] [--backbone test_resnet] [--image-size 48]
                                  [--epochs 10] [--seeds 3] [--json] [--quick]

Whole trainings of one configuration from random weights, each fold's network judged on its unseen
fold after its last epoch, all folds' photos together; the same seeds for each dose.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

import numpy as np
from numpy.typing import NDArray
from trainings import prepare

from maskopt.data.images import core_count
from maskopt.records import TrialSetup, TrialTask, derive_seed
from maskopt.space import TrialConfig
from maskopt.votes.scores import confusion, macro_f1

SPACE = Path(__file__).parents[1] / "search_spaces" / "age.yaml"
Told = tuple[NDArray[np.int64], NDArray[np.int64], int]
"""True and predicted class ids of a fold's photos, and the photos of a training epoch."""


def main() -> None:
    """Train and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", help="a manifest; without one, 300 people are drawn")
    parser.add_argument("--file", default=str(SPACE), help="a search-space file of one head")
    parser.add_argument("--class", dest="name", default="senior", help="which is shown more")
    parser.add_argument("--doses", type=float, nargs="+", default=[1.0, 2.0, 3.0, 8.0])
    parser.add_argument("--backbone", default="test_resnet")
    parser.add_argument("--image-size", type=int, default=48)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="doses 1 and 8, two short seeds")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    if asked.quick:
        asked.doses, asked.seeds, asked.epochs, asked.image_size = [1.0, 8.0], 2, 3, 32
    with tempfile.TemporaryDirectory() as folder:
        found = measure(asked, Path(folder))
    if asked.json:
        print(json.dumps(found, indent=2))
        return
    print(f"{found['backbone']}, {found['seeds']} seeds")
    for dose, each in found["factors"].items():
        print(f"x {dose:<5}" + "".join(f"  {key} {value}" for key, value in each.items()))


def measure(asked: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Return recall of the class and macro F1 by dose, means over seeds."""
    setup = prepare("samplers", asked, folder)
    space = setup.label_space
    wanted = space.joint.classes.index(asked.name)
    folds = range(5)
    runs = [
        (task(asked, setup, dose, seed, folder), fold)
        for dose in asked.doses
        for seed in range(asked.seeds)
        for fold in folds
    ]
    with ProcessPoolExecutor(core_count(), get_context("spawn")) as pool:
        told = iter(list(pool.map(train, *zip(*runs, strict=True))))
    found: dict[str, dict[str, float]] = {}
    for dose in asked.doses:
        scores, recalls, photos = [], [], 0
        for _ in range(asked.seeds):
            parts = [next(told) for _ in folds]
            true, said = (np.concatenate([part[place] for part in parts]) for place in (0, 1))
            matrix = confusion(true, said, space.joint.class_count)
            scores.append(macro_f1(matrix))
            recalls.append(float(matrix[wanted, wanted] / matrix[wanted].sum()))
            photos = parts[0][2]
        found[f"{dose:g}"] = {
            **_spread("recall", recalls),
            **_spread("macro_f1", scores),
            "photos": photos,
        }
    words = f"{asked.backbone}, {asked.image_size} px, {asked.epochs} epochs"
    return {"factors": found, "class": asked.name, "seeds": asked.seeds, "backbone": words}


def task(
    asked: argparse.Namespace, setup: TrialSetup, dose: float, seed: int, folder: Path
) -> TrialTask:
    """Return one configuration with a dose; seeds are shared by all doses."""
    values = {
        "backbone": asked.backbone,
        "image_size": asked.image_size,
        "batch_size": 32,
        "lr": 4e-3,
        "warmup_epochs": 0.5,
        "augmentation": "light",
        "sampler": "factors",
        f"sampler.factors.{asked.name}": dose,
    }
    place = str(folder / f"{dose:g}-{seed}")
    return TrialTask(
        seed, TrialConfig(values), derive_seed("samplers", seed), 0, place, replace(setup)
    )


def train(task: TrialTask, fold: int) -> Told:
    """Train on all folds but one, and return what the network says of that one."""
    import torch

    from maskopt.data.photos import read_photos
    from maskopt.vision.fit import fit
    from maskopt.vision.fold_photos import open_photos, split_photos
    from maskopt.vision.learner import build_learner

    torch.set_num_threads(1)
    table = read_photos(task.setup.photos_table)
    images, space = open_photos(task, table), task.setup.label_space
    learner = build_learner(task, *split_photos(images, table, space, fold), fold)
    *_, last = fit(learner, range(1, task.setup.epochs + 1))
    shown = sum(learner.train.step_sizes(1, 1))
    return learner.valid.photos.joint, last.predicted[0], shown


def _spread(name: str, values: list[float]) -> dict[str, float]:
    wide = stdev(values) if len(values) > 1 else 0.0
    return {name: round(fmean(values), 4), f"{name}_sd": round(wide, 4)}


if __name__ == "__main__":
    main()
