"""Augmentations: random changes of a training photo, on uint8 pixels at the batch's size.

The policies' names and numbers are maskopt's own; albumentations carries them out and is named
nowhere else but in the modules whose names begin like this one's. Shapes: S is a photo's height
and width, in pixels.

A builder takes what is known of the training photos. Of its operations those that are cheap, and
those that throw pixels away, come first.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

import albumentations as A  # noqa: N812 - its own documentation's name
import numpy as np
from numpy.typing import NDArray

from maskopt.vision.stock import Stock

Photo = NDArray[np.uint8]  # [S, S, 3], RGB
Augment = Callable[[Photo, int, int, int], Photo]
"""Changes a photo, given a seed, its place in the epoch and its index into the training photos."""

FLIPPED = 0.5  # share of photos mirrored
SHIFT = 0.08  # most that each border moves in or out, as a share of the side
ROTATION_DEGREES = 12
BRIGHTNESS = CONTRAST = 0.2  # most change, as a share
HUE_STEPS, SATURATION_STEPS = 6, 25  # most shift, in OpenCV's units of 180 and 255
BLUR_SIGMA_PIXELS = (0.4, 1.2)
ERASED_SHARE = (0.02, 0.15)  # of the photo's area

REFLECT = 4  # OpenCV's BORDER_REFLECT_101
_NEAREST = 0  # OpenCV's INTER_NEAREST


class Augmentation:
    """Changes photos; what it does to one depends on the seed and the photo's position alone.

    Without transforms it gives photos as they are.
    """

    def __init__(self, transforms: Sequence[Any] = ()) -> None:
        self._transforms = list(transforms)
        self._bits = np.random.Philox(key=0)
        self._new_state: Any = self._bits.state
        self._random = random.Random(0)
        self._compose = A.Compose(self._transforms) if transforms else None
        if self._compose is not None:
            # One pair of generators for all transforms: set once a photo, not once a transform
            self._compose.set_random_state(np.random.Generator(self._bits), self._random)

    def __call__(self, photo: Photo, seed: int, position: int, index: int) -> Photo:
        """Return the photo changed.

        Args:
            photo: [S, S, 3]; it is left as it is.
            seed: Derived for one epoch.
            position: The photo's place in the epoch; a photo drawn twice is changed twice.
            index: The photo's place among the training photos.
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


def none(stock: Stock, /) -> Augmentation:
    """Build what leaves photos as they are."""
    return Augmentation()


def light(stock: Stock, /) -> Augmentation:
    """Build flips, small shifts and scales."""
    return Augmentation(_moved())


def medium(stock: Stock, /) -> Augmentation:
    """Build `light` with rotation, brightness, contrast, colour, blur and erasing."""
    return Augmentation(
        [
            *_moved(),
            A.Rotate(limit=ROTATION_DEGREES, border_mode=REFLECT, p=0.5),
            A.RandomBrightnessContrast(BRIGHTNESS, CONTRAST, p=0.6),
            A.HueSaturationValue(HUE_STEPS, SATURATION_STEPS, 0, p=0.4),
            A.GaussianBlur(blur_limit=0, sigma_limit=BLUR_SIGMA_PIXELS, p=0.2),
            A.Erasing(scale=ERASED_SHARE, p=0.3),
        ]
    )


def heavy(stock: Stock, /) -> Augmentation:
    """Build `medium` and more of it, with crops down to 0.6 of the area, grey photos and noise."""
    return Augmentation(
        [
            A.HorizontalFlip(p=FLIPPED),
            A.RandomResizedCrop(_size(stock), scale=(0.6, 1.0), ratio=(0.85, 1.18), p=1.0),
            A.Rotate(limit=2 * ROTATION_DEGREES, border_mode=REFLECT, p=0.5),
            A.RandomBrightnessContrast(0.3, 0.3, p=0.7),
            A.HueSaturationValue(2 * HUE_STEPS, 40, 0, p=0.5),
            A.ToGray(p=0.1),
            A.GaussianBlur(blur_limit=0, sigma_limit=(0.4, 1.8), p=0.3),
            A.GaussNoise(std_range=(0.02, 0.08), p=0.15),
            A.Erasing(scale=(0.02, 0.3), p=0.5),
        ]
    )


def faces(stock: Stock, /) -> Augmentation:
    """Build what cameras do to faces: mirrored, turned, moved and scaled a little, other light.

    Nothing is cut out: a face without its mouth or its mask would be of another class.
    """
    return Augmentation(
        [
            A.HorizontalFlip(p=FLIPPED),
            A.Affine(
                rotate=(-10, 10),
                scale=(0.92, 1.12),
                translate_percent=(-0.05, 0.05),
                keep_ratio=True,
                border_mode=REFLECT,
                p=1.0,
            ),
            A.RandomBrightnessContrast(BRIGHTNESS, CONTRAST, p=0.6),
            A.HueSaturationValue(4, 20, 0, p=0.4),
            A.GaussianBlur(blur_limit=0, sigma_limit=(0.3, 0.9), p=0.15),
        ]
    )


def wrinkles_safe(stock: Stock, /) -> Augmentation:
    """Build what leaves fine texture of skin as it is, by which an age is seen.

    Photos are mirrored and moved by whole pixels, so that none is blended with its neighbours;
    there is no scaling, rotation, blur, noise or erasing, and contrast is never lowered.
    """
    return Augmentation(
        [
            A.HorizontalFlip(p=FLIPPED),
            A.Affine(
                translate_percent=(-SHIFT, SHIFT),
                interpolation=_NEAREST,
                border_mode=REFLECT,
                p=1.0,
            ),
            A.RandomBrightnessContrast(BRIGHTNESS, (0.0, CONTRAST), p=0.6),
            A.HueSaturationValue(HUE_STEPS, SATURATION_STEPS, 0, p=0.4),
            A.Sharpen(alpha=(0.1, 0.4), lightness=(1.0, 1.0), p=0.3),
        ]
    )


def hard_core(stock: Stock, /) -> Augmentation:
    """Build everything there is, strong."""
    return Augmentation(
        [
            A.HorizontalFlip(p=FLIPPED),
            A.RandomResizedCrop(_size(stock), scale=(0.35, 1.0), ratio=(0.75, 1.33), p=1.0),
            A.Affine(rotate=(-35, 35), shear=(-12, 12), border_mode=REFLECT, p=0.7),
            A.RandomGridShuffle(grid=(3, 3), p=0.2),
            A.ColorJitter((0.5, 1.5), (0.5, 1.5), (0.5, 1.5), (-0.125, 0.125), p=0.8),
            A.ToGray(p=0.2),
            A.Sharpen(alpha=(0.2, 0.6), lightness=(1.0, 1.0), p=0.2),
            A.GaussianBlur(blur_limit=0, sigma_limit=(0.5, 2.5), p=0.3),
            A.GaussNoise(std_range=(0.02, 0.15), p=0.3),
            A.Erasing(scale=(0.02, 0.4), p=0.7),
        ]
    )


def _moved() -> list[Any]:
    return [
        A.HorizontalFlip(p=FLIPPED),
        A.CropAndPad(percent=(-SHIFT, SHIFT), border_mode=REFLECT, p=1.0),
    ]


def _size(stock: Stock) -> tuple[int, int]:
    return stock.image_size, stock.image_size
