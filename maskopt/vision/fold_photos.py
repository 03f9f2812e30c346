"""The photos of a fold: those that are taught, those that are judged, and those apart.

Letters of shapes: N photos of a part, S height and width in pixels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from maskopt.catalog.views import view_of
from maskopt.data.images import take_images
from maskopt.data.photos import PhotoTable
from maskopt.labels import LabelSpace
from maskopt.records import TrialTask
from maskopt.vision.failures import TrainingError
from maskopt.vision.label_policies import Lesson
from maskopt.vision.loaders import Photos
from maskopt.vision.parts import number

NO_FOLD = -1
"""Stands for a fold where a network is trained on all photos."""


class Images(NamedTuple):
    """All photos' pixels, RGB, [all, S, S, 3], as a trial's view has them.

    Attributes:
        training: What networks learn from.
        judged: What they are scored on; the same pixels unless the view is mixed.
    """

    training: NDArray[np.uint8]
    judged: NDArray[np.uint8]


def open_photos(task: TrialTask, table: PhotoTable) -> Images:
    """Return all photos' pixels at the trial's image size, decoding them if nobody has yet."""
    judged = open_judged(task, table)
    size, view = int(number(task.config, "image_size")), view_of(task.config.values)
    if view == view.judged:
        return Images(judged, judged)
    where, threads = task.setup.cache_folder, task.setup.threads
    return Images(take_images(table, size, where, view, workers=threads), judged)


def open_judged(task: TrialTask, table: PhotoTable) -> NDArray[np.uint8]:
    """Return all photos' pixels as a trial's networks see them where they are scored."""
    size, view = int(number(task.config, "image_size")), view_of(task.config.values).judged
    where, threads = task.setup.cache_folder, task.setup.threads
    return take_images(table, size, where, view, workers=threads)


def split_photos(
    images: Images, table: PhotoTable, label_space: LabelSpace, fold: int
) -> tuple[Photos, Photos]:
    """Return the training photos and the validation photos of a fold.

    Of `NO_FOLD`, all photos are training photos. Photos that were made from others are trained on
    where their parents are, and are never validated.

    Raises:
        TrainingError: One of them would be empty.
    """
    learned, held_out = table.parts(fold)
    if fold != NO_FOLD and not (learned.any() and held_out.any()):
        raise TrainingError(f"fold {fold} holds {held_out.sum()} of {len(held_out)} photos")
    train = find_photos(images.training, table, label_space, learned)
    return train, find_photos(images.judged, table, label_space, held_out)


def find_photos(
    images: NDArray[np.uint8],
    table: PhotoTable,
    label_space: LabelSpace,
    which: NDArray[np.bool_],
) -> Photos:
    """Return a part of a study's photos, given one truth value a photo."""
    heads = [
        np.ravel_multi_index([table.class_ids[a.name] for a in head.attributes], head.shape)
        for head in label_space.heads
    ]
    joint = label_space.joint
    together = np.ravel_multi_index(
        [table.class_ids[a.name] for a in joint.attributes], joint.shape
    )
    targets = np.stack(heads).astype(np.int64)
    numbers = {name: each[which] for name, each in table.numbers.items()}
    return Photos(
        images,
        np.flatnonzero(which),
        targets[:, which],
        together[which],
        numbers,
        groups=table.groups[which],
    )


def taught_photos(photos: Photos, label_space: LabelSpace, lessons: Sequence[Lesson]) -> Photos:
    """Return training photos with what lessons tell of them, and take for true.

    What classes are in training, losses and samplers go by too.
    """
    targets = np.stack(
        [
            true if lesson.class_ids is None else lesson.class_ids
            for true, lesson in zip(photos.targets, lessons, strict=True)
        ]
    )
    own = [
        ids
        for head, true in zip(label_space.heads, targets, strict=True)
        for ids in np.unravel_index(true, head.shape)
    ]
    joint = np.ravel_multi_index(own, label_space.joint.shape).astype(np.int64)
    told = np.concatenate([each.told for each in lessons], axis=1)
    return replace(photos, targets=targets, joint=joint, shares=told)


def part_groups(
    photos: Photos, share: float, random: np.random.Generator
) -> tuple[Photos, Photos]:
    """Return photos in two parts which have no group in common.

    Args:
        photos: Their groups must be known.
        share: Of groups that go to the second part; at least one stays and one goes.
        random: Chooses them.
    """
    assert photos.groups is not None
    names = np.unique(photos.groups)
    count = min(max(1, round(share * len(names))), len(names) - 1)
    gone = np.isin(photos.groups, random.permutation(names)[:count])
    return take_photos(photos, ~gone), take_photos(photos, gone)


def take_photos(photos: Photos, which: NDArray[np.bool_]) -> Photos:
    """Return some of a part's photos, given one truth value a photo."""
    return replace(
        photos,
        rows=photos.rows[which],
        targets=photos.targets[:, which],
        joint=photos.joint[which],
        numbers={name: each[which] for name, each in photos.numbers.items()},
        shares=None if photos.shares is None else photos.shares[which],
        groups=None if photos.groups is None else photos.groups[which],
    )
