"""What travels between driver and workers, and what a study remembers: frozen plain values.

The driver asks a `TrialTask`, a worker answers with `EpochReport`s, the study keeps
`TrialRecord`s.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from math import isfinite
from typing import Any

from maskopt.labels import LabelSpace
from maskopt.space import TrialConfig, Value


class TrialState(StrEnum):
    """Where a trial stands."""

    COMPLETE = "complete"
    PRUNED = "pruned"
    FAILED = "failed"
    RUNNING = "running"
    WAITING = "waiting"  # asked for, or interrupted: it goes on from its checkpoint


class Verdict(StrEnum):
    """The answer to a report."""

    CONTINUE = "continue"
    STOP = "stop"


class Ending(StrEnum):
    """How a trial's run ended, as its worker's side saw it."""

    ENDED = "ended"  # by itself: all epochs done, or its own patience
    STOPPED = "stopped"  # after a STOP
    FAILED = "failed"  # an exception in the trial
    LOST = "lost"  # the worker died, or the sweep was interrupted: the trial can go on


@dataclass(frozen=True)
class EpochReport:
    """What one epoch of a trial gave.

    Attributes:
        epoch: Counted from 1.
        score: The study's objective on the validation photos; higher is better.
        train_loss: Mean over the epoch's steps.
        valid_loss: Mean over the validation photos.
        seconds: Wall time of the epoch, training and validation.
        scores: All else worth a curve: `accuracy`, `f1/<attribute>`, `f1/<attribute>:<class>`.
    """

    epoch: int
    score: float
    train_loss: float
    valid_loss: float
    seconds: float
    scores: Mapping[str, float] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return asdict(self)


def _finite(value: Any) -> Any:
    # JSON knows no nan and no infinity.
    if isinstance(value, Mapping):
        return {name: _finite(inner) for name, inner in value.items()}
    return None if isinstance(value, float) and not isfinite(value) else value


@dataclass(frozen=True)
class TrialRecord:
    """What a study knows of one trial.

    Attributes:
        config: Every dotted path's value, fixed ones included; empty before the trial starts.
        seconds: Wall time over all its runs.
        error: Reason and traceback of a failed trial; of a waiting one why its run ended, if
            its worker or its driver died.
        interruptions: How often its worker died or its sweep was interrupted.
    """

    number: int
    state: TrialState
    config: Mapping[str, Value]
    reports: tuple[EpochReport, ...] = ()
    seconds: float = 0.0
    error: str | None = None
    interruptions: int = 0

    @property
    def best(self) -> EpochReport | None:
        """The report with the highest score; the earliest of equals, and none that is nan."""
        able = [report for report in self.reports if isfinite(report.score)]
        return max(able, key=lambda report: report.score, default=None)

    @property
    def score(self) -> float | None:
        """The highest score reported."""
        return self.best.score if self.best else None

    def to_dict(self) -> dict[str, Any]:
        """Return what `maskopt show --json` prints of a trial; none stands for nan."""
        return {
            "number": self.number,
            "state": self.state.value,
            "score": self.score,
            "best_epoch": self.best.epoch if self.best else None,
            "config": dict(self.config),
            "reports": [_finite(report.to_dict()) for report in self.reports],
            "seconds": round(self.seconds, 3),
            "error": self.error,
        }


@dataclass(frozen=True)
class StudyRecord:
    """What is known of a study: its trials in the order of their numbers."""

    study: str
    objective: str
    trials: tuple[TrialRecord, ...] = ()

    @property
    def states(self) -> dict[str, int]:
        """The number of trials in each state."""
        found = [trial.state for trial in self.trials]
        return {state.value: found.count(state) for state in TrialState}

    @property
    def ranked(self) -> tuple[TrialRecord, ...]:
        """Best first: complete, pruned, running, waiting, failed; by score within each."""
        return tuple(sorted(self.trials, key=_rank))

    @property
    def best(self) -> TrialRecord | None:
        """The complete trial with the highest score; the earliest of equals."""
        first = self.ranked[0] if self.trials else None
        return first if first and first.state is TrialState.COMPLETE else None

    def to_dict(self) -> dict[str, Any]:
        """Return what `maskopt show STUDY --json` prints."""
        return {
            "study": self.study,
            "objective": self.objective,
            "states": self.states,
            "best": self.best.to_dict() if self.best else None,
            "trials": [trial.to_dict() for trial in self.ranked],
        }


_SHOWN = (
    TrialState.COMPLETE,
    TrialState.PRUNED,
    TrialState.RUNNING,
    TrialState.WAITING,
    TrialState.FAILED,
)


def _rank(trial: TrialRecord) -> tuple[int, float, int]:
    score = float("-inf") if trial.score is None else trial.score
    return _SHOWN.index(trial.state), -score, trial.number


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


CHECKPOINT = "checkpoint.pt"
"""Name of the file in a trial's folder from which it goes on."""

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

    @property
    def trial_number(self) -> int:
        """The study's own number of the trial whose configuration it is."""
        return self.number if self.trial is None else self.trial


def derive_seed(study: str, number: int) -> int:
    """Return a seed in [0, 2**31) that depends on nothing but study and trial number."""
    digest = hashlib.sha256(f"{study}/{number}".encode()).digest()
    return int.from_bytes(digest[:4], "big") >> 1
