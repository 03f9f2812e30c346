"""Evidence as plain arrays by name: what a bundle keeps for `maskopt predict --adapt`.

Letters of shapes: N old photos, K fold networks, C classes, F features, D projected ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maskopt.votes.shift.photos import Evidence
from maskopt.votes.shift.projection import Projection

Arrays = dict[str, NDArray[Any]]

_COLUMNS = ("probabilities", "targets", "groups", "folds")
_FEATURES, _MEANS, _COMPONENTS = "features", "means", "components"


@dataclass(frozen=True, eq=False)
class Rehearsed:
    """What new photos are held against, of one attribute.

    Attributes:
        evidence: The old photos.
        projections: One a fold network, in their order; none where features were not kept.
    """

    evidence: Evidence
    projections: Sequence[Projection] = ()

    @property
    def folds(self) -> int:
        """K, as far as the old photos tell."""
        return int(self.evidence.folds.max(initial=-1)) + 1

    def project(self, features: NDArray[Any]) -> NDArray[np.float32]:
        """Return new photos' features as the old photos' are, [K, M, D] of [K, M, F]."""
        pairs = zip(self.projections, features, strict=True)
        return np.stack([projection.apply(each) for projection, each in pairs])


def to_arrays(attribute: str, rehearsed: Rehearsed) -> Arrays:
    """Return plain arrays by name: `probabilities/age` [N, C], `targets/age` [N], ..."""
    evidence, projections = rehearsed.evidence, rehearsed.projections
    arrays: Arrays = {name: getattr(evidence, name) for name in _COLUMNS}
    if evidence.features is not None and projections:
        arrays[_FEATURES] = evidence.features
        arrays[_MEANS] = np.stack([each.mean for each in projections])
        arrays[_COMPONENTS] = np.stack([each.components for each in projections])
    return {f"{name}/{attribute}": array for name, array in arrays.items()}


def from_arrays(attribute: str, arrays: Mapping[str, NDArray[Any]]) -> Rehearsed | None:
    """Return what `to_arrays` was given; none where the arrays hold nothing of the attribute.

    Raises:
        ValueError: Arrays of one attribute do not belong together.
    """
    found = [arrays.get(f"{name}/{attribute}") for name in _COLUMNS]
    probabilities, targets, groups, folds = found
    if probabilities is None or targets is None or groups is None or folds is None:
        return None
    features = arrays.get(f"{_FEATURES}/{attribute}")
    means = arrays.get(f"{_MEANS}/{attribute}")
    components = arrays.get(f"{_COMPONENTS}/{attribute}")
    if features is None or means is None or components is None:
        return Rehearsed(Evidence(probabilities, targets, groups, folds))
    if not means.shape == components.shape[:2] or components.shape[2:] != features.shape[1:]:
        raise ValueError(
            f"means [K, F], components [K, F, D] and features [N, D] of {attribute} must agree, "
            f"got {means.shape}, {components.shape} and {features.shape}"
        )
    projections = [Projection(*pair) for pair in zip(means, components, strict=True)]
    evidence = Evidence(probabilities, targets, groups, folds, features)
    return Rehearsed(evidence, projections)
