"""The photos that a bundle carries: what `maskopt verify` predicts again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from maskopt.bundle import store_photo
from maskopt.data.images import pick_images
from maskopt.data.photos import PhotoTable
from maskopt.data.spread import spread
from maskopt.labels import LabelSpace

STORED = 64
"""Photos in a bundle."""

STORED_FOR_VIEWS = 256
"""Pixels of their side where members see more than whole photos, if their own sizes are less."""


@dataclass(frozen=True, eq=False)
class Album:
    """A study's photos to choose from.

    Attributes:
        size: Image size at which they are stored, in pixels; mostly they are decoded so already.
        cache: Where they lie decoded.
    """

    table: PhotoTable
    label_space: LabelSpace
    size: int
    cache: Path


def store_photos(albums: Sequence[Album], folder: Path, photos: int = STORED) -> list[str]:
    """Write photos of each study into a bundle's folder, spread over the classes.

    They are written whole as they were decoded, without loss, so that who reads them predicts on
    the very pixels of the training; members' views are applied to them as to any photo.

    Args:
        albums: One a study; those of the same photos are drawn from once.
        folder: The bundle's.
        photos: How many in all.

    Returns:
        Their paths in the folder.
    """
    distinct = list({album.table.root: album for album in albums}.values())
    paths: list[str] = []
    for place, album in enumerate(distinct):
        share = photos * (place + 1) // len(distinct) - photos * place // len(distinct)
        rows = spread(joint_ids(album.table, album.label_space), share)
        for pixels in pick_images(album.table, album.size, album.cache, rows):
            path = f"photos/{len(paths):02d}.png"
            (folder / path).parent.mkdir(exist_ok=True)
            store_photo(pixels, folder / path)
            paths.append(path)
    return paths


def joint_ids(table: PhotoTable, label_space: LabelSpace) -> NDArray[np.int64]:
    """Return the class ids over the product of all attributes, [N]."""
    joint = label_space.joint
    ids = [table.class_ids[attribute.name] for attribute in joint.attributes]
    return np.asarray(np.ravel_multi_index(ids, joint.shape), dtype=np.int64)
