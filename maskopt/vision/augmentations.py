"""Augmentations: random changes of a training photo, on uint8 pixels at the batch's size.

The policies' names and numbers are maskopt's own; albumentations carries them out and is named
nowhere else. Shapes: S is a photo's height and width, in pixels.
"""

from __future__ import annotations

import os
import random
from typing import Any

import numpy as np
from numpy.typing import NDArray

os.environ["NO_ALBUMENTATIONS_UPDATE"] = "1"  # it would ask the network for its version

import albumentations as A  # noqa: N812 - its own documentation's name

Photo = NDArray[np.uint8]  # [S, S, 3], RGB

FLIPPED = 0.5  # share of photos mirrored
SHIFT = 0.08  # most that each border moves in or out, as a share of the side
ROTATION_DEGREES = 12
BRIGHTNESS = CONTRAST = 0.2  # most change, as a share
HUE_STEPS, SATURATION_STEPS = 6, 25  # most shift, in OpenCV's units of 180 and 255
BLUR_SIGMA_PIXELS = (0.4, 1.2)
ERASED_SHARE = (0.02, 0.15)  # of the photo's area

_REFLECT = 4  # OpenCV's BORDER_REFLECT_101


class Augmentation:
    """Changes photos; what it does to one depends on the seed and the photo's position alone."""

    def __init__(self, transforms: list[Any]) -> None:
        self._transforms = transforms
        self._bits = np.random.Philox(key=0)
        self._new_state: Any = self._bits.state
        self._random = random.Random(0)
        self._compose = A.Compose(transforms) if transforms else None
        if self._compose is not None:
            # One pair of generators for all transforms: set once a photo, not once a transform
            self._compose.set_random_state(np.random.Generator(self._bits), self._random)

    def __call__(self, photo: Photo, seed: int, position: int) -> Photo:
        """Return the photo changed.

        Args:
            photo: [S, S, 3]; it is left as it is.
            seed: Derived for one epoch.
            position: The photo's place in the epoch; a photo drawn twice is changed twice.
        """
        if self._compose is None:
            return photo
        self._set_random(seed, position)
        changed: Photo = self._compose(image=photo)["image"]
        return changed

    @property
    def transforms(self) -> tuple[Any, ...]:
        """What is done to a photo, in order."""
        return tuple(self._transforms)

    def __str__(self) -> str:
        """Name the transforms, for the log."""
        return " ".join(type(each).__name__ for each in self._transforms) or "none"

    def _set_random(self, seed: int, position: int) -> None:
        # The state as it was when new, so that nothing of the last photo is left over; writing
        # the key into it takes a fifth of the time of a new generator.
        self._new_state["state"]["key"][:] = (seed, position)
        self._bits.state = self._new_state
        self._random.seed(seed ^ (position << 64))


def none() -> Augmentation:
    """Build what leaves photos as they are."""
    return Augmentation([])


def light() -> Augmentation:
    """Build flips, small shifts and scales: about 30 microseconds a photo of 96 px."""
    return Augmentation(_moved())


def medium() -> Augmentation:
    """Build `light` with rotation, brightness, contrast, colour, blur and erasing."""
    return Augmentation(
        [
            *_moved(),
            A.Rotate(limit=ROTATION_DEGREES, border_mode=_REFLECT, p=0.5),
            A.RandomBrightnessContrast(BRIGHTNESS, CONTRAST, p=0.6),
            A.HueSaturationValue(HUE_STEPS, SATURATION_STEPS, 0, p=0.4),
            A.GaussianBlur(blur_limit=0, sigma_limit=BLUR_SIGMA_PIXELS, p=0.2),
            A.Erasing(scale=ERASED_SHARE, p=0.3),
        ]
    )


def _moved() -> list[Any]:
    return [
        A.HorizontalFlip(p=FLIPPED),
        A.CropAndPad(percent=(-SHIFT, SHIFT), border_mode=_REFLECT, p=1.0),
    ]
