"""Few photos for many: spread over the classes, the same ones each time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


def spread(class_ids: Ints, count: int) -> Ints:
    """Return places of photos, rising: of each class as many as of any other, if it has them.

    Within a class they lie as far apart as they can.

    Args:
        class_ids: One a photo.
        count: How many are wanted; fewer are returned where there are fewer.

    Example:
        >>> spread(np.array([0, 0, 0, 0, 1, 2]), 4).tolist()
        [0, 3, 4, 5]
    """
    order = np.argsort(class_ids, kind="stable")
    sizes = np.bincount(class_ids)
    starts = np.cumsum(sizes) - sizes
    chosen = [
        order[start + np.linspace(0, size - 1, quota).round().astype(np.int64)]
        for start, size, quota in zip(starts, sizes, _quotas(sizes, count), strict=True)
    ]
    return np.sort(np.concatenate(chosen))


def _quotas(sizes: Ints, count: int) -> Ints:
    """Deal `count` photos to classes in rounds, to none more than it has."""
    quotas = np.zeros_like(sizes)
    while quotas.sum() < min(count, sizes.sum()):
        unfilled = np.flatnonzero(quotas < sizes)
        quotas[unfilled[: count - quotas.sum()]] += 1
    return quotas
