"""Worlds in which old and new photos differ in proportions, in kind, or in nothing."""

import numpy as np

from maskopt.votes.shift import Evidence, NewPhotos

FOLDS = 3
CENTRES = np.array([[-1.2, 0, 0], [0.4, 0.9, 0], [1.2, -0.8, 0]])
"""Of the classes' features; the last feature tells nothing of the class."""


def world(
    old: list[int], new: list[int], *, seed: int = 0, kind: float = 0.0, a_group: int = 1
) -> tuple[Evidence, NewPhotos, np.ndarray]:
    """Return old photos, new ones and the new ones' classes.

    Args:
        old: Photos of each class.
        new: Likewise.
        seed: Of the draws.
        kind: By how much the new photos' last feature differs.
        a_group: Photos that share a group, a class and half of their variance.
    """
    rng = np.random.default_rng(seed)
    (targets, features), (classes, others) = (_photos(rng, each, a_group) for each in (old, new))
    others[:, 2] += kind
    priors = np.array(old) / sum(old)
    groups = np.arange(len(targets)) // a_group
    evidence = Evidence(
        _vote(features, priors), targets, groups, groups % FOLDS, features.astype(np.float32)
    )
    fresh = NewPhotos(
        np.repeat(_vote(others, priors)[None], FOLDS, axis=0),
        np.repeat(others[None], FOLDS, axis=0).astype(np.float32),
    )
    return evidence, fresh, classes


def _photos(
    rng: np.random.Generator, counts: list[int], a_group: int
) -> tuple[np.ndarray, np.ndarray]:
    targets = np.repeat(np.arange(len(counts)), counts)
    shared = rng.standard_normal((len(targets), 3))[np.arange(len(targets)) // a_group * a_group]
    own = rng.standard_normal((len(targets), 3))
    noise = own if a_group == 1 else (shared + own) / np.sqrt(2)
    return targets, CENTRES[targets] + noise


def _vote(features: np.ndarray, priors: np.ndarray) -> np.ndarray:
    distances = ((features[:, None] - CENTRES) ** 2).sum(axis=2)
    scores = priors * np.exp(-distances / 2)
    return (scores / scores.sum(axis=1, keepdims=True)).astype(np.float32)
