"""Out-of-fold predictions: what models say of photos whose group they never saw.

Letters of shapes: N photos, n photos of one fold, M members, C classes of a head, F features.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maskopt.labels import LabelSpace

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

HELD_OUT = "held_out.npz"
"""Name of the file in a network's folder that holds what it says of its unseen fold."""

_HEAD = "head"


@dataclass(frozen=True, eq=False)
class HeldOut:
    """What one network says of the one fold that it was not trained on.

    Attributes:
        fold: That fold's number.
        rows: Places of the photos in the study's table, [n], rising.
        log_probabilities: By name of test-time augmentation: one array a head, [n, C].
        features: What the heads saw of the photos as they are, [n, F].
    """

    fold: int
    rows: Ints
    log_probabilities: Mapping[str, tuple[Floats, ...]]
    features: NDArray[np.float16]


def write_held_out(file: Path, held_out: HeldOut) -> None:
    """Write predictions as arrays only (npz, no pickle), beside their place and renamed."""
    arrays: dict[str, Any] = {
        f"{_HEAD}/{views}/{place}": each
        for views, heads in held_out.log_probabilities.items()
        for place, each in enumerate(heads)
    }
    arrays |= {"fold": np.int64(held_out.fold), "rows": held_out.rows}
    arrays["features"] = held_out.features
    beside = file.with_suffix(".tmp")
    with beside.open("wb") as stream:
        np.savez(stream, **arrays)
    beside.replace(file)


def read_held_out(file: Path) -> HeldOut:
    """Read what `write_held_out` wrote.

    Raises:
        OSError: The file cannot be read.
        ValueError: It is no such file, or broken; also raised are KeyError and BadZipFile.
    """
    with np.load(file, allow_pickle=False) as kept:
        heads: dict[str, list[Floats]] = {}
        for name in kept.files:  # in the order in which they were written
            if name.startswith(f"{_HEAD}/"):
                heads.setdefault(name.split("/")[1], []).append(kept[name])
        return HeldOut(
            int(kept["fold"]),
            kept["rows"],
            {views: tuple(each) for views, each in heads.items()},
            kept["features"],
        )


@dataclass(frozen=True, eq=False)
class OutOfFold:
    """What a study's members say of its photos, each photo by networks that never saw its group.

    Only `gather` makes one: it refuses a photo of a fold that its network was trained on.

    Attributes:
        study: The study's name.
        label_space: What its members know.
        trials: Numbers of the members' trials, best first by the search's own score, [M].
        photos: Absolute paths, [N]: by them photos are found again in another study.
        groups: Names of the groups, [N].
        folds: Fold of each photo, [N].
        searched: Folds whose scores chose the trials: of their photos a score is optimistic.
        targets: True class ids by attribute, [N] each.
        log_probabilities: By name of test-time augmentation: one array a head, [M, N, C].
    """

    study: str
    label_space: LabelSpace
    trials: tuple[int, ...]
    photos: NDArray[np.str_]
    groups: NDArray[np.str_]
    folds: Ints
    searched: frozenset[int]
    targets: Mapping[str, Ints]
    log_probabilities: Mapping[str, tuple[Floats, ...]]

    def __len__(self) -> int:
        """Return N."""
        return len(self.photos)


@dataclass(frozen=True, eq=False)
class StudyPhotos:
    """All photos of a study, as `OutOfFold` has some of them."""

    photos: NDArray[np.str_]
    groups: NDArray[np.str_]
    folds: Ints
    targets: Mapping[str, Ints]


def gather(
    study: str,
    label_space: LabelSpace,
    table: StudyPhotos,
    members: Mapping[int, Sequence[HeldOut]],
    searched: frozenset[int],
) -> OutOfFold:
    """Join what networks say of their unseen folds.

    Args:
        study: The study's name.
        label_space: What its members know.
        table: All photos of the study.
        members: By trial number, best first: one prediction a fold, of the same folds each.
        searched: Folds whose scores chose the trials.

    Raises:
        ValueError: A prediction is of a photo that its network was trained on, or members differ
            in the photos they predicted.
    """
    order = [_rows(table, each) for each in members.values()]
    rows = np.sort(order[0])
    for trial, found in zip(members, order, strict=True):
        if not np.array_equal(np.sort(found), rows):
            raise ValueError(f"trial {trial} of {study} predicted other photos than the first")
    places = [np.argsort(found, kind="stable") for found in order]
    names = next(iter(members.values()))[0].log_probabilities

    def joined(views: str, head: int) -> Floats:
        return np.stack(
            [
                np.concatenate([p.log_probabilities[views][head] for p in parts])[place]
                for parts, place in zip(members.values(), places, strict=True)
            ]
        )

    heads = range(len(label_space.heads))
    return OutOfFold(
        study,
        label_space,
        tuple(members),
        table.photos[rows],
        table.groups[rows],
        table.folds[rows],
        searched,
        {name: ids[rows] for name, ids in table.targets.items()},
        {views: tuple(joined(views, head) for head in heads) for views in names},
    )


def _rows(table: StudyPhotos, parts: Sequence[HeldOut]) -> Ints:
    for part in parts:
        seen = part.rows[table.folds[part.rows] != part.fold]
        if len(seen):
            raise ValueError(
                f"a network that left out fold {part.fold} was given photo {seen[0]} of fold "
                f"{table.folds[seen[0]]}, which it was trained on"
            )
    return np.concatenate([part.rows for part in parts])
