"""Single operations whose strengths a search space chooses; a strength of 0 leaves one out.

A strength is either the share of photos that an operation changes, or the most that it changes
one; how much is then drawn evenly, from nothing to that most, for each photo. The catalog says of
each which it is. Operations that throw pixels away come first, and cheap ones before dear ones.
"""

from __future__ import annotations

from typing import Any

import albumentations as A  # noqa: N812 - its own documentation's name

from maskopt.vision.augmentations import REFLECT, Augmentation
from maskopt.vision.stock import Stock

ROTATION_DEGREES, SHEAR_DEGREES, SHIFT, SCALE = 45.0, 15.0, 0.2, 0.3  # of an affine strength of 1
HUE = 0.25  # of a strength of colour, for hue tells more than light does
RATIO = 1.25  # most that a random crop is wider than high, or higher than wide
GRID = 3
ERASED_SHARE = (0.02, 0.33)  # of the photo's area, as torchvision has it
EMBOSSED = 0.5


def custom(
    stock: Stock,
    /,
    *,
    flip: float,
    center_crop: float,
    random_resized_crop: float,
    affine: float,
    grid_shuffle: float,
    brightness: float,
    contrast: float,
    color_jitter: float,
    sharpness: float,
    edges: float,
    blur: float,
    noise: float,
    erasing: float,
) -> Augmentation:
    """Build those operations whose strength is not 0, in the order of the arguments.

    References:
        Szegedy et al., Going Deeper with Convolutions, 2015 (random crops); Chen et al., A Simple
        Framework for Contrastive Learning of Visual Representations, 2020 (colours); Zhong et al.,
        Random Erasing Data Augmentation, 2020.
    """
    wanted = [
        (flip, A.HorizontalFlip(p=flip)),
        (center_crop, _center_crop(center_crop)),
        (random_resized_crop, _random_resized_crop(random_resized_crop, stock.image_size)),
        (affine, _affine(affine)),
        (grid_shuffle, A.RandomGridShuffle(grid=(GRID, GRID), p=grid_shuffle)),
        (brightness or contrast, A.RandomBrightnessContrast(brightness, contrast, p=1.0)),
        (color_jitter, _color_jitter(color_jitter)),
        (sharpness, A.Sharpen(alpha=(0.0, sharpness), lightness=(1.0, 1.0), p=1.0)),
        (edges, A.Emboss(alpha=(0.0, edges), strength=(EMBOSSED, EMBOSSED), p=1.0)),
        (blur, A.GaussianBlur(blur_limit=0, sigma_limit=(0.0, blur), p=1.0)),
        (noise, A.GaussNoise(std_range=(0.0, noise), p=1.0)),
        (erasing, A.Erasing(scale=ERASED_SHARE, p=erasing)),
    ]
    return Augmentation([operation for strength, operation in wanted if strength])


def _center_crop(strength: float) -> Any:
    cut = (-strength / 2, 0.0)  # of each side
    return A.CropAndPad(percent=cut, sample_independently=False, p=1.0)


def _random_resized_crop(strength: float, size: int) -> Any:
    scale, ratio = (1 - strength, 1.0), (1 / RATIO, RATIO)
    return A.RandomResizedCrop((size, size), scale=scale, ratio=ratio, p=1.0)


def _affine(strength: float) -> Any:
    turn, shear, shift = (
        (-most * strength, most * strength) for most in (ROTATION_DEGREES, SHEAR_DEGREES, SHIFT)
    )
    scale = (1 - SCALE * strength, 1 + SCALE * strength)
    return A.Affine(
        scale, shift, rotate=turn, shear=shear, keep_ratio=True, border_mode=REFLECT, p=1.0
    )


def _color_jitter(strength: float) -> Any:
    light, hue = (1 - strength, 1 + strength), (-HUE * strength, HUE * strength)
    return A.ColorJitter(light, light, light, hue, p=1.0)
