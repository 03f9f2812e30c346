"""torch's DataLoader as a plain script sets it up."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.utils.data import DataLoader

from rivals.dataset import PhotoRows


def make_loader(
    photos: PhotoRows, batch_size: int, workers: int, *, training: bool
) -> DataLoader[tuple[Tensor, int]]:
    """Return a loader: shuffled and without the last short batch in training.

    Its processes stay for the next epoch, although many a script starts them anew each time.
    """
    return DataLoader(
        photos,
        batch_size,
        shuffle=training,
        drop_last=training,
        num_workers=workers,
        persistent_workers=workers > 0,
        pin_memory=torch.cuda.is_available(),
    )
