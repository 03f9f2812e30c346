"""What a bundle keeps of the old photos, so that it can rehearse a shift of class proportions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maskopt.votes.choices import AttributeEvidence
from maskopt.votes.evidence import Rehearsed, to_arrays
from maskopt.votes.out_of_fold import HeldOut
from maskopt.votes.shift.photos import Evidence
from maskopt.votes.shift.projection import fit_projection

MOST_PHOTOS = 20_000
"""Photos kept; more would only make bundles larger."""


def rehearsal_arrays(
    attribute: str, known: AttributeEvidence, parts: Sequence[HeldOut], places: Mapping[str, int]
) -> dict[str, NDArray[Any]]:
    """Return what is kept for one attribute, as plain arrays by name.

    Args:
        attribute: Its name.
        known: What the vote says of the old photos, out of fold.
        parts: What each network of the member with the largest share says of its fold.
        places: The photos' places in that member's study, by absolute path.
    """
    chosen = _some(known.groups)
    rows = np.array([places[photo] for photo in known.photos[chosen].tolist()], dtype=np.int64)
    folds, features = np.full(len(rows), -1), np.zeros((len(rows), 0), np.float32)
    projections = [fit_projection(part.features) for part in parts]
    for place, (part, projection) in enumerate(zip(parts, projections, strict=True)):
        found = np.searchsorted(part.rows, rows)
        mine = part.rows[np.minimum(found, len(part.rows) - 1)] == rows
        projected = projection.apply(part.features[found[mine]])
        if not features.shape[1]:
            features = np.zeros((len(rows), projected.shape[1]), np.float32)
        folds[mine], features[mine] = place, projected
    groups = np.unique(known.groups[chosen], return_inverse=True)[1]
    evidence = Evidence(
        known.probabilities[chosen], known.targets[chosen], groups, folds, features
    )
    return to_arrays(attribute, Rehearsed(evidence, projections))


def _some(groups: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the photos to keep, groups whole, in an order that no name decides."""
    turn = np.random.default_rng(0).permutation(int(groups.max()) + 1)[groups]
    if len(groups) <= MOST_PHOTOS:
        return np.arange(len(groups))
    return np.flatnonzero(turn < max(np.sort(turn)[MOST_PHOTOS], 1))  # one group at least
