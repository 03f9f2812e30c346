"""Photos as a plain script reads them: Pillow, then albumentations.

Letters of shapes: S height and width in pixels.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import albumentations as A  # noqa: N812 - its own documentation's name
import numpy as np
from albumentations.pytorch import ToTensorV2
from PIL import Image
from torch import Tensor
from torch.utils.data import Dataset

Triple = tuple[float, float, float]


class PhotoRows(Dataset[tuple[Tensor, int]]):
    """Photos with their class ids, decoded whenever they are asked for."""

    def __init__(
        self,
        rows: Sequence[tuple[str, int]],
        size: int,
        mean: Triple,
        std: Triple,
        *,
        augmented: bool,
    ) -> None:
        """Name photos, and how they are to come.

        Args:
            rows: Paths and class ids.
            size: S.
            mean: What is subtracted from pixels in [0, 1], by channel.
            std: What they are divided by then.
            augmented: Whether half of them are flipped and half change in brightness.
        """
        changes = [A.HorizontalFlip(p=0.5), A.RandomBrightnessContrast(p=0.5)]
        ending = [A.Normalize(mean=mean, std=std), ToTensorV2()]
        self._transform: Any = A.Compose([*(changes if augmented else []), *ending])
        self._rows, self._size = rows, size

    def __len__(self) -> int:
        """Return the number of photos."""
        return len(self._rows)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        """Return a photo, [3, S, S], and its class id."""
        path, target = self._rows[index]
        photo = Image.open(path).convert("RGB").resize((self._size, self._size))
        return self._transform(image=np.asarray(photo))["image"], target
