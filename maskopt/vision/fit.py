"""The training loop: epochs of steps, each epoch followed by a look at the validation photos.

Letters of shapes: B photos of a batch, N validation photos, C classes of a head, H heads.

It yields what each epoch gave and knows nothing of who reads it, nor of when to stop.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterable
from itertools import islice
from math import isfinite, nan

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import log_softmax

from maskopt.records import Stage
from maskopt.vision.costs import Stopwatch
from maskopt.vision.failures import TrainingError, check_losses
from maskopt.vision.fitted_cuts import fit_all_cuts
from maskopt.vision.freezing import set_learning
from maskopt.vision.learning import Evaluated, Fitted, Learner
from maskopt.vision.loaders import Batch
from maskopt.vision.mixing import mixed_losses
from maskopt.vision.seeds import seed_torch

LOOK_STEPS = 50  # steps between two looks at a GPU's losses: each look waits for the GPU


def fit(
    learner: Learner, epochs: Iterable[int], judges: Callable[[int], bool] = lambda epoch: True
) -> Generator[Fitted, None, None]:
    """Train, and yield what each epoch gave.

    Args:
        learner: It is changed by each epoch.
        epochs: Numbers counted from 1; they decide the learning rate and all chance.
        judges: Tells whether the validation photos are looked at after an epoch.

    Raises:
        TrainingError: A loss is not finite.
    """
    for epoch in epochs:
        start = time.perf_counter()
        train_loss = train_epoch(learner, epoch)
        trained = time.perf_counter()
        if learner.compiled:
            learner.compiled.trained(epoch, trained - start)
        if learner.apart and judges(epoch):
            fit_all_cuts(learner)
        valid = evaluate(learner, epoch) if judges(epoch) else _unseen(learner)
        learner.valid_losses.append(valid.loss)
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
    set_learning(learner.model, learner.optimizer, epoch, learner.freeze_epochs, learner.frozen)
    learner.losses.begin_epoch(epoch - 1)
    seed_torch(learner.seed, "steps", learner.fold, epoch)
    sizes = learner.train.step_sizes(learner.accumulate, epoch)
    batches = learner.train.epoch(epoch)
    losses: list[Tensor] = []
    learner.clock.start()
    for step, photos in enumerate(sizes):
        lr = learner.lr_at(epoch, (step + 0.5) / len(sizes))
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
        loss = mixed_losses(learner.losses, outputs, batch).sum() / photos
        learner.clock.ended(Stage.FORWARD)
        learner.scaler.scale(loss).backward()  # type: ignore[no-untyped-call]
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
        return _unseen(learner)
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
    return Evaluated(loss, torch.cat(predicted, dim=1).cpu().numpy(), heads, watch.latency())


def _unseen(learner: Learner) -> Evaluated:
    return Evaluated(nan, np.empty((len(learner.valid.photos.targets), 0), np.int64), ())


def _apply_gradients(learner: Learner, lr: float) -> None:
    for group in learner.optimizer.param_groups:
        group["lr"] = lr * group.get("lr_scale", 1.0)
    if learner.clip is not None:
        learner.scaler.unscale_(learner.optimizer)
        nn.utils.clip_grad_norm_(learner.model.parameters(), learner.clip)
    learner.scaler.step(learner.optimizer)
    learner.scaler.update()
    learner.optimizer.zero_grad(set_to_none=True)
