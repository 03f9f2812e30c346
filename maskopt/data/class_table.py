"""How many photos and groups each class has, in all and in each fold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maskopt.data.problems import Problems
from maskopt.errors import plural
from maskopt.labels import Head, LabelSpace

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class ClassRow:
    """One class of an attribute, or of several together.

    Attributes:
        name: The class, or the classes joined by `+`.
        photos: Photos of it.
        groups: Groups with at least one photo of it.
        per_fold: Its photos in each fold; empty where no folds could be made.
    """

    name: str
    photos: int
    groups: int
    per_fold: tuple[int, ...]


ClassTable = Mapping[str, tuple[ClassRow, ...]]


def joint_ids(label_space: LabelSpace, class_ids: Mapping[str, Ints]) -> Ints:
    """Return class ids over the product of all attributes, [N]; -1 where one is unknown."""
    ids = [class_ids[attribute.name] for attribute in label_space.attributes]
    joined = np.zeros_like(ids[0])
    for part, size in zip(ids, label_space.joint.shape, strict=True):
        joined = joined * size + part
    joined[np.min(ids, axis=0) < 0] = -1
    return joined


def tabulate(
    label_space: LabelSpace,
    class_ids: Mapping[str, Ints],
    groups: NDArray[np.str_],
    folds: Ints | None,
    fold_count: int,
) -> dict[str, tuple[ClassRow, ...]]:
    """Return the rows of each attribute by its name, then of all together where there are several.

    Args:
        label_space: Says which attributes and classes there are.
        class_ids: Class ids by attribute, [N] each; -1 where unknown.
        groups: Names of the groups, [N].
        folds: Fold of each photo, [N], or none.
        fold_count: Number of folds.
    """
    _, member = np.unique(groups, return_inverse=True)
    tables = {
        attribute.name: _rows(
            Head((attribute,)), class_ids[attribute.name], member, folds, fold_count
        )
        for attribute in label_space.attributes
    }
    if len(tables) > 1:
        joint = label_space.joint
        ids = joint_ids(label_space, class_ids)
        tables[joint.name] = _rows(joint, ids, member, folds, fold_count)
    return tables


def _rows(
    head: Head, ids: Ints, member: Ints, folds: Ints | None, fold_count: int
) -> tuple[ClassRow, ...]:
    size, known = head.class_count, ids >= 0
    photos = np.bincount(ids[known], minlength=size)
    pairs = np.unique(np.stack([ids[known], member[known]]), axis=1)
    groups = np.bincount(pairs[0], minlength=size)
    per_fold = np.zeros((size, 0 if folds is None else fold_count), dtype=np.int64)
    if folds is not None:
        np.add.at(per_fold, (ids[known], folds[known]), 1)
    return tuple(
        ClassRow(name, int(photos[row]), int(groups[row]), tuple(per_fold[row].tolist()))
        for row, name in enumerate(head.classes)
    )


def check_classes(
    table: ClassTable, label_space: LabelSpace, folds: int, group: str | None, problems: Problems
) -> None:
    """Tell of classes that folds cannot hold.

    A class of an attribute must be in every fold, else its score says nothing: an error. A class
    of several attributes together may be rare or impossible: a warning.
    """
    for attribute in label_space.attributes:
        where = f"class of {attribute.name}"
        for row in table[attribute.name]:
            if not row.photos:
                problems.say(f"no photo is of {where} {row.name!r}; add some, or remove the class")
            elif row.groups < folds:
                problems.say(
                    f"{where} {row.name!r} has {_count(row, group)}, "
                    f"fewer than the {folds} folds; add some, or make fewer folds"
                )
    joint = label_space.joint
    if joint.name in table and len(label_space.attributes) > 1:
        rows = table[joint.name]
        rare = [f"{row.name} ({row.groups})" for row in rows if 0 < row.groups < folds]
        one = f"class of {joint.name} has fewer {group or 'photo'}s than the {folds} folds"
        many = f"classes of {joint.name} have fewer {group or 'photo'}s than the {folds} folds"
        problems.warn(rare, one, many, "some folds will be scored without")
        absent = [row.name for row in rows if not row.photos]
        one = f"class of {joint.name} has no photo"
        many = f"classes of {joint.name} have no photo"
        problems.warn(absent, one, many, "it cannot be learned together")


def _count(row: ClassRow, group: str | None) -> str:
    photos = plural(row.photos, "photo")
    return f"{plural(row.groups, group)} ({photos})" if group else photos
