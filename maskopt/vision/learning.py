"""What training works on, and what an epoch of it gives.

Letters of shapes: N validation photos, C classes of a head, H heads.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import nan
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from timm.utils.model_ema import ModelEmaV3
from torch.amp import GradScaler
from torch.optim import Optimizer

from maskopt.vision.clocks import StepClock, build_step_clock
from maskopt.vision.freezing import Frozen
from maskopt.vision.lessons import HeadLosses
from maskopt.vision.loaders import Loader
from maskopt.vision.models import Model, StepOutputs
from maskopt.vision.precision import Precision
from maskopt.vision.schedules import Schedule


@dataclass
class Learner:
    """A model in training, with all that its steps need.

    Attributes:
        schedule: The learning rate as a share of `lr`, by epochs done.
        lr: The learning rate at its highest.
        clip: Greatest norm of a step's gradient; none leaves it as it is.
        accumulate: Batches that make one optimiser step.
        seed: The trial's.
        fold: The fold that the validation photos are; -1 where there are none.
        average: A moving average of the model's weights; none where they are kept as they are.
        apart: Photos that are not taught, on which cuts of numbers are fitted; none where none
            are.
        compiled: Gives the model's outputs in training, by compiled code where that pays; none
            leaves it to the model.
        freeze_epochs: First epochs in which the backbone does not learn.
        frozen: What of it never learns.
        valid_losses: Of the epochs done.
        followed: Validation losses that the schedule goes by instead, if any.
        clock: Times the stages of steps.
    """

    model: Model
    losses: HeadLosses
    optimizer: Optimizer
    scaler: GradScaler
    precision: Precision
    train: Loader
    valid: Loader
    schedule: Schedule
    lr: float
    clip: float | None
    accumulate: int
    seed: int
    fold: int
    average: ModelEmaV3 | None = None
    apart: Loader | None = None
    compiled: StepOutputs | None = None
    freeze_epochs: int = 0
    frozen: Frozen = field(default_factory=Frozen)
    valid_losses: list[float] = field(default_factory=list)
    followed: Sequence[float] = ()
    clock: StepClock = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.clock = build_step_clock(self.precision.device)

    @property
    def judged(self) -> Model:
        """What is judged and kept: the average's model, where there is one."""
        return cast(Model, self.average.module) if self.average else self.model

    def lr_at(self, epoch: int, share: float) -> float:
        """Return the learning rate at a share of an epoch, counted from 1."""
        losses = (self.followed or self.valid_losses)[: epoch - 1]
        return self.lr * self.schedule(epoch - 1 + share, losses)

    def state(self) -> dict[str, Any]:
        """Return everything that epochs change, for a checkpoint."""
        changing = {name: part.state_dict() for name, part in self._changing().items()}
        return changing | {"valid_losses": list(self.valid_losses)}

    def restore(self, state: dict[str, Any]) -> None:
        """Go back to what `state` gave."""
        for name, part in self._changing().items():
            part.load_state_dict(state[name])
        # Earlier versions kept none, and had no schedule that looks at them.
        self.valid_losses = list(state.get("valid_losses", ()))

    def _changing(self) -> dict[str, Any]:
        # No random state: `seed_torch` sets it at the head of each epoch. No schedule: it is a
        # function of the epochs done and their losses.
        always = {"model": self.model, "optimizer": self.optimizer, "scaler": self.scaler}
        learned = {"losses": self.losses} if any(True for _ in self.losses.parameters()) else {}
        return always | ({"average": self.average} if self.average else {}) | learned


@dataclass(frozen=True)
class Fitted:
    """What an epoch of one model gave.

    Attributes:
        train_loss: Mean over the epoch's steps.
        valid_loss: Mean over the validation photos; nan where they were not looked at.
        predicted: Class ids of the validation photos by head, [H, N]; [H, 0] where they were not.
        log_probabilities: Of the validation photos, one array a head, [N, C]; none where not.
        seconds: Wall time, training and validation.
        latency: Median seconds a photo of the validation's forward passes; nan without photos.
        spent: Seconds by stage; what is left of `seconds` belongs to none.
    """

    epoch: int
    train_loss: float
    valid_loss: float
    predicted: NDArray[np.int64]
    log_probabilities: tuple[NDArray[np.float32], ...]
    seconds: float
    latency: float = nan
    spent: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Evaluated:
    """What a look at the validation photos gave; fields as in `Fitted`."""

    loss: float
    predicted: NDArray[np.int64]
    log_probabilities: tuple[NDArray[np.float32], ...]
    latency: float = nan
