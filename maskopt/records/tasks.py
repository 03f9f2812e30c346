"""What a worker is given to do."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from maskopt.labels import LabelSpace
from maskopt.space import TrialConfig


@dataclass(frozen=True)
class TrialSetup:
    """What all trials of a study share; it goes to every worker.

    Attributes:
        photos_table: Path of the study's `photos.csv`: `path`, `group`, `fold`, and one column an
            attribute with class ids.
        cache_folder: Where decoded images are kept.
        folds: Numbers of the folds that a trial is scored on, one model each.
        epochs: Epochs of a full trial.
        patience: Epochs without a better score after which a trial ends itself; none never does.
        scratch: Backbones that start from random weights because none could be had.
        threads: CPU threads of a trial.
        objectives: All that trials are compared by; costs among them are measured each epoch.
        compile: Whether steps are compiled: `never`, `always`, or `auto` where that pays.
    """

    study: str
    label_space: LabelSpace
    photos_table: str
    cache_folder: str
    folds: tuple[int, ...]
    objective: str
    epochs: int
    patience: int | None = None
    scratch: tuple[str, ...] = ()
    threads: int = 1
    objectives: tuple[str, ...] = ()
    compile: str = "never"


CHECKPOINT = "checkpoint.pt"
"""Name of the file in a trial's folder from which it goes on."""

ORIGIN = "origin.json"
"""Name of the file that tells whose checkpoint lies in a trial's folder, if not its own."""

BEST = "best.safetensors"
"""Name of the file with the weights that are kept, where a trial has one network."""


def best_file(fold: int, folds: Sequence[int]) -> str:
    """Return the name of the file with the weights that are kept of a fold's network."""
    return BEST if len(folds) <= 1 else f"best-fold{fold}.safetensors"


@dataclass(frozen=True)
class TrialTask:
    """One trial to run, or to go on with.

    Attributes:
        seed: Derived from study and number, so that the trial can be run again by itself.
        known_epochs: Epochs already reported to the study; a checkpoint may be one ahead, and
            what it holds beyond is reported again.
        folder: The trial's own folder: checkpoint, best weights, log.
        kept_epoch: The epoch whose weights are kept; none keeps the best's.
        last_epoch: The epoch after which it ends, although the schedule is made for all of
            `setup.epochs`; none ends it after those.
        trial: The trial whose configuration it is, where `number` counts networks; none is
            `number` itself.
        losses: Validation losses of that trial's epochs, where this is another network of its
            configuration: a schedule that follows them is then the trial's, and sees nothing of
            the photos that the network is judged on.
        whole_curve: Whether each epoch is judged although it is told which one is kept; else that
            one alone is, and scores and validation losses of the others are nan.
    """

    number: int
    config: TrialConfig
    seed: int
    known_epochs: int
    folder: str
    setup: TrialSetup
    kept_epoch: int | None = None
    last_epoch: int | None = None
    trial: int | None = None
    losses: tuple[float, ...] = ()
    whole_curve: bool = False

    def judges(self, epoch: int) -> bool:
        """Tell whether the validation photos are looked at after an epoch."""
        return self.kept_epoch is None or self.whole_curve or epoch == self.kept_epoch

    @property
    def trial_number(self) -> int:
        """The study's own number of the trial whose configuration it is."""
        return self.number if self.trial is None else self.trial


def derive_seed(study: str, number: int) -> int:
    """Return a seed in [0, 2**31) that depends on nothing but study and trial number."""
    digest = hashlib.sha256(f"{study}/{number}".encode()).digest()
    return int.from_bytes(digest[:4], "big") >> 1
