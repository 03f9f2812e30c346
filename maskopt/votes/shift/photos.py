"""What is known of the old photos and said of the new ones.

Letters of shapes: N old photos, M new photos, K fold networks, C classes, D features.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

_TOLD_APART = 4  # directions: enough that no two photos agree in them by chance


@dataclass(frozen=True, eq=False)
class Evidence:
    """What a vote says of one attribute of the old photos, each unseen by its networks.

    Attributes:
        probabilities: The calibrated out-of-fold vote, [N, C].
        targets: True class ids, [N].
        groups: Codes of the groups, [N]: photos of one group are drawn together.
        folds: Places of the photos' folds among the fold networks, in [0, K), [N].
        features: What `Projection.apply` made of what the fold's own network saw, [N, D].
    """

    probabilities: Floats
    targets: Ints
    groups: Ints
    folds: Ints
    features: Floats | None = None

    def __post_init__(self) -> None:
        for problem in self._problems():
            raise ValueError(problem)

    def _problems(self) -> Iterator[str]:
        photos, classes = self.probabilities.shape
        lengths = {name: len(getattr(self, name)) for name in ("targets", "groups", "folds")}
        if self.features is not None:
            lengths["features"] = len(self.features)
        for name, length in lengths.items():
            if length != photos:
                yield f"one of {name} a photo is needed, got {length} for {photos} photos"
        if photos and not (self.targets.min() >= 0 and self.targets.max() < classes):
            yield f"targets must lie in [0, {classes})"

    def take(self, rows: Ints) -> Evidence:
        """Return some of the photos."""
        return Evidence(
            self.probabilities[rows],
            self.targets[rows],
            self.groups[rows],
            self.folds[rows],
            None if self.features is None else self.features[rows],
        )


@dataclass(frozen=True, eq=False)
class NewPhotos:
    """What each fold's networks say of one attribute of new photos.

    The vote of all networks is no substitute: a mean over networks is less extreme than what is
    known of the old photos, whose other networks were trained on them.

    Attributes:
        probabilities: By each of the K fold votes, [K, M, C].
        features: Projected by each fold's own projection, [K, M, D].
    """

    probabilities: Floats
    features: Floats | None = None


@dataclass(frozen=True, eq=False)
class Sample:
    """New photos as the old ones are: each answered by one fold's networks.

    Attributes:
        probabilities: [M, C].
        folds: Whose networks answered, [M].
        features: [M, D].
        size: Different photos that they amount to, at most M: one that is there three times tells
            no more than one.
    """

    probabilities: Floats
    folds: Ints
    features: Floats | None
    size: int

    def __len__(self) -> int:
        """Return M."""
        return len(self.folds)


def known_classes(evidence: Evidence, new: NewPhotos) -> tuple[Ints, Evidence, NewPhotos]:
    """Return the classes that old photos have, and what is said of these classes alone."""
    known = np.unique(evidence.targets)
    if len(known) == evidence.probabilities.shape[1]:
        return known, evidence, new
    targets = np.searchsorted(known, evidence.targets)
    old = replace(evidence, probabilities=_among(evidence.probabilities, known), targets=targets)
    return known, old, replace(new, probabilities=_among(new.probabilities, known))


def _among(probabilities: Floats, classes: Ints) -> Floats:
    some = probabilities[..., classes]
    return np.asarray(some / np.maximum(some.sum(axis=-1, keepdims=True), 1e-12))


def thin(evidence: Evidence, most: int, rng: np.random.Generator) -> Evidence:
    """Return about as many photos of whole groups, the same for the same generator."""
    if len(evidence.targets) <= most:
        return evidence
    names, codes, counts = np.unique(evidence.groups, return_inverse=True, return_counts=True)
    order = rng.permutation(len(names))
    chosen = np.zeros(len(names), dtype=bool)
    chosen[order[: max(1, int(np.searchsorted(counts[order].cumsum(), most, side="right")))]] = (
        True
    )
    return evidence.take(np.flatnonzero(chosen[codes]))


def deal(new: NewPhotos, folds: Ints, most: int, rng: np.random.Generator) -> Sample:
    """Give each new photo to one fold's networks, as often as the old photos have that fold.

    Args:
        new: What each fold's networks say.
        folds: Folds of the old photos, [N].
        most: More photos than that are sampled.
        rng: Decides which.
    """
    votes, photos = new.probabilities.shape[:2]
    rows = np.sort(rng.permutation(photos)[:most])
    shares = np.bincount(folds, minlength=votes) / len(folds)
    dealt = rng.choice(votes, size=len(rows), p=shares)
    features = None if new.features is None else new.features[dealt, rows]
    size = len(rows) if new.features is None else _effective(new.features[0, rows])
    return Sample(new.probabilities[dealt, rows], dealt, features, size)


def _effective(features: Floats) -> int:
    """Return the photos, squared, over the sum of the squares of how often each is there.

    Features and not probabilities tell photos apart: of many photos a vote is equally sure. They
    are rounded, as a photo's numbers depend a little on what stands beside it in a batch.

    References:
        Kish (1965), Survey sampling, section 11.7.
    """
    counts = np.unique(features[:, :_TOLD_APART].round(3), axis=0, return_counts=True)[1]
    return max(1, round(float(counts.sum() ** 2 / (counts**2).sum())))
