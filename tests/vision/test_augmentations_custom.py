"""Single operations: each changes photos, in the direction and by as much as its strength says."""

import random

import albumentations as A  # noqa: N812 - its own documentation's name
import cv2
import numpy as np
import pytest

from maskopt.catalog.augmentations import AUGMENTATIONS
from maskopt.labels import Attribute, Head, LabelSpace
from maskopt.vision.augmentations_custom import custom
from maskopt.vision.stock import Stock

SIZE = 48
NAMES = list(AUGMENTATIONS["custom"].parameters)
STOCK = Stock(LabelSpace((Head((Attribute("m", ("a", "b")),)),)), np.array([0, 1]), SIZE)
NOISE = np.random.default_rng(0).integers(0, 256, (SIZE, SIZE, 3), dtype=np.uint8)
PHOTO = cv2.GaussianBlur(NOISE, (0, 0), 1.5)  # with edges, and a left and a right
GREY = np.full((SIZE, SIZE, 3), 100, dtype=np.uint8)


def strengths(**given: float) -> dict[str, float]:
    return dict.fromkeys(NAMES, 0.0) | given


def changed(photo: np.ndarray, count: int = 60, **given: float) -> np.ndarray:
    augment = custom(STOCK, **strengths(**given))
    return np.stack([augment(photo, 1, position, 0) for position in range(count)]).astype(float)


def test_without_strengths_nothing_is_done() -> None:
    assert str(custom(STOCK, **strengths())) == "none"
    assert custom(STOCK, **strengths())(PHOTO, 1, 2, 0) is PHOTO


@pytest.mark.parametrize("name", NAMES)
def test_each_operation_changes_photos_more_the_stronger_it_is(name: str) -> None:
    weak, strong = (
        abs(changed(PHOTO, 200, **{name: strength}) - PHOTO).mean()
        for strength in ((0.5, 3.0) if name == "blur" else (0.1, 0.8))
    )
    assert 0 < weak < strong


@pytest.mark.parametrize("name", NAMES)
def test_each_operation_stands_alone(name: str) -> None:
    assert len(str(custom(STOCK, **strengths(**{name: 0.5}))).split()) == 1


def test_all_together_come_in_the_order_of_their_cost_and_cut_before_they_colour() -> None:
    assert str(custom(STOCK, **dict.fromkeys(NAMES, 0.5))).split() == [
        "HorizontalFlip", "CropAndPad", "RandomResizedCrop", "Affine", "RandomGridShuffle",
        "RandomBrightnessContrast", "ColorJitter", "Sharpen", "Emboss", "GaussianBlur",
        "GaussNoise", "Erasing",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["flip", "grid_shuffle", "erasing"])
def test_a_share_of_photos_is_changed(name: str) -> None:
    all_of_them = changed(PHOTO, 400, **{name: 0.3})
    touched = sum(not np.array_equal(each, PHOTO) for each in all_of_them)
    assert touched == pytest.approx(120, abs=37)  # four standard deviations


def test_flip_mirrors() -> None:
    assert np.array_equal(changed(PHOTO, 1, flip=1.0)[0], PHOTO[:, ::-1])


def test_center_crop_keeps_the_middle() -> None:
    """Of a white frame around a grey middle of a half there is less and less, never more."""
    photo = np.full((SIZE, SIZE, 3), 255, dtype=np.uint8)
    photo[12:36, 12:36] = 100
    white = (changed(photo, 200, center_crop=0.5) == 255).mean(axis=(1, 2, 3))
    assert white.max() <= 0.75
    assert white.min() < 0.1  # nearly all of the frame is cut off where the side is halved


def test_random_resized_crop_keeps_at_least_the_rest_of_the_area() -> None:
    """On a ramp from left to right a crop's width is the range of its values."""
    ramp = np.broadcast_to(np.linspace(0, 255, SIZE)[None, :, None], (SIZE, SIZE, 3))
    kept = changed(ramp.astype(np.uint8), 200, random_resized_crop=0.36)
    widths = (kept.max(axis=(1, 2, 3)) - kept.min(axis=(1, 2, 3))) / 255
    assert widths.min() > 0.8 / np.sqrt(1.25) - 0.05  # a side of the square root of 0.64, narrowed
    assert widths.min() < 0.85


def test_grid_shuffle_moves_tiles_and_keeps_their_pixels() -> None:
    shuffled = changed(PHOTO, 5, grid_shuffle=1.0)
    for each in shuffled:
        assert np.array_equal(np.sort(each, axis=None), np.sort(PHOTO, axis=None))


def test_brightness_moves_the_level_by_so_much_of_the_full_range_at_most() -> None:
    levels = changed(GREY, 400, brightness=0.2).mean(axis=(1, 2, 3)) - 100
    assert abs(levels).max() <= 0.2 * 255
    assert (levels.min() < -45, levels.max() > 45) == (True, True)
    assert levels.mean() == pytest.approx(0, abs=6)


def test_strengths_are_those_of_albumentations_own_calls() -> None:
    ours = custom(STOCK, **strengths(brightness=0.3, contrast=0.2, blur=1.5, noise=0.1))
    theirs = A.Compose(
        [
            A.RandomBrightnessContrast(0.3, 0.2, p=1.0),
            A.GaussianBlur(blur_limit=0, sigma_limit=(0.0, 1.5), p=1.0),
            A.GaussNoise(std_range=(0.0, 0.1), p=1.0),
        ]
    )
    for position in range(20):
        key = np.array([5, position], dtype=np.uint64)
        numbers = np.random.Generator(np.random.Philox(key=key))
        theirs.set_random_state(numbers, random.Random(5 ^ (position << 64)))
        assert np.array_equal(ours(PHOTO, 5, position, 0), theirs(image=PHOTO)["image"])


def test_contrast_stretches_and_shrinks_by_so_much_at_most() -> None:
    photo = np.where(np.arange(SIZE)[:, None, None] < 24, 90, 110) + np.zeros((SIZE, SIZE, 3))
    spread = changed(photo.astype(np.uint8), 400, contrast=0.5).std(axis=(1, 2, 3)) / 10
    assert (spread.min() < 0.6, spread.max() > 1.4) == (True, True)
    assert spread.min() >= 0.45
    assert spread.max() <= 1.55


def test_sharpness_raises_edges_and_blur_lowers_them() -> None:
    def edges(photos: np.ndarray) -> float:
        return float(abs(np.diff(photos, axis=-2)).mean())

    plain = edges(PHOTO.astype(float))
    assert edges(changed(PHOTO, sharpness=0.5)) > plain
    assert edges(changed(PHOTO, edges=0.5)) > plain
    assert edges(changed(PHOTO, blur=2.0)) < plain


def test_noise_has_so_much_of_the_full_range_as_its_standard_deviation_at_most() -> None:
    grey = np.full((SIZE, SIZE, 3), 128, dtype=np.uint8)
    deviations = changed(grey, 100, noise=0.1).std(axis=(1, 2, 3)) / 255
    assert 0.09 < deviations.max() < 0.103
    assert deviations.mean() == pytest.approx(0.05, abs=0.013)  # drawn evenly from none


def test_color_jitter_changes_light_saturation_and_hue() -> None:
    colour = np.zeros((SIZE, SIZE, 3), dtype=np.uint8) + np.array([150, 100, 80], np.uint8)
    hues = [
        cv2.cvtColor(each[:1, :1].astype(np.uint8), cv2.COLOR_RGB2HSV)[0, 0].astype(int)
        for each in changed(colour, 200, color_jitter=0.4)
    ]
    hue, saturation, value = np.array(hues).T
    # OpenCV's hue has 180 steps; the photo's own is 9
    turned = (hue - 9 + 90) % 180 - 90
    assert 12 < abs(turned).max() <= 19  # 0.1 of the wheel
    assert (saturation.min() < 90, saturation.max() > 140) == (True, True)  # its own is 119
    assert (value.min() < 115, value.max() > 185) == (True, True)  # its own is 150


def test_erasing_blackens_a_rectangle() -> None:
    black = (changed(GREY, 300, erasing=1.0) == 0).all(axis=3).mean(axis=(1, 2))
    assert (black.min() > 0.01, 0.25 < black.max() <= 0.34) == (True, True)


def test_affine_turns_shifts_and_scales_by_its_share_of_the_most() -> None:
    """The middle of a square, and its area, tell shift and scale; 0.5 of 0.2 and of 0.3."""
    photo = np.zeros((SIZE, SIZE, 3), dtype=np.uint8)
    photo[18:30, 18:30] = 255
    weights = changed(photo, 300, affine=0.5)[..., 0] / 255
    areas = weights.sum(axis=(1, 2)) / 144
    rows = (weights.sum(axis=2) * np.arange(SIZE)).sum(axis=1) / weights.sum(axis=(1, 2)) - 23.5
    assert 0.8 < abs(rows).max() / (0.1 * SIZE) < 1.25
    assert (areas.min() < 0.8, areas.max() > 1.2) == (True, True)
    assert 0.6 < areas.min() < areas.max() < 1.5
