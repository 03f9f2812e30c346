"""The training loop: epochs of steps, each epoch followed by a look at the validation photos.

Letters of shapes: B photos of a batch, N validation photos, C classes of a head, H heads.

It yields what each epoch gave and knows nothing of who reads it, nor of when to stop.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from math import isfinite, nan
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from timm.utils.model_ema import ModelEmaV3
from torch import Tensor, nn
from torch.amp import GradScaler
from torch.nn.functional import log_softmax
from torch.optim import Optimizer

from maskopt.records import Stage
from maskopt.vision.clocks import StepClock, build_step_clock
from maskopt.vision.costs import Stopwatch
from maskopt.vision.failures import TrainingError, check_losses
from maskopt.vision.lessons import HeadLosses
from maskopt.vision.loaders import Batch, Loader
from maskopt.vision.models import Model, StepOutputs
from maskopt.vision.precision import Precision
from maskopt.vision.schedules import Schedule
from maskopt.vision.seeds import seed_torch

LOOK_STEPS = 50  # steps between two looks at a GPU's losses: each look waits for the GPU


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
        compiled: Gives the model's outputs in training, by compiled code where that pays; none
            leaves it to the model.
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
    compiled: StepOutputs | None = None
    clock: StepClock = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.clock = build_step_clock(self.precision.device)

    @property
    def judged(self) -> Model:
        """What is judged and kept: the average's model, where there is one."""
        return cast(Model, self.average.module) if self.average else self.model

    def state(self) -> dict[str, Any]:
        """Return everything that steps change, for a checkpoint."""
        return {name: part.state_dict() for name, part in self._changing().items()}

    def restore(self, state: dict[str, Any]) -> None:
        """Go back to what `state` gave."""
        for name, part in self._changing().items():
            part.load_state_dict(state[name])

    def _changing(self) -> dict[str, Any]:
        # No random state: `seed_torch` sets it at the head of each epoch. No schedule: it is a
        # function of the epochs done.
        always = {"model": self.model, "optimizer": self.optimizer, "scaler": self.scaler}
        return always | ({"average": self.average} if self.average else {})


@dataclass(frozen=True)
class Fitted:
    """What an epoch of one model gave.

    Attributes:
        train_loss: Mean over the epoch's steps.
        valid_loss: Mean over the validation photos.
        predicted: Class ids of the validation photos by head, [H, N].
        log_probabilities: Of the validation photos, one array a head, [N, C].
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


def fit(learner: Learner, epochs: Iterable[int]) -> Generator[Fitted, None, None]:
    """Train, and yield what each epoch gave.

    Args:
        learner: It is changed by each epoch.
        epochs: Numbers counted from 1; they decide the learning rate and all chance.

    Raises:
        TrainingError: A loss is not finite.
    """
    for epoch in epochs:
        start = time.perf_counter()
        train_loss = train_epoch(learner, epoch)
        trained = time.perf_counter()
        if learner.compiled:
            learner.compiled.trained(epoch, trained - start)
        valid = evaluate(learner, epoch)
        ended = time.perf_counter()
        yield Fitted(
            epoch=epoch,
            train_loss=train_loss,
            valid_loss=valid.loss,
            predicted=valid.predicted,
            log_probabilities=valid.log_probabilities,
            seconds=ended - start,
            latency=valid.latency,
            spent=learner.clock.seconds() | {Stage.EVALUATION.value: ended - trained},
        )


def train_epoch(learner: Learner, epoch: int) -> float:
    """Train one epoch and return the mean loss of its steps."""
    learner.model.train()
    seed_torch(learner.seed, "steps", learner.fold, epoch)
    sizes = learner.train.step_sizes(learner.accumulate)
    batches = learner.train.epoch(epoch)
    losses: list[Tensor] = []
    learner.clock.start()
    for step, photos in enumerate(sizes):
        lr = learner.lr * learner.schedule(epoch - 1 + (step + 0.5) / len(sizes))
        losses.append(train_step(learner, islice(batches, learner.accumulate), photos, lr))
        if learner.average:
            learner.average.update(learner.model, (epoch - 1) * len(sizes) + step + 1)
        learner.clock.ended(Stage.OPTIMIZER)
        if not losses[-1].is_cuda or step % LOOK_STEPS == 0:
            check_losses(losses, epoch, lr)
            learner.clock.settle()
    check_losses(losses, epoch, lr)
    return torch.stack(losses).mean().item()


def train_step(learner: Learner, batches: Iterable[Batch], photos: int, lr: float) -> Tensor:
    """Do one optimiser step.

    Args:
        learner: It is changed.
        batches: One or several, whose gradients are summed.
        photos: All photos of these batches together.
        lr: The learning rate of this step.

    Returns:
        The mean loss over the photos, still on the device.
    """
    total = torch.zeros((), device=learner.precision.device)
    compute = learner.compiled or learner.model.outputs
    for batch in batches:
        learner.clock.ended(Stage.DATA)
        with learner.precision.autocast():
            outputs = compute(batch.images)  # [B, K] of each head
        loss = learner.losses(outputs, batch.targets, batch.shares).sum() / photos
        learner.clock.ended(Stage.FORWARD)
        learner.scaler.scale(loss).backward()
        total += loss.detach()
        learner.clock.ended(Stage.BACKWARD)
    _apply_gradients(learner, lr)
    return total


def evaluate(learner: Learner, epoch: int) -> Evaluated:
    """Look at the validation photos; where there are none, at nan and arrays without any.

    Raises:
        TrainingError: The loss is not finite.
    """
    if not len(learner.valid.photos):
        return Evaluated(nan, np.empty((len(learner.valid.photos.targets), 0), np.int64), ())
    model = learner.judged.eval()
    watch = Stopwatch(learner.precision.device)
    losses, predicted, said = [], [], []
    with torch.inference_mode(), learner.precision.autocast():
        for batch in learner.valid.epoch(0):
            with watch.batch(len(batch.images)):
                logits = model(batch.images)
            losses.append(learner.losses.judge(logits, batch.targets))
            predicted.append(torch.stack([each.argmax(dim=1) for each in logits]))
            said.append([log_softmax(each.float(), dim=1) for each in logits])
    loss = torch.cat(losses).mean().item()
    if not isfinite(loss):
        raise TrainingError(f"validation loss is {loss} at epoch {epoch}; lower lr or set clip")
    heads = tuple(torch.cat(each).cpu().numpy() for each in zip(*said, strict=True))
    classes = torch.cat(predicted, dim=1).cpu().numpy()
    return Evaluated(loss, classes, heads, watch.latency())


def _apply_gradients(learner: Learner, lr: float) -> None:
    for group in learner.optimizer.param_groups:
        group["lr"] = lr
    if learner.clip is not None:
        learner.scaler.unscale_(learner.optimizer)
        nn.utils.clip_grad_norm_(learner.model.parameters(), learner.clip)
    learner.scaler.step(learner.optimizer)
    learner.scaler.update()
    learner.optimizer.zero_grad(set_to_none=True)
