"""Photos a second of training: maskopt's own epochs, what the model could do, and two rivals.

    python benchmarks/throughput.py [--json] [--quick] [--data MANIFEST_OR_FOLDER]
                                    [--models NAME@PIXELS,...] [--photos N] [--workers N]
                                    [--weights NAME=FILE]... [--compile]

`maskopt` is an epoch, from the second on, of the learner that a trial builds, `light` augmentation
and all cores; with `--compile` its steps are compiled, as `budget.compile: always` has them, in
the epoch that is left out. `limit` are the steps of the same network, never compiled, on one batch
that lies ready: the best of float32 and bfloat16 autocast, contiguous and channels last. `plain`
is a loop with Pillow and albumentations in a DataLoader, float32, contiguous; `timm` are the same
steps behind timm's own loader. Each side has a process of its own for each model; they are
measured in turn.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from speed.cases import CPU_CASES, GPU_CASES, QUICK, Case, Job, read_case
from speed.photos import PEOPLE, gather_files, write_table, write_tree
from speed.rounds import figures, measure_case
from speed.show import show_case
from speed.worker import SIDES

from maskopt.cluster.devices import Devices, local_devices

ROUNDS, QUICK_ROUNDS = 5, 2
STEP_SECONDS, QUICK_STEP_SECONDS = 2.0, 1.0
CPU_WORKERS, MOST_GPU_WORKERS = 2, 8
NO_GPU, GPU_INSTEAD = "there is no GPU", "there is a GPU, which is measured instead"


def main() -> None:
    """Measure and print."""
    chosen = _read_options()
    devices = local_devices()
    cases = _choose_cases(chosen, devices)
    found = measure(chosen, devices, cases)
    if chosen.json:
        print(json.dumps(found))
        return
    print(f"{devices}; {found['photos']}; {found['rounds']} rounds, {found['workers']} loaders")
    for name, each in found["models"].items():
        show_case(name, each)
    for name, why in found["not_measured"].items():
        print(f"{name}: not measured: {why}")


def measure(chosen: argparse.Namespace, devices: Devices, cases: Sequence[Case]) -> dict[str, Any]:
    """Return what the benchmark prints."""
    rounds = QUICK_ROUNDS if chosen.quick else ROUNDS
    workers = chosen.workers or _loaders(devices)
    # What a C library does with memory matters where networks are computed in it.
    sides = [side for side in SIDES if not (devices.gpus and side == "limit_default_memory")]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = gather_files(chosen.data, folder)
        models = {}
        for case in cases:
            job = _make_job(case, files, folder, chosen, devices, workers)
            models[case.name] = figures(measure_case(job, sides, rounds))
    others, why = (CPU_CASES, GPU_INSTEAD) if devices.gpus else (GPU_CASES, NO_GPU)
    return {
        "models": models,
        "device": str(devices),
        "photos": str(chosen.data or f"{PEOPLE} drawn people"),
        "rounds": rounds,
        "workers": workers,
        "not_measured": {case.name: why for case in others if case.name not in models},
    }


def _make_job(
    case: Case,
    files: list[Path],
    folder: Path,
    chosen: argparse.Namespace,
    devices: Devices,
    workers: int,
) -> Job:
    """Write a case's photos down, and return what its sides are to be told but for their name."""
    place = folder / case.name
    place.mkdir()
    write_table(files, case.photos, place / "photos.csv")
    write_tree(files, case.photos, place / "tree")
    return Job(
        side="",
        case=case,
        table=str(place / "photos.csv"),
        cache=str(place),
        tree=str(place / "tree"),
        threads=devices.cores,
        workers=workers,
        step_seconds=QUICK_STEP_SECONDS if chosen.quick else STEP_SECONDS,
        weights=chosen.weights.get(case.backbone),
        compile=chosen.compile,
    )


def _choose_cases(chosen: argparse.Namespace, devices: Devices) -> list[Case]:
    batch_size = (GPU_CASES if devices.gpus else CPU_CASES)[0].batch_size
    cases = GPU_CASES if devices.gpus else CPU_CASES
    if chosen.models:
        cases = tuple(read_case(each, batch_size) for each in chosen.models.split(","))
    fewer = QUICK if chosen.quick else 1
    return [replace(each, photos=chosen.photos or each.photos // fewer) for each in cases]


def _loaders(devices: Devices) -> int:
    return min(devices.cores, MOST_GPU_WORKERS) if devices.gpus else CPU_WORKERS


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--quick", action="store_true", help="shorter epochs, 2 rounds")
    parser.add_argument("--data", type=Path, help="photos: a folder, or a manifest")
    parser.add_argument("--models", help="such as resnet18@128,vit_tiny_patch16_224@224")
    parser.add_argument("--photos", type=int, help="photos of an epoch")
    parser.add_argument("--workers", type=int, help="loader processes of the rivals")
    parser.add_argument(
        "--weights", action="append", default=[], metavar="NAME=FILE", help="of a backbone"
    )
    parser.add_argument("--compile", action="store_true", help="maskopt's steps are compiled")
    chosen = parser.parse_args()
    chosen.weights = _named_files(chosen.weights)
    return chosen


def _named_files(texts: Sequence[str]) -> Mapping[str, str]:
    pairs = [text.partition("=") for text in texts]
    return {name: str(Path(file).absolute()) for name, _, file in pairs}


if __name__ == "__main__":
    main()
