"""What a trial keeps in its folder: the best weights, and where to go on from.

Both are written beside their place and renamed into it. The best weights come first: a worker
that dies in between finds its checkpoint one epoch back, and writes the same weights again.
"""

from __future__ import annotations

import json
import pickle
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import torch
from safetensors.torch import save
from torch import nn

from maskopt.records import CHECKPOINT, ORIGIN, EpochReport, TrialTask, best_file
from maskopt.vision.failures import TrainingError
from maskopt.votes.glimpse import Glimpse, write_glimpse

FORMAT = 1


@dataclass(frozen=True)
class Saved:
    """Where a trial stands.

    Attributes:
        reports: Of all epochs done, in order.
        states: What `Learner.state` gave, of each fold's model.
        effective: What really ran.
    """

    reports: tuple[EpochReport, ...] = ()
    states: tuple[dict[str, Any], ...] = ()
    effective: Mapping[str, Any] = field(default_factory=dict)


class TrialFolder:
    """Reads and writes a trial's files."""

    def __init__(self, task: TrialTask) -> None:
        self.path = Path(task.folder)
        self.path.mkdir(parents=True, exist_ok=True)
        self._checkpoint = self.path / CHECKPOINT
        self._identity = _identity(task)
        self._origins = _origins(task, self.path / ORIGIN)
        self._folds = task.setup.folds
        self._kept_epoch = task.kept_epoch

    def read(self) -> tuple[Saved, str]:
        """Return where the trial stands, and why it starts anew if it does."""
        if not self._checkpoint.exists():
            return Saved(), "there is no checkpoint"
        try:
            content = torch.load(self._checkpoint, map_location="cpu", weights_only=True)
            same = content["identity"] in (self._identity, *self._origins)
            reports = tuple(EpochReport(**report) for report in content["reports"])
            states = tuple(content["states"])
        except _BROKEN as error:
            return Saved(), f"the checkpoint cannot be read ({type(error).__name__})"
        if not same:
            return Saved(), "the checkpoint is of another trial"
        kept = self._kept_epoch is None or len(reports) >= self._kept_epoch
        if kept and not all(file.exists() for file in self._best_files()):
            return Saved(), "the best weights are missing"
        return Saved(reports, states, content.get("effective", {})), ""

    def write(self, saved: Saved) -> None:
        """Keep where the trial stands."""
        content = {
            "identity": self._identity,
            "reports": [report.to_dict() for report in saved.reports],
            "states": list(saved.states),
            "effective": dict(saved.effective),
        }
        beside = self._checkpoint.with_suffix(".tmp")
        try:
            torch.save(content, beside)
        except (OSError, RuntimeError) as error:  # torch tells a full disk as a RuntimeError
            raise TrainingError(f"{beside}: cannot be written ({error})") from error
        beside.replace(self._checkpoint)

    def write_best(
        self, models: Sequence[nn.Module], facts: Mapping[str, Any], glimpse: Glimpse | None
    ) -> None:
        """Keep the best weights, one file a fold, and what the models said.

        Args:
            models: One a fold.
            facts: What is needed to build a model again, and its epoch.
            glimpse: Of the same epoch; none leaves it out.
        """
        if glimpse is not None:
            write_glimpse(self.path, glimpse)
        text = {"maskopt": json.dumps(facts)}
        for file, model in zip(self._best_files(), models, strict=True):
            weights = {
                name: t.detach().cpu().contiguous() for name, t in model.state_dict().items()
            }
            beside = file.with_suffix(".tmp")
            beside.write_bytes(save(weights, text))
            beside.replace(file)

    def _best_files(self) -> list[Path]:
        return [self.path / best_file(fold, self._folds) for fold in self._folds or (0,)]


def _identity(task: TrialTask, **changes: Any) -> str:
    """Name everything that a checkpoint must share with the trial that goes on from it."""
    setup = task.setup
    return json.dumps(
        {
            "format": FORMAT,
            "study": setup.study,
            "number": task.trial_number,
            "seed": task.seed,
            "config": dict(task.config.values),
            "folds": setup.folds,
            "objective": setup.objective,
            "heads": setup.label_space.to_dict(),
            "epochs": setup.epochs,
            **({} if task.kept_epoch is None else {"kept_epoch": task.kept_epoch}),
            # Its reports lack scores that others are asked for.
            **({} if task.kept_epoch is None or task.whole_curve else {"judged": "kept"}),
            **changes,
        },
        sort_keys=True,
    )


def _origins(task: TrialTask, file: Path) -> list[str]:
    """Name the trials of the same configuration whose checkpoint may have been laid here."""
    keys = ("study", "number", "seed", "epochs")
    try:
        told = json.loads(file.read_text())
        return [_identity(task, **{key: each[key] for key in keys}) for each in told]
    except (OSError, ValueError, KeyError, TypeError):
        return []


_BROKEN = (
    OSError,
    RuntimeError,
    EOFError,
    BadZipFile,
    pickle.UnpicklingError,
    KeyError,
    TypeError,
    ValueError,
)
