import random

import albumentations as A  # noqa: N812 - its own documentation's name
import numpy as np
import pytest

from maskopt.catalog import load
from maskopt.catalog.parts import AUGMENTATIONS
from maskopt.labels import Attribute, Head, LabelSpace
from maskopt.vision.augmentations import light, medium, none, wrinkles_safe
from maskopt.vision.stock import Stock

PHOTO = np.random.default_rng(0).integers(0, 256, (40, 40, 3), dtype=np.uint8)
NAMES = sorted(AUGMENTATIONS)
CHANGING = [name for name in NAMES if name != "none"]
SPACE = LabelSpace((Head((Attribute("age", ("young", "senior"), (60.0,)),)),))
SETTINGS = {"custom": dict.fromkeys(AUGMENTATIONS["custom"].parameters, 0.3),
            "by_class": {"others": "light", "senior": "heavy"}}  # fmt: skip


def stock(size: int = 40) -> Stock:
    return Stock(SPACE, np.array([0, 1]), size, {"age": np.array([30.0, 70.0])})


def build(name: str, size: int = 40):
    augment = load(AUGMENTATIONS[name].builder)(stock(size), **SETTINGS.get(name, {}))
    return lambda photo, seed, position, index=1: augment(photo, seed, position, index)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("size", [16, 33, 96])
def test_photos_keep_their_size_and_kind(name: str, size: int) -> None:
    augment = build(name, size)
    photo = np.ascontiguousarray(np.resize(PHOTO, (size, size, 3)))
    for position in range(20):
        changed = augment(photo, 1, position)
        assert (changed.shape, changed.dtype) == ((size, size, 3), np.uint8)


@pytest.mark.parametrize("name", NAMES)
def test_a_photo_that_cannot_be_written_is_left_as_it_is(name: str) -> None:
    photo = PHOTO.copy()
    photo.setflags(write=False)
    augment = build(name)
    for position in range(20):
        augment(photo, 1, position)
    assert np.array_equal(photo, PHOTO)


@pytest.mark.parametrize("name", CHANGING)
def test_the_change_depends_on_seed_and_position_alone(name: str) -> None:
    straight, other = build(name), build(name)
    forwards = [straight(PHOTO, 5, position) for position in range(30)]
    other(PHOTO, 9, 1)  # whatever ran before
    backwards = [other(PHOTO, 5, position) for position in reversed(range(30))]
    for one, two in zip(forwards, reversed(backwards), strict=True):
        assert np.array_equal(one, two)


@pytest.mark.parametrize("name", CHANGING)
def test_another_seed_or_position_changes_a_photo_otherwise(name: str) -> None:
    augment = build(name)
    by_position = {augment(PHOTO, 5, position).tobytes() for position in range(30)}
    by_seed = {augment(PHOTO, seed, 0).tobytes() for seed in range(30)}
    # Borders move by whole pixels, so that two of thirty may fall together
    assert min(len(by_position), len(by_seed)) >= 28


def test_none_changes_nothing() -> None:
    assert build("none")(PHOTO, 1, 2) is PHOTO


def test_light_mirrors_half_of_the_photos() -> None:
    ramp = np.broadcast_to(np.arange(0, 250, 5, dtype=np.uint8)[None, :, None], (50, 50, 3))
    photo, augment = np.ascontiguousarray(ramp), build("light", 50)
    changed = [augment(photo, 3, position).astype(int) for position in range(400)]
    mirrored = sum(each[:, 0].mean() > each[:, -1].mean() for each in changed)
    assert 160 <= mirrored <= 240  # 200, give or take four standard deviations


def test_medium_changes_colours_and_light_does_not() -> None:
    grey = np.full((40, 40, 3), 128, dtype=np.uint8)
    assert all(np.array_equal(build("light")(grey, 1, p), grey) for p in range(20))
    assert not all(np.array_equal(build("medium")(grey, 1, p), grey) for p in range(20))


def test_augmentations_are_named_by_what_they_do() -> None:
    assert str(none(stock())) == "none"
    assert str(light(stock())) == "HorizontalFlip CropAndPad"


LIGHT = [A.HorizontalFlip(p=0.5), A.CropAndPad(percent=(-0.08, 0.08), border_mode=4, p=1.0)]
MEDIUM = [
    *LIGHT,
    A.Rotate(limit=12, border_mode=4, p=0.5),
    A.RandomBrightnessContrast(0.2, 0.2, p=0.6),
    A.HueSaturationValue(6, 25, 0, p=0.4),
    A.GaussianBlur(blur_limit=0, sigma_limit=(0.4, 1.2), p=0.2),
    A.Erasing(scale=(0.02, 0.15), p=0.3),
]


@pytest.mark.parametrize(("policy", "operations"), [(light, LIGHT), (medium, MEDIUM)])
def test_light_and_medium_stay_what_they_were(policy, operations) -> None:
    """A trial that an earlier version began goes on as it would have there."""
    ours, theirs = policy(stock()), A.Compose(operations)
    for position in range(50):
        key = np.array([7, position], dtype=np.uint64)
        numbers = np.random.Generator(np.random.Philox(key=key))
        theirs.set_random_state(numbers, random.Random(7 ^ (position << 64)))
        assert np.array_equal(ours(PHOTO, 7, position, 0), theirs(image=PHOTO)["image"])


def test_wrinkles_safe_moves_pixels_but_blends_none_with_its_neighbours() -> None:
    """A grey photo's pixels: colour and light change each value in one way, so that as many
    different ones remain, and edges are only made sharper; in light they are blended."""
    photo = np.repeat(np.where(np.indices((40, 40)).sum(axis=0) % 2, 60, 160), 3)
    photo = photo.reshape(40, 40, 3).astype(np.uint8)  # the finest texture there is
    changed = [wrinkles_safe(stock())(photo, 1, position, 0) for position in range(60)]
    assert all(len(np.unique(each.reshape(-1, 3), axis=0)) <= 4 for each in changed)
    assert min(each.astype(float).std() for each in changed) > 0.8 * photo.std()
    blended = [light(stock())(photo, 1, position, 0) for position in range(60)]
    assert max(len(np.unique(each.reshape(-1, 3), axis=0)) for each in blended) > 20


@pytest.mark.parametrize("name", ["light", "medium", "heavy", "hard_core"])
def test_policies_are_ordered_by_how_much_they_change(name: str) -> None:
    order = ["none", "light", "medium", "heavy", "hard_core"]
    weaker, stronger = order[order.index(name) - 1], name
    assert mean_change(weaker) < mean_change(stronger)


def mean_change(name: str) -> float:
    """Return how far smooth photos are from what they were, on average."""
    wave = 128 + 90 * np.sin(np.indices((40, 40)).sum(axis=0) / 6)
    photo = np.repeat(wave[..., None], 3, axis=2).astype(np.uint8)
    augment = build(name)
    return float(np.mean([abs(augment(photo, 1, p).astype(int) - photo) for p in range(300)]))


def test_by_class_changes_each_photo_by_the_policy_of_its_class() -> None:
    augment = load(AUGMENTATIONS["by_class"].builder)(stock(), others="light", senior="medium")
    for position in range(20):
        young, senior = (augment(PHOTO, 3, position, index) for index in (0, 1))
        assert np.array_equal(young, light(stock())(PHOTO, 3, position, 0))
        assert np.array_equal(senior, medium(stock())(PHOTO, 3, position, 1))
    assert str(augment) == "medium for senior, light for others"


def test_by_class_finds_photos_by_their_numbers_too() -> None:
    augment = load(AUGMENTATIONS["by_class"].builder)
    ranged = augment(stock(), others="none", **{"60-80": "light"})
    assert np.array_equal(ranged(PHOTO, 3, 1, 0), PHOTO)
    assert np.array_equal(ranged(PHOTO, 3, 1, 1), light(stock())(PHOTO, 3, 1, 1))
