"""Scores of predicted class ids: confusion, F1 by class, macro F1, accuracy.

Letters of shapes: N photos, C classes. Every score lies in [0, 1] and higher is better.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from maskopt.labels import LabelSpace


def confusion(
    targets: ArrayLike, predicted: ArrayLike, class_count: int
) -> NDArray[np.int64]:  # [C, C]
    """Count photos by target (row) and predicted class (column).

    Args:
        targets: True class ids, [N].
        predicted: Predicted class ids, [N].
        class_count: C; class ids lie in [0, C).

    Raises:
        ValueError: The two differ in length, or a class id lies outside.

    Example:
        >>> confusion([0, 0, 1], [0, 1, 1], 2).tolist()
        [[1, 1], [0, 1]]
    """
    rows, columns = _class_ids(targets, class_count), _class_ids(predicted, class_count)
    if rows.shape != columns.shape:
        raise ValueError(
            f"as many predicted as target class ids must be given, "
            f"got {len(columns)} and {len(rows)}"
        )
    counts = np.bincount(rows * class_count + columns, minlength=class_count**2)
    return counts.reshape(class_count, class_count)


def f1_per_class(matrix: NDArray[np.int64]) -> NDArray[np.float64]:  # [C]
    """Return 2 * hits / (targets + predicted) of each class; nan where no photo is of the class.

    Example:
        >>> f1_per_class(confusion([0, 0, 1], [0, 1, 1], 3)).round(3).tolist()
        [0.667, 0.667, nan]
    """
    hits = np.diag(matrix).astype(np.float64)
    targets, predicted = matrix.sum(axis=1), matrix.sum(axis=0)
    present = targets > 0
    return np.where(present, 2 * hits / np.maximum(targets + predicted, 1), np.nan)


def macro_f1(matrix: NDArray[np.int64]) -> float:
    """Return the mean F1 over the classes that occur among the targets.

    A class without a photo can neither help nor hurt: scikit-learn's `f1_score` gives the same
    with `average="macro"` and `labels` set to the classes that occur.

    Raises:
        ValueError: There is no photo.

    Example:
        >>> round(macro_f1(confusion([0, 0, 1], [0, 1, 1], 3)), 3)
        0.667
    """
    _check_photos(matrix)
    return float(np.nanmean(f1_per_class(matrix)))


def accuracy(matrix: NDArray[np.int64]) -> float:
    """Return the share of photos whose class is right.

    Raises:
        ValueError: There is no photo.

    Example:
        >>> round(accuracy(confusion([0, 0, 1], [0, 1, 1], 2)), 3)
        0.667
    """
    _check_photos(matrix)
    return float(np.diag(matrix).sum() / matrix.sum())


def join_heads(
    label_space: LabelSpace, class_ids: tuple[NDArray[np.int64], ...]
) -> NDArray[np.int64]:  # [N]
    """Return the joint class ids, given each head's class ids, [N] each."""
    shape = tuple(head.class_count for head in label_space.heads)
    return np.asarray(np.ravel_multi_index(class_ids, shape), dtype=np.int64)


def epoch_scores(
    label_space: LabelSpace, targets: NDArray[np.int64], predicted: NDArray[np.int64]
) -> dict[str, float]:
    """Return every score that a trial reports, by name.

    `macro_f1` and `accuracy` are over the product of the attributes that are scored;
    `f1/<attribute>` is an attribute's macro F1, be it auxiliary or not, `f1/<attribute>:<class>`
    one class's F1, left out where no photo is of the class. `f1/<attribute>+<attribute>` is the
    macro F1 of a joint head, over its combinations.

    Args:
        label_space: What the study learns.
        targets: True joint class ids, [N].
        predicted: Predicted joint class ids, [N].
    """
    joint = label_space.joint
    true, said = (scored_ids(label_space, ids) for ids in (targets, predicted))
    whole = confusion(true, said, label_space.scored.class_count)
    scores = {"macro_f1": macro_f1(whole), "accuracy": accuracy(whole)}
    facts = zip(*(np.unravel_index(ids, joint.shape) for ids in (targets, predicted)), strict=True)
    for attribute, (true, said) in zip(joint.attributes, facts, strict=True):
        matrix = confusion(true, said, len(attribute.classes))
        scores[f"f1/{attribute.name}"] = macro_f1(matrix)
        for name, score in zip(attribute.classes, f1_per_class(matrix), strict=True):
            if not np.isnan(score):
                scores[f"f1/{attribute.name}:{name}"] = float(score)
    return scores | _joint_heads(label_space, targets, predicted)


def scored_ids(label_space: LabelSpace, joint: NDArray[np.int64]) -> NDArray[np.int64]:  # [N]
    """Return class ids over the product of the attributes that are scored, given joint ones, [N].

    Example:
        >>> from maskopt.labels import Attribute, Head
        >>> heads = [Head((Attribute(name, ("no", "yes")),)) for name in ("mask", "hat")]
        >>> space = LabelSpace(tuple(heads), auxiliary=("mask",))
        >>> scored_ids(space, np.array([0, 1, 2])).tolist()
        [0, 1, 0]
    """
    scored = label_space.scored
    ids = np.unravel_index(joint, label_space.joint.shape)
    pairs = zip(label_space.attributes, ids, strict=True)
    own = tuple(each for attribute, each in pairs if attribute in scored.attributes)
    return np.asarray(np.ravel_multi_index(own, scored.shape), dtype=np.int64)


def _joint_heads(
    label_space: LabelSpace, targets: NDArray[np.int64], predicted: NDArray[np.int64]
) -> dict[str, float]:
    shape = tuple(head.class_count for head in label_space.heads)
    facts = zip(*(np.unravel_index(ids, shape) for ids in (targets, predicted)), strict=True)
    return {
        f"f1/{head.name}": macro_f1(confusion(true, said, head.class_count))
        for head, (true, said) in zip(label_space.heads, facts, strict=True)
        if len(head.attributes) > 1
    }


def _class_ids(given: ArrayLike, class_count: int) -> NDArray[np.int64]:
    class_ids = np.asarray(given, dtype=np.int64)
    outside = class_ids[(class_ids < 0) | (class_ids >= class_count)]
    if outside.size:
        raise ValueError(f"class ids must lie in [0, {class_count}), got {outside[0]}")
    return class_ids


def _check_photos(matrix: NDArray[np.int64]) -> None:
    if not matrix.sum():
        raise ValueError("a score needs at least one photo, got none")
