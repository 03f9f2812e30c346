"""Shared photos: those that several studies predicted, by which their members are compared.

Letters of shapes: N shared photos, G groups, n photos of one study.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from maskopt.errors import plural
from maskopt.votes.out_of_fold import Ints, OutOfFold

ENOUGH = 0.1
"""Studies are compared where they share this part of the smaller one's photos."""


@dataclass(frozen=True, eq=False)
class Shared:
    """Photos that every one of some studies predicted, in the order of the first.

    Attributes:
        studies: Which.
        rows: Places of the photos in each study, [N] each.
        photos: Absolute paths, [N].
        groups: Number of each photo's group, from 0 to G - 1, [N]: photos that any study puts
            into one group are in one here, so that no group is ever on both sides.
        folds: Fold of each photo in the first study, [N].
        searched: Whether any study's search judged trials by the photo, [N].
        targets: True class ids by attribute, [N] each; of the first study that knows it.
        notes: What is to be known of them, sentences.
    """

    studies: tuple[OutOfFold, ...]
    rows: tuple[Ints, ...]
    photos: NDArray[np.str_]
    groups: Ints
    folds: Ints
    searched: NDArray[np.bool_]
    targets: dict[str, Ints]
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        """Return N."""
        return len(self.photos)


def share(studies: Sequence[OutOfFold]) -> Shared | None:
    """Return the photos that studies share, or None where they share less than a tenth."""
    common = reduce(np.intersect1d, [study.photos for study in studies])
    if not len(common) or len(common) < ENOUGH * min(map(len, studies)):
        return None
    first = studies[0]
    photos = first.photos[np.isin(first.photos, common)]
    rows = tuple(_places(study.photos, photos) for study in studies)
    pairs = list(zip(studies, rows, strict=True))
    targets: dict[str, Ints] = {}
    notes = []
    for study, places in pairs:
        for name, ids in study.targets.items():
            differ = int((targets.setdefault(name, ids[places]) != ids[places]).sum())
            if differ:
                notes.append(
                    f"{plural(differ, 'photo')} that {first.study} and {study.study} share differ "
                    f"in {name}: what {_knower(studies, name)} says of them is taken for true"
                )
    groups = merge_groups([study.groups[at] for study, at in pairs])
    notes += [
        note for study, at in pairs for note in _split_groups(study, study.folds[at], groups)
    ]
    searched = [np.isin(study.folds[at], list(study.searched)) for study, at in pairs]
    return Shared(
        tuple(studies),
        rows,
        photos,
        groups,
        first.folds[rows[0]],
        np.logical_or.reduce(searched),
        targets,
        tuple(notes),
    )


def _split_groups(study: OutOfFold, folds: Ints, groups: Ints) -> Iterator[str]:
    """Yield what is to be known where a study's folds part photos that others put together."""
    lowest = np.full(groups.max() + 1, np.iinfo(np.int64).max)
    np.minimum.at(lowest, groups, folds)
    parted = np.unique(groups[folds != lowest[groups]])
    if len(parted):
        count = int(np.isin(groups, parted).sum())
        yield (
            f"folds of {study.study} part {plural(len(parted), 'group')} of {count} photos that "
            "another study keeps together: its networks were trained on photos of the same "
            "groups, so its members look better than they are, and the scores may too"
        )


def merge_groups(groups: Sequence[NDArray[np.str_]]) -> Ints:
    """Return the number of each photo's group, [N], given its groups' names in each study.

    Photos that any study puts into one group are in one: the connected components.

    Example:
        >>> merge_groups([np.array(["a", "a", "b", "c"]), np.array(["x", "y", "y", "z"])]).tolist()
        [0, 0, 0, 1]
    """
    codes = [np.unique(names, return_inverse=True)[1].reshape(-1) for names in groups]
    lowest = codes[0].astype(np.int64)
    before = None
    while before is None or not np.array_equal(before, lowest):
        before = lowest
        for code in codes:  # each photo takes the lowest number in its group, until none changes
            least = np.full(code.max() + 1, len(lowest), dtype=np.int64)
            np.minimum.at(least, code, lowest)
            lowest = least[code]
    return np.unique(lowest, return_inverse=True)[1].reshape(-1).astype(np.int64)


def _places(among: NDArray[np.str_], wanted: NDArray[np.str_]) -> Ints:
    order = np.argsort(among, kind="stable")
    return order[np.searchsorted(among, wanted, sorter=order)].astype(np.int64)


def _knower(studies: Sequence[OutOfFold], attribute: str) -> str:
    return next(study.study for study in studies if attribute in study.targets)
