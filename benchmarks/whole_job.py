"""The whole job in a given time: `maskopt sweep --export` against a plain fine-tune and AutoGluon.

    python benchmarks/whole_job.py [--json] [--quick] [--data TRAIN --aside ASIDE]
                                   [--file SPACE.yaml] [--time 15m] [--studies DIR]
                                   [--backbone NAME] [--image-size PIXELS]
                                   [--head zero|timm] [--epochs N] [--lr F]

All predict the same photos, set aside, which none of them was given: macro F1 with 95 % intervals
over groups, paired differences, and seconds. Without --data, people are drawn, and tiny backbones
start from random weights. The fine-tune takes the file's first backbone with its weights, and the
file's largest photos, unless others are named.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from whole.backbone import finetune_options
from whole.photos import Photos, draw_photos, read_photos
from whole.scoring import score
from whole.sides import Answered, JobError, has_autogluon, run_maskopt, run_rival

from maskopt.errors import MaskoptError
from maskopt.spec import StudySpec, read_spec
from maskopt.spec.times import parse_seconds

FILE = Path(__file__).parents[1] / "search_spaces" / "age.yaml"
DRAWN, QUICK_DRAWN = (300, 150), (80, 60)
"""People to train on, and to set aside."""
TIME, DRAWN_TIME, QUICK_TIME = "15m", "5m", "2m"
NO_AUTOGLUON = "autogluon.multimodal is not installed"


def main() -> None:
    """Run all sides and print."""
    chosen = _read_options()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        try:
            found = measure(chosen, folder)
        except MaskoptError as error:
            sys.exit(str(error))
    if chosen.json:
        print(json.dumps(found))
    else:
        show(found)


def measure(chosen: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Return what the benchmark prints."""
    preset = None if chosen.data else "demo"
    seconds = parse_seconds(chosen.time, "--time")
    places = (chosen.data, chosen.aside)
    if not chosen.data:
        places = draw_photos(folder, *(QUICK_DRAWN if chosen.quick else DRAWN))
    spec = read_spec(chosen.file, preset=preset, data=str(places[0]))
    train, aside = (read_photos(spec, place) for place in places)
    options = ["--time", chosen.time, *(["--preset", preset] if preset else [])]
    answered, failed = _run_sides(chosen, spec, (train, aside), folder, options, seconds)
    return {
        **score(aside, answered),
        "time": seconds,
        "train_photos": len(train.table),
        "aside_photos": len(aside.table),
        "aside_groups": int(aside.groups.max()) + 1,
        "plain_options": finetune_options(spec, chosen),
        "not_measured": failed,
    }


def _run_sides(
    chosen: argparse.Namespace,
    spec: StudySpec,
    photos: tuple[Photos, Photos],
    folder: Path,
    options: list[str],
    seconds: float,
) -> tuple[dict[str, Answered], dict[str, str]]:
    """Return what each side answered, and why others did not."""
    kept = chosen.studies or folder
    kept.mkdir(parents=True, exist_ok=True)
    plain, limit = finetune_options(spec, chosen), ["--seconds", str(seconds)]
    sides: dict[str, Callable[[], Answered]] = {
        "maskopt": lambda: run_maskopt(chosen.file, *photos, kept, options),
        "plain": lambda: run_rival("finetune", *photos, folder, plain),
        "autogluon": lambda: run_rival("autogluon_fit", *photos, folder, limit),
    }
    failed = {}
    if not has_autogluon():
        failed["autogluon"] = NO_AUTOGLUON
        del sides["autogluon"]
    answered: dict[str, Answered] = {}
    for name, run in sides.items():
        print(f"== {name}", file=sys.stderr)
        try:
            answered[name] = run()
        except JobError as error:
            failed[name] = str(error)
    return answered, failed


def show(found: dict[str, Any]) -> None:
    """Print figures for people: differences first."""
    for name, less in found["difference"].items():
        told = f"{less['macro_f1']:+.3f} ({less['low']:+.3f} to {less['high']:+.3f})"
        print(f"maskopt less {name}: {told} macro F1")
    for name in [name for name in ("maskopt", "plain", "autogluon") if name in found]:
        each = found[name]
        told = f"{each['macro_f1']:.3f} ({each['low']:.3f} to {each['high']:.3f})"
        print(
            f"{name:<10}{told} macro F1 in {each['seconds']:.0f} s, "
            f"and {each['predict_seconds']:.0f} s to predict"
        )
    photos = f"{found['train_photos']:,} photos to train on, {found['aside_photos']:,} set aside"
    print(f"{photos} ({found['aside_groups']:,} groups), {found['time']:.0f} s given")
    print(f"plain: {' '.join(found['plain_options'])}")
    for name, why in found["not_measured"].items():
        print(f"{name}: not measured: {why}")


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--quick", action="store_true", help="fewer people, 2 minutes")
    parser.add_argument("--data", type=Path, help="photos to train on: a folder or a manifest")
    parser.add_argument("--aside", type=Path, help="photos to be scored on, likewise")
    parser.add_argument("--file", type=Path, default=FILE, help="search-space file")
    parser.add_argument("--time", help="of maskopt, export included, and of AutoGluon: 15m")
    parser.add_argument("--studies", type=Path, help="keep what the sweep leaves here")
    plain = parser.add_argument_group("the plain fine-tune")
    plain.add_argument("--backbone", help="one of the file's; its first by default")
    plain.add_argument("--image-size", type=int, help="pixels; the file's largest by default")
    plain.add_argument("--head", choices=["zero", "timm"], default="zero", help="how it starts")
    plain.add_argument("--epochs", type=int, default=5)
    plain.add_argument("--lr", type=float, default=1e-3)
    plain.add_argument("--batch-size", type=int, default=64)
    plain.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    if (chosen.data is None) != (chosen.aside is None):
        parser.error("--data and --aside go together")
    if chosen.time is None:
        chosen.time = QUICK_TIME if chosen.quick else TIME if chosen.data else DRAWN_TIME
    return chosen


if __name__ == "__main__":
    main()
