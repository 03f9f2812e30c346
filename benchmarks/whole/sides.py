"""Who does the whole job: each trains and predicts in processes of its own, on the clock."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from speed.process import environment

from whole.photos import Photos

MASKOPT = (sys.executable, "-c", "from maskopt.cli import main; main()")
LAST_WORDS = 300  # characters of a failed program's last line


class JobError(Exception):
    """A side did not get to its end; the text is why."""


@dataclass(frozen=True)
class Answered:
    """What came of a side.

    Attributes:
        predicted: Class ids of the photos set aside, [N].
        seconds: Wall time until it was ready to predict, starting it included.
        predict_seconds: Wall time of predicting.
    """

    predicted: NDArray[np.int64]
    seconds: float
    predict_seconds: float


def run_maskopt(
    file: Path, train: Photos, aside: Photos, folder: Path, options: Sequence[str]
) -> Answered:
    """Sweep and export within a time, then predict.

    Args:
        file: The search-space file.
        train: Photos to train on.
        aside: Photos to predict.
        folder: Where studies, bundle and answers go.
        options: Further ones of `maskopt sweep`, its time among them.

    Raises:
        JobError: A command failed, or there is no bundle.
    """
    bundle, answers = folder / "job.bundle", folder / "maskopt.csv"
    sweep = [str(file), "--data", str(train.place), "--studies", str(folder / "studies")]
    began = time.monotonic()
    _run([*MASKOPT, "sweep", *sweep, "--export", str(bundle), *options])
    swept = time.monotonic()
    if not bundle.exists():
        raise JobError("the sweep left no bundle")
    _run([*MASKOPT, "predict", str(bundle), str(aside.place), "-o", str(answers)])
    predicted = time.monotonic() - swept
    return Answered(aside.read_classes(answers), swept - began, predicted)


def run_rival(
    module: str, train: Photos, aside: Photos, folder: Path, options: Sequence[str]
) -> Answered:
    """Run one of the scripts in `rivals`, given its further options.

    Raises:
        JobError: It failed.
    """
    tables = {name: folder / f"{module}-{name}.csv" for name in ("train", "aside", "out")}
    train.write(tables["train"], told=True)
    aside.write(tables["aside"], told=False)
    named = [text for name, file in tables.items() for text in (f"--{name}", str(file))]
    began = time.monotonic()
    said = _run([sys.executable, "-m", f"rivals.{module}", *named, *options])
    seconds = time.monotonic() - began
    predict_seconds = float(json.loads(said.strip().splitlines()[-1])["predict_seconds"])
    predicted = aside.read_targets(tables["out"])
    return Answered(predicted, seconds - predict_seconds, predict_seconds)


def has_autogluon() -> bool:
    """Tell whether AutoGluon's part for photos is installed."""
    try:
        return find_spec("autogluon.multimodal") is not None
    except ModuleNotFoundError:
        return False


def _run(command: Sequence[str]) -> str:
    """Return what a program printed; what it says on stderr is shown as it comes."""
    done = subprocess.run(
        command, stdout=subprocess.PIPE, text=True, env=environment(), check=False
    )
    if done.returncode:
        words = (done.stdout.strip().splitlines() or ["see above"])[-1][:LAST_WORDS]
        raise JobError(f"ended with code {done.returncode}: {words}")
    return done.stdout
