"""Folds: every class in its share in every fold, and no group in two of them.

Letters of shapes: N photos, G groups, K folds, C classes, P kinds of group.
"""

from __future__ import annotations

from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

# Class shares are compared as whole numbers of this size: floating sums differ by machine.
_WHOLE = 1 << 26
_NEVER = np.iinfo(np.int64).max


def split(class_ids: Ints, groups: NDArray[np.str_], *, count: int, seed: int) -> Ints:
    """Give every photo the number of its fold.

    Groups that hold the same photos of each class are dealt in rounds, one to each fold; those
    left over go one by one, the ones with the rarest class first, to the fold that has least of
    their classes. The order among equals is a hash of seed and group name, so that folds depend
    on nothing else: not on the order of the photos, the machine, or a library's version.

    Args:
        class_ids: Class id of each photo over the product of the study's attributes, [N].
        groups: Name of each photo's group, [N]; photos of one group share a fold.
        count: Number of folds, K.
        seed: Another seed gives other folds.

    Returns:
        Fold of each photo, [N], from 0 to K - 1.

    Raises:
        ValueError: There are fewer groups than folds.

    Example:
        >>> split(np.array([0, 0, 1, 1]), np.array(["a", "b", "c", "d"]), count=2, seed=0).sum()
        np.int64(2)
    """
    names, group_of_photo = np.unique(groups, return_inverse=True)
    if len(names) < count:
        raise ValueError(f"`groups >= folds` must hold, got {len(names)} groups, {count} folds")
    classes, class_of_photo = np.unique(class_ids, return_inverse=True)
    counts = np.zeros((len(names), len(classes)), dtype=np.int64)  # [G, C]
    np.add.at(counts, (group_of_photo, class_of_photo), 1)
    order = _shuffled(names, seed)
    fold_of_group = np.empty(len(names), dtype=np.int64)
    fold_of_group[order] = _deal(counts[order], count)
    return fold_of_group[group_of_photo]


def _shuffled(names: NDArray[np.str_], seed: int) -> Ints:
    key = str(seed).encode()
    digests = [
        blake2b(name.encode("utf-8", "surrogateescape"), digest_size=8, key=key).digest()
        for name in names.tolist()
    ]
    return np.argsort(np.array(digests, dtype="S8").view(">u8"), kind="stable")


def _deal(counts: Ints, folds: int) -> Ints:
    """Return the fold of each group, given the number of its photos of each class, [G, C]."""
    _, kind, sizes = np.unique(counts, axis=0, return_inverse=True, return_counts=True)
    kind = kind.reshape(-1)
    by_kind = np.argsort(kind, kind="stable")
    place = np.empty(len(kind), dtype=np.int64)  # the group's place among those of its kind
    place[by_kind] = np.arange(len(kind)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    fold = np.where(place < sizes[kind] // folds * folds, place % folds, -1)
    _place_rest(counts, fold, folds)
    return fold


def _place_rest(counts: Ints, fold: Ints, folds: int) -> None:
    """Give a fold to each group that has none yet (-1), in place."""
    share = _WHOLE // counts.sum(axis=0)  # what one photo is of its class, [C]
    groups = (counts > 0).sum(axis=0)  # that hold a class, [C]
    rarity = np.where(groups >= folds, _WHOLE // groups, 0)  # of classes that every fold can hold
    held = np.zeros((folds, counts.shape[1]), dtype=np.int64)  # [K, C]
    np.add.at(held, fold[fold >= 0], counts[fold >= 0])
    held *= share
    photos = np.zeros(folds, dtype=np.int64)
    np.add.at(photos, fold[fold >= 0], counts[fold >= 0].sum(axis=1))
    rest = np.flatnonzero(fold < 0)
    rarest_first = np.argsort(-(counts[rest] * share).max(axis=1), kind="stable")
    for group in rest[rarest_first]:
        wanted = counts[group] * share
        brings = ((held == 0) & (wanted > 0)) @ rarity
        cost = np.where(brings == brings.max(), (held * wanted).sum(axis=1), _NEVER)
        best = np.flatnonzero(cost == cost.min())
        chosen = best[photos[best].argmin()]
        fold[group] = chosen
        held[chosen] += wanted
        photos[chosen] += counts[group].sum()
