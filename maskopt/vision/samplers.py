"""Samplers: which training photos an epoch shows, in which order.

A builder takes the photos' joint class ids, [N], and gives a function from a random generator to
an epoch's photos: indices into those N, [N] again.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Order = NDArray[np.int64]
Sampler = Callable[[np.random.Generator], Order]


def shuffled(class_ids: NDArray[np.int64]) -> Sampler:
    """Build a sampler that shows every photo once, in random order."""
    photos = len(class_ids)

    def draw(random: np.random.Generator) -> Order:
        return random.permutation(photos)

    return draw


def class_balanced(class_ids: NDArray[np.int64]) -> Sampler:
    """Build a sampler that shows every class that occurs equally often.

    An epoch is as long as with `shuffled`; the classes' shares of it differ by one photo at most,
    and a class's photos are drawn with replacement.
    """
    classes, where = np.unique(class_ids, return_inverse=True)
    members = [np.flatnonzero(where == index) for index in range(len(classes))]

    def draw(random: np.random.Generator) -> Order:
        drawn = random.permutation(np.arange(len(class_ids)) % len(classes))
        order = np.empty(len(class_ids), dtype=np.int64)
        for index, photos in enumerate(members):
            mine = drawn == index
            order[mine] = random.choice(photos, size=int(mine.sum()))
        return order

    return draw
