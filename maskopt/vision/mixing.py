"""MixUp and CutMix: photos of a training batch mixed with each other, on the device.

Letters of shapes: B photos of a batch, K outputs of a head.

timm mixes the first photo of a batch with the last, the second with the last but one, and so on:
batches are in random order anyway. Of an odd batch the last photo is left alone. What is learned
of a mixed photo is both photos' loss, each by its share, so that any loss will do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import torch
from timm.data.mixup import Mixup
from torch import Tensor

from maskopt.records import TrialTask
from maskopt.vision.lessons import HeadLosses
from maskopt.vision.loaders import Batch
from maskopt.vision.parts import number, value
from maskopt.vision.seeds import derive

Mixing = Callable[[Batch, int, int], Batch]
"""Mixes a batch, given its epoch and its place in it."""

_TWO = torch.arange(2)


def build_mixing(task: TrialTask, fold: int) -> Mixing | None:
    """Return what mixes the training batches of a fold; none where photos stay as they are."""
    alphas = {
        key: 0.0 if value(task.config, key) is None else number(task.config, key)
        for key in ("mixup", "cutmix")
    }
    if not any(alphas.values()):
        return None

    def mixing(batch: Batch, epoch: int, place: int) -> Batch:
        return mix(batch, derive(task.seed, "mixing", fold, epoch, place), **alphas)

    return mixing


def mix(batch: Batch, seed: int, *, mixup: float, cutmix: float) -> Batch:
    """Return a batch whose photos are mixed; with two alphas, in one way or the other by chance.

    Args:
        batch: Its images may be changed.
        seed: What is drawn depends on nothing else.
        mixup: Alpha of the beta distribution of a photo's own share, 0 where photos are not mixed
            pixel by pixel.
        cutmix: The same where a rectangle of the other photo is put in; 0 where none is.

    References:
        Zhang et al., mixup: Beyond Empirical Risk Minimization, 2018; Yun et al., CutMix, 2019.
    """
    paired = len(batch) // 2 * 2
    if not paired:
        return batch
    timms = Mixup(mixup, cutmix, label_smoothing=0.0, num_classes=2)  # type: ignore[no-untyped-call]
    with _seeded(seed):
        # Two targets of two classes, one across the other, tell the share that timm has drawn.
        _, told = timms(batch.images[:paired], _TWO)
    partners = torch.arange(len(batch))
    partners[:paired] = partners[:paired].flip(0)
    return replace(batch, partners=partners.to(batch.targets.device), own=told[0, 0].item())


def mixed_losses(losses: HeadLosses, outputs: Sequence[Tensor], batch: Batch) -> Tensor:
    """Return the loss of each photo, [B]: of a mixed one that of both photos, by their shares.

    Args:
        losses: Of photos as they are.
        outputs: Of each head, [B, K].
        batch: Mixed, or as it was.
    """
    own: Tensor = losses(outputs, batch.targets, batch.shares)
    if batch.partners is None:
        return own
    targets, shares = batch.targets[:, batch.partners], batch.shares[batch.partners]
    others: Tensor = losses(outputs, targets, shares)
    return batch.own * own + (1 - batch.own) * others


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """Give numpy's global generator, which timm draws from, a seed inside, and nothing outside."""
    former = np.random.get_state()  # noqa: NPY002 - it is timm's
    np.random.seed(seed % 2**32)  # noqa: NPY002
    try:
        yield
    finally:
        np.random.set_state(former)  # noqa: NPY002
