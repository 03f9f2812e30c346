from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
import torch

from maskopt.labels import Attribute, Head, LabelSpace
from maskopt.vision.augmentations import Augmentation, light, medium
from maskopt.vision.loaders import Loader, Photos, Placement, ahead, batch_bounds
from maskopt.vision.stock import Stock

CPU = torch.device("cpu")
IMAGES = np.random.default_rng(0).integers(0, 256, (30, 8, 8, 3), dtype=np.uint8)
PHOTOS = Photos(IMAGES, np.arange(5, 28), np.arange(46).reshape(2, 23) % 3, np.arange(23) % 3)
SPACE = LabelSpace((Head((Attribute("m", ("a", "b", "c")),)),))
STOCK = Stock(SPACE, PHOTOS.joint, 8)


def make_loader(**changes: Any) -> Loader:
    settings: dict[str, Any] = {
        "photos": PHOTOS,
        "placement": Placement(CPU, (0.5, 0.4, 0.3), (0.5, 0.2, 0.25)),
        "batch_size": 4,
        "order": lambda epoch: np.roll(np.arange(23), epoch),
        "seed": lambda epoch: epoch,
        "augmentation": Augmentation,
    }
    return Loader(**{**settings, **changes})


@pytest.mark.parametrize(
    ("photos", "batch_size", "sizes"),
    [
        (8, 4, [4, 4]),
        (10, 4, [4, 4, 2]),
        (9, 4, [4, 5]),
        (3, 64, [3]),
        (1, 64, [1]),
        (3, 1, [1, 1, 1]),
        (65, 64, [65]),
    ],
    ids=["even", "short last", "last of one joins", "fewer than a batch", "one", "ones", "65"],
)
def test_batches_cover_all_photos_and_never_end_with_one(
    photos: int, batch_size: int, sizes: list[int]
) -> None:
    bounds = batch_bounds(photos, batch_size)
    assert [bound.stop - bound.start for bound in bounds] == sizes
    assert [bound.start for bound in bounds[1:]] == [bound.stop for bound in bounds[:-1]]


@pytest.mark.parametrize(
    ("batch_size", "accumulate", "sizes"),
    [(4, 1, [4, 4, 4, 4, 4, 3]), (4, 4, [16, 7]), (4, 2, [8, 8, 7]), (64, 8, [23])],
)
def test_a_step_counts_the_photos_of_its_batches(
    batch_size: int, accumulate: int, sizes: list[int]
) -> None:
    assert make_loader(batch_size=batch_size).step_sizes(accumulate, 1) == sizes


def test_an_epoch_is_as_long_as_its_order_however_many_photos_there_are() -> None:
    loader = make_loader(order=lambda epoch: np.arange(23).repeat(epoch)[:40])
    assert [sum(loader.step_sizes(2, epoch)) for epoch in (1, 2, 3)] == [23, 40, 40]
    assert loader.step_sizes(2, 2) == [8, 8, 8, 8, 8]
    assert sum(len(batch) for batch in loader.epoch(2)) == 40


def test_batches_hold_the_photos_of_the_order_with_their_targets() -> None:
    batches = list(make_loader().epoch(2))
    assert [len(batch) for batch in batches] == [4, 4, 4, 4, 4, 3]
    order = np.roll(np.arange(23), 2)
    targets = torch.cat([batch.targets for batch in batches], dim=1)
    assert targets.tolist() == PHOTOS.targets[:, order].tolist()
    pixels = IMAGES[5:28][order].astype(np.float32) / 255
    wanted = (pixels - [0.5, 0.4, 0.3]) / [0.5, 0.2, 0.25]
    images = torch.cat([batch.images for batch in batches])
    assert images.permute(0, 2, 3, 1).numpy() == pytest.approx(wanted, abs=1e-5)


def test_images_lie_in_channels_last_order_without_a_copy() -> None:
    batch = next(make_loader().epoch(1))
    assert batch.images.shape == (4, 3, 8, 8)
    assert batch.images.is_contiguous(memory_format=torch.channels_last)


@pytest.mark.parametrize("threads", [1, 3])
def test_threads_change_nothing_but_the_waiting(threads: int) -> None:
    plain = list(make_loader(augmentation=partial(light, STOCK)).epoch(1))
    threaded = list(make_loader(augmentation=partial(light, STOCK), threads=threads).epoch(1))
    assert len(plain) == len(threaded)
    assert all(torch.equal(a.images, b.images) for a, b in zip(plain, threaded, strict=True))


def test_a_photo_drawn_twice_is_changed_in_two_ways() -> None:
    loader = make_loader(augmentation=partial(medium, STOCK), order=lambda _: np.array([7] * 23))
    images = torch.cat([batch.images for batch in loader.epoch(1)])
    assert len({image.numpy().tobytes() for image in images}) > 10


def test_an_epoch_does_not_depend_on_those_before() -> None:
    worn, fresh = (
        make_loader(augmentation=partial(light, STOCK)),
        make_loader(augmentation=partial(light, STOCK)),
    )
    for epoch in (1, 2):
        list(worn.epoch(epoch))
    for one, two in zip(worn.epoch(3), fresh.epoch(3), strict=True):
        assert torch.equal(one.images, two.images)


def test_what_fails_in_a_thread_is_raised_where_it_is_wanted() -> None:
    def fail(thing: int) -> int:
        raise ValueError(f"no {thing}")

    with pytest.raises(ValueError, match=r"^no 1$"):
        list(ahead(fail, [1, 2, 3], threads=2))


def test_threads_work_ahead_by_a_few_batches_only() -> None:
    made: list[int] = []
    make: Callable[[int], None] = made.append
    stream = ahead(make, list(range(100)), threads=1)
    next(stream)
    stream.close()
    assert len(made) <= 4
