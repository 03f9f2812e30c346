"""What each augmentation takes a photo: microseconds of one thread, by policy and operation.

    python benchmarks/augmentations.py [--sizes 128 224] [--json] [--quick]

Each photo is changed in the same way in every round, and the least of its times counts, so that
what else runs on the machine tells little. A loader's thread takes as much for each photo; beside
a GPU there are eight of them.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maskopt.catalog import load
from maskopt.catalog.augmentations import AUGMENTATIONS, POLICIES
from maskopt.labels import Attribute, Head, LabelSpace
from maskopt.vision.learner import GPU_LOADER_THREADS
from maskopt.vision.memory import keep_freed_memory
from maskopt.vision.stock import Stock

STRENGTHS = {"blur": 1.5, "noise": 0.05, "color_jitter": 0.4, "affine": 0.3}
"""Of single operations; those that are a share of photos are timed where each is changed."""
SPACE = LabelSpace((Head((Attribute("age", ("young", "senior")),)),))
PHOTOS = 64
Pixels = NDArray[np.uint8]
Floats = NDArray[np.float64]


def main() -> None:
    """Time and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[128, 224], help="pixels")
    parser.add_argument("--quick", action="store_true", help="two rounds instead of twenty")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    keep_freed_memory()
    found = {f"{size} px": measure(size, 2 if asked.quick else 20) for size in asked.sizes}
    if asked.json:
        print(json.dumps({"microseconds": found, "threads": GPU_LOADER_THREADS}, indent=2))
        return
    print(f"{'':<28}" + "".join(f"{size:>10}" for size in found))
    for name in next(iter(found.values())):
        print(f"{name:<28}" + "".join(f"{each[name]:>10.0f}" for each in found.values()))


def measure(size: int, rounds: int) -> dict[str, float]:
    """Return microseconds a photo of a size, by what is done to it."""
    stock = Stock(SPACE, np.arange(PHOTOS) % 2, size)
    made = {name: load(entry.builder)(stock) for name, entry in POLICIES.items()}
    made["by_class: light, heavy"] = load(AUGMENTATIONS["by_class"].builder)(
        stock, others="light", senior="heavy"
    )
    custom, zero = AUGMENTATIONS["custom"], dict.fromkeys(AUGMENTATIONS["custom"].parameters, 0.0)
    for name, parameter in custom.parameters.items():
        strength = STRENGTHS.get(name, 1.0 if "share of photos" in parameter.help else 0.3)
        made[f"custom: {name} {strength:g}"] = load(custom.builder)(
            stock, **zero | {name: strength}
        )
    photos = np.random.default_rng(0).integers(0, 256, (PHOTOS, size, size, 3), dtype=np.uint8)
    least = {name: np.full(PHOTOS, np.inf) for name in made}
    for _ in range(rounds):
        for name, augment in made.items():
            np.minimum(least[name], _time(augment, photos), out=least[name])
    return {name: round(1e6 * each.mean(), 1) for name, each in least.items()}


def _time(augment: Callable[..., Any], photos: Pixels) -> Floats:
    """Return the seconds that each photo takes, [64]."""
    seconds = np.empty(len(photos))
    for index, photo in enumerate(photos):
        began = time.perf_counter()
        augment(photo, 1, index, index)
        seconds[index] = time.perf_counter() - began
    return seconds


if __name__ == "__main__":
    main()
