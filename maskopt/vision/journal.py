"""A trial's `log.txt`: what really ran, and a line an epoch; lines are only ever added."""

from __future__ import annotations

import time
from math import isfinite
from pathlib import Path
from traceback import format_exception

from maskopt.errors import plural
from maskopt.records import EpochReport, TrialTask
from maskopt.space import show_value
from maskopt.vision.fold_photos import NO_FOLD
from maskopt.vision.learning import Learner
from maskopt.vision.models import Model


class Journal:
    """Adds lines to the log in a trial's folder."""

    def __init__(self, folder: str) -> None:
        self._file = Path(folder) / "log.txt"
        self._file.parent.mkdir(parents=True, exist_ok=True)

    def note(self, line: str) -> None:
        """Add one line with the time."""
        with self._file.open("a", encoding="utf-8") as stream:
            stream.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')}  {line}\n")

    def started(self, task: TrialTask, epochs_done: int) -> None:
        """Note what was asked for."""
        self.note(f"trial {task.trial_number} of {task.setup.study}, seed {task.seed}")
        for path, given in task.config.values.items():
            self.note(f"  {path} = {show_value(given)}")
        if epochs_done:
            self.note(f"goes on after epoch {epochs_done}")

    def built(self, learner: Learner, threads: int) -> None:
        """Note what was built for a fold."""
        model, train, valid = learner.model, learner.train, learner.valid
        facts = model.facts
        sizes = train.step_sizes(learner.accumulate, 1)
        part = "all folds" if learner.fold == NO_FOLD else f"fold {learner.fold}"
        self.note(
            f"{part}: {plural(len(train.photos), 'training photo')}, "
            f"{plural(len(valid.photos), 'validation photo')}, {plural(len(sizes), 'step')} "
            f"({plural(sum(sizes), 'photo')}) an epoch"
        )
        self.note(f"  device {_device(learner)}, {learner.precision}, {plural(threads, 'thread')}")
        self.note(f"  model {facts.name}: {_parameters(model):,} parameters; {facts.weights}")
        self.note(f"  pixels less {show_value(facts.mean)}, over {show_value(facts.std)}")
        averaged = f", weights averaged by {learner.average.decay:g}" if learner.average else ""
        optimizer = type(learner.optimizer).__name__
        mixed = ", photos of a batch mixed" if train.mixing else ""
        self.note(f"  augmentation {train.augmentation()}{mixed}; {optimizer}{averaged}")

    def reported(self, report: EpochReport) -> None:
        """Note an epoch."""
        losses = f"train loss {report.train_loss:.4f}"
        if isfinite(report.valid_loss):
            losses = f"score {report.score:.4f}, {losses}, valid loss {report.valid_loss:.4f}"
        self.note(f"epoch {report.epoch}: {losses}, {report.seconds:.1f} s")

    def failed(self, error: Exception) -> None:
        """Note that the trial failed, and why: displays send people here for the reason."""
        self.note(f"failed\n{''.join(format_exception(error)).rstrip()}")


def _parameters(model: Model) -> int:
    return sum(parameter.numel() for parameter in model.parameters())


def _device(learner: Learner) -> str:
    device = learner.precision.device
    if device.type == "cpu":
        return "cpu"
    import torch

    return torch.cuda.get_device_name(device)
