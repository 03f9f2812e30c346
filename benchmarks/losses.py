"""Whether losses for rare classes find more of them: each beside plain cross entropy, same seeds.

    python benchmarks/losses.py [--data PATH] [--file FILE] [--class age:senior]
                                [--losses NAME[:PARAMETER=NUMBER] ...]
                                [--backbone test_resnet] [--image-size 64] [--epochs 10]
                                [--lr 0.003] [--seeds 5] [--set KEY=VALUE]
                                [--json] [--quick]

Each network is trained from random weights on four fifths of the people, and judged after its last
epoch on the others: nothing is chosen by what it is judged on.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np
from trainings import mean_interval, prepare

from maskopt.catalog.losses import LOSSES
from maskopt.data.images import core_count
from maskopt.data.photos import read_photos
from maskopt.records import TrialSetup, TrialTask, derive_seed
from maskopt.space import TrialConfig, Value
from maskopt.votes.scores import confusion, macro_f1

SPACE = Path(__file__).parents[1] / "search_spaces" / "age.yaml"
PLAIN = "cross_entropy"
OF_TWO = "bce"


def main() -> None:
    """Train and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", help="people or a manifest; without, 300 people are drawn")
    parser.add_argument("--file", default=str(SPACE), help="a search-space file: what is learned")
    parser.add_argument("--class", dest="rare", default="age:senior", help="attribute:class")
    parser.add_argument("--losses", nargs="+", default=[n for n in LOSSES if n != OF_TWO])
    parser.add_argument("--backbone", default="test_resnet")
    parser.add_argument("--image-size", type=int, default=64)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--lr", type=float, default=3e-3)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--set", action="append", default=[], help="as `maskopt sweep` has it")
    parser.add_argument("--quick", action="store_true", help="lade and logit_adjusted, two seeds")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    if asked.quick:
        asked.losses, asked.seeds, asked.epochs = ["lade", "logit_adjusted"], 2, 3
    with tempfile.TemporaryDirectory() as folder:
        found = measure(asked, Path(folder))
    if asked.json:
        print(json.dumps(found, indent=2))
        return
    print(f"{found['how']}; {PLAIN}: {found[PLAIN]}")
    for name, each in found["over_cross_entropy"].items():
        print(name, *(f"{what} {shown(apart)}" for what, apart in each.items()), sep="  ")


def shown(apart: dict[str, float]) -> str:
    """Return a difference with its interval as a line has it."""
    return f"{apart['mean']:+.3f} ({apart['low']:+.3f} to {apart['high']:+.3f})"


def measure(asked: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Return what each loss gives over cross entropy: means over seeds with intervals."""
    setup = prepare("losses", asked, folder)
    names = list(dict.fromkeys([PLAIN, *asked.losses]))
    keys = [(name, seed) for seed in range(asked.seeds) for name in names]
    tasks = [task(asked, setup, name, seed, folder / f"{name}-{seed}") for name, seed in keys]
    with ProcessPoolExecutor(core_count(), get_context("spawn")) as pool:
        told = list(pool.map(train, tasks, [asked.rare] * len(tasks)))
    by_name = {
        name: [each for (whose, _), each in zip(keys, told, strict=True) if whose == name]
        for name in names
    }
    plain = by_name.pop(PLAIN)
    return {
        "how": f"{asked.backbone}, {asked.image_size} px, {asked.epochs} epochs, {asked.rare}",
        PLAIN: {what: round(fmean(each[what] for each in plain), 4) for what in plain[0]},
        "over_cross_entropy": {name: differ(found, plain) for name, found in by_name.items()},
        "seeds": asked.seeds,
    }


def differ(
    found: Sequence[dict[str, float]], plain: Sequence[dict[str, float]]
) -> dict[str, dict[str, float]]:
    """Return means of paired differences, with 95 % intervals by Student's t."""
    differences: dict[str, dict[str, float]] = {}
    for what in plain[0]:
        apart = [one[what] - other[what] for one, other in zip(found, plain, strict=True)]
        differences[what] = mean_interval(apart)
    return differences


def task(
    asked: argparse.Namespace, setup: TrialSetup, loss: str, seed: int, folder: Path
) -> TrialTask:
    """Return one training; those of one seed differ in their loss only."""
    loss, _, changed = loss.partition(":")
    values: dict[str, Value] = {
        "backbone": asked.backbone,
        "image_size": asked.image_size,
        "batch_size": 64,
        "lr": asked.lr,
        "augmentation": "light",
        "loss": loss,
    }
    if changed:
        parameter, _, number = changed.partition("=")
        values[f"loss.{loss}.{parameter}"] = float(number)
    name = derive_seed("losses", seed)
    return TrialTask(seed, TrialConfig(values), name, 0, str(folder), setup)


def train(task: TrialTask, rare: str) -> dict[str, float]:
    """Train a network; return what its last epoch scores on the people it has not seen."""
    import torch

    from maskopt.vision.fit import fit
    from maskopt.vision.fold_photos import open_photos, split_photos
    from maskopt.vision.learner import build_learner
    from maskopt.votes.scores import join_heads

    torch.set_num_threads(task.setup.threads)
    table, space = read_photos(task.setup.photos_table), task.setup.label_space
    train, valid = split_photos(open_photos(task, table), table, space, 0)
    learner = build_learner(task, train, valid, 0)
    *_, last = fit(learner, range(1, task.setup.epochs + 1))
    predicted = join_heads(space, tuple(last.predicted))
    matrix = confusion(valid.joint, predicted, space.joint.class_count)
    recalls = np.diag(matrix)[matrix.sum(axis=1) > 0] / matrix.sum(axis=1)[matrix.sum(axis=1) > 0]
    attribute, _, name = rare.partition(":")
    place = [each.name for each in space.joint.attributes].index(attribute)
    own = space.joint.attributes[place].classes.index(name)
    true, said = (
        np.unravel_index(ids, space.joint.shape)[place] for ids in (valid.joint, predicted)
    )
    return {
        "macro_f1": macro_f1(matrix),
        "balanced_accuracy": float(recalls.mean()),
        "recall": float((said[true == own] == own).mean()),
        "valid_loss": last.valid_loss,
    }


if __name__ == "__main__":
    main()
