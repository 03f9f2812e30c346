import numpy as np
import pytest

from maskopt.catalog import load
from maskopt.catalog.parts import AUGMENTATIONS
from maskopt.vision.augmentations import light, medium, none

PHOTO = np.random.default_rng(0).integers(0, 256, (40, 40, 3), dtype=np.uint8)
NAMES = sorted(AUGMENTATIONS)
CHANGING = [name for name in NAMES if name != "none"]


def build(name: str):
    return load(AUGMENTATIONS[name].builder)()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("size", [16, 33, 96])
def test_photos_keep_their_size_and_kind(name: str, size: int) -> None:
    augment = build(name)
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
    assert none()(PHOTO, 1, 2) is PHOTO


def test_light_mirrors_half_of_the_photos() -> None:
    ramp = np.broadcast_to(np.arange(0, 250, 5, dtype=np.uint8)[None, :, None], (50, 50, 3))
    photo, augment = np.ascontiguousarray(ramp), light()
    changed = [augment(photo, 3, position).astype(int) for position in range(400)]
    mirrored = sum(each[:, 0].mean() > each[:, -1].mean() for each in changed)
    assert 160 <= mirrored <= 240  # 200, give or take four standard deviations


def test_medium_changes_colours_and_light_does_not() -> None:
    grey = np.full((40, 40, 3), 128, dtype=np.uint8)
    assert all(np.array_equal(light()(grey, 1, p), grey) for p in range(20))
    assert not all(np.array_equal(medium()(grey, 1, p), grey) for p in range(20))


def test_augmentations_are_named_by_what_they_do() -> None:
    assert str(none()) == "none"
    assert str(light()) == "HorizontalFlip CropAndPad"
