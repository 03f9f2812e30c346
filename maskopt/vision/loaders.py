"""Batches, assembled from decoded photos in memory.

Letters of shapes: N photos of one part (training or validation), B photos of a batch, S height
and width in pixels, H heads.

There are no loader processes: a batch is a few copies out of a memory map. Beside a GPU, threads
assemble the next batches while it computes; beside a CPU, which computes itself, they would only
take its cores.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from maskopt.vision.augmentations import Augment
from maskopt.vision.models import Triple

Given = TypeVar("Given")
Made = TypeVar("Made")

AHEAD = 2  # batches that each thread has assembled before they are wanted


@dataclass(frozen=True)
class Photos:
    """A part of a study's photos.

    Attributes:
        images: All photos' pixels, RGB, [all, S, S, 3].
        rows: Which of them this part holds, [N].
        targets: True class ids of each head, [H, N].
        joint: True class ids of the product of all attributes, [N].
        numbers: Of the attributes that are cut out of one, [N] each.
        shares: What label policies tell of each beside its class ids, all heads' side by side:
            how much of it belongs to a bin, or its number, [N, K]; none where there is nothing.
        groups: Names of groups, [N]; none where nobody asks.
    """

    images: NDArray[np.uint8]
    rows: NDArray[np.int64]
    targets: NDArray[np.int64]
    joint: NDArray[np.int64]
    numbers: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    shares: NDArray[np.float32] | None = None
    groups: NDArray[np.str_] | None = None

    def __len__(self) -> int:
        """Return N."""
        return len(self.rows)


@dataclass(frozen=True)
class Batch:
    """Photos ready for a model.

    Attributes:
        images: Normalised, on the device, [B, 3, S, S].
        targets: Class ids of each head, on the device, [H, B].
        shares: What label policies tell of a photo beside them, on the device, [B, K]; K is 0
            where class ids tell all.
        partners: The place of the photo that each was mixed with, on the device, [B]; none where
            photos are as they were.
        own: How much of a mixed photo is itself, 0 to 1.
    """

    images: Tensor
    targets: Tensor
    shares: Tensor
    partners: Tensor | None = None
    own: float = 1.0

    def __len__(self) -> int:
        """Return B."""
        return len(self.images)


@dataclass(frozen=True)
class Placement:
    """Moves photos to a device and normalises them there: a quarter of the bytes travel."""

    device: torch.device
    mean: Triple
    std: Triple
    _scale: Tensor = field(init=False, repr=False)
    _shift: Tensor = field(init=False, repr=False)

    def __post_init__(self) -> None:
        std = torch.tensor(self.std, dtype=torch.float32).view(3, 1, 1)
        mean = torch.tensor(self.mean, dtype=torch.float32).view(3, 1, 1)
        object.__setattr__(self, "_scale", (1 / (255 * std)).to(self.device))
        object.__setattr__(self, "_shift", (-mean / std).to(self.device))

    def __call__(self, pixels: Tensor, targets: Tensor, shares: Tensor) -> Batch:
        """Return a batch, given uint8 pixels [B, S, S, 3], targets [H, B] and shares [B, K].

        The result is in channels-last order: it is how the pixels lie already.
        """
        away = pixels.to(self.device, non_blocking=True)
        images = away.permute(0, 3, 1, 2).float().mul_(self._scale).add_(self._shift)
        targets = targets.to(self.device, non_blocking=True)
        return Batch(images, targets, shares.to(self.device, non_blocking=True))


@dataclass
class Loader:
    """Gives the batches of an epoch; the same ones for the same epoch, whatever ran before.

    Attributes:
        order: Gives the photos of an epoch, indices into the part, by the epoch's number.
        seed: Gives the augmentation's seed of an epoch.
        augmentation: Builds what changes photos; each thread has its own.
        batch_size: B; a last batch of one photo joins the one before it, because batch norm
            cannot learn from one.
        threads: Threads that assemble ahead; 0 assembles when asked.
        mixing: Mixes a batch on the device, given its epoch and place; none leaves photos alone.
    """

    photos: Photos
    placement: Placement
    batch_size: int
    order: Callable[[int], NDArray[np.int64]]
    seed: Callable[[int], int]
    augmentation: Callable[[], Augment]
    threads: int = 0
    mixing: Callable[[Batch, int, int], Batch] | None = None
    _own: threading.local = field(default_factory=threading.local, repr=False)

    def step_sizes(self, accumulate: int, epoch: int) -> list[int]:
        """Return the photos of each of an epoch's steps, made of `accumulate` batches each."""
        photos = len(self.order(epoch))
        bounds = batch_bounds(photos, self.batch_size)
        ends = [bound.stop for bound in bounds[accumulate - 1 :: accumulate]]
        if len(bounds) % accumulate:
            ends.append(photos)
        return [end - start for start, end in zip([0, *ends], ends, strict=False)]

    def epoch(self, epoch: int) -> Iterator[Batch]:
        """Yield an epoch's batches, on the device."""
        order, seed = self.order(epoch), self.seed(epoch)
        bounds = batch_bounds(len(order), self.batch_size)

        def assemble(bound: slice) -> tuple[Tensor, ...]:
            return self._assemble(order[bound], seed, bound.start)

        for place, assembled in enumerate(ahead(assemble, bounds, self.threads)):
            batch = self.placement(*assembled)
            yield self.mixing(batch, epoch, place) if self.mixing else batch

    def _assemble(self, chosen: NDArray[np.int64], seed: int, start: int) -> tuple[Tensor, ...]:
        """Return uint8 pixels [B, S, S, 3], targets [H, B] and shares [B, K] of one batch."""
        augment = self._augmentation()
        images, rows = self.photos.images, self.photos.rows[chosen]
        pixels = np.empty((len(rows), *images.shape[1:]), dtype=np.uint8)
        for index, (photo, row) in enumerate(zip(chosen, rows, strict=True)):
            pixels[index] = augment(images[row], seed, start + index, photo)
        shares = self.photos.shares
        told = np.empty((len(rows), 0), np.float32) if shares is None else shares[chosen]
        batch = tuple(map(torch.from_numpy, (pixels, self.photos.targets[:, chosen], told)))
        if self.placement.device.type == "cuda":
            return tuple(each.pin_memory() for each in batch)
        return batch

    def _augmentation(self) -> Augment:
        if not hasattr(self._own, "augmentation"):
            self._own.augmentation = self.augmentation()
        mine: Augment = self._own.augmentation
        return mine


def batch_bounds(photos: int, batch_size: int) -> list[slice]:
    """Return where an epoch's batches begin and end.

    Example:
        >>> [(bound.start, bound.stop) for bound in batch_bounds(9, 4)]
        [(0, 4), (4, 9)]
    """
    starts = list(range(0, photos, batch_size))
    if len(starts) > 1 and batch_size > 1 and photos - starts[-1] == 1:
        starts.pop()
    return [slice(*ends) for ends in zip(starts, [*starts[1:], photos], strict=True)]


def ahead(make: Callable[[Given], Made], things: list[Given], threads: int) -> Iterator[Made]:
    """Yield `make` of each thing in order, with some threads working ahead."""
    if not threads:
        yield from map(make, things)
        return
    pool = ThreadPoolExecutor(threads, thread_name_prefix="batches")
    waiting: deque[Future[Made]] = deque()
    try:
        for thing in things:
            waiting.append(pool.submit(make, thing))
            if len(waiting) > threads * AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)
