"""Marginals: what heads say of each attribute alone, and the classes that follow.

Letters of shapes: N photos, C_h classes of a head, C_a classes of an attribute.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maskopt.labels import Attribute, Head, LabelSpace

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]


def marginalise(label_space: LabelSpace, heads: Sequence[Floats]) -> dict[str, Floats]:
    """Return each attribute's probabilities, [..., C_a] by name.

    Heads are independent given the photo, so that the product over heads summed over all other
    attributes is the attribute's own head summed over the others of that head.

    Args:
        label_space: What the heads know.
        heads: Probabilities of each head's classes, [..., C_h].
    """
    found: dict[str, Floats] = {}
    for head, given in zip(label_space.heads, heads, strict=True):
        start = given.ndim - 1
        box = given.reshape(*given.shape[:-1], *head.shape)
        for place, attribute in enumerate(head.attributes):
            others = tuple(start + p for p in range(len(head.attributes)) if p != place)
            found[attribute.name] = box.sum(axis=others) if others else given
    return found


def join_classes(attributes: Sequence[Attribute], class_ids: Sequence[Ints]) -> Ints:
    """Return joint class ids as `Head.join` counts them, given ids by attribute, [...] each."""
    joined: NDArray[Any] = np.zeros_like(class_ids[0])
    for ids, classes in zip(class_ids, Head(tuple(attributes)).shape, strict=True):
        joined = joined * classes + ids
    return joined


def decide(probabilities: Floats) -> Ints:
    """Return the most probable class, [..., C] to [...]; the first of equals."""
    return np.asarray(probabilities.argmax(axis=-1), dtype=np.int64)
