"""A few numbers in place of many features, by which old and new photos are compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_ROWS = 4000
_SWEEPS = 4


@dataclass(frozen=True, eq=False)
class Projection:
    """Whitened main directions of one network's features; other networks have others.

    Attributes:
        mean: Of the features, [F].
        components: By which centred features are multiplied, [F, D].
    """

    mean: Floats
    components: Floats

    def apply(self, features: NDArray[Any]) -> Floats:
        """Return D numbers a photo, of mean 0 and variance 1 on the photos it was fitted to.

        Args:
            features: Of the same network, [..., F].
        """
        return np.asarray((features.astype(np.float32) - self.mean) @ self.components)


def fit_projection(features: NDArray[Any], *, dimensions: int = 32) -> Projection:
    """Find the directions in which a network's features vary most.

    Args:
        features: Of the photos of the fold that the network never saw, [n, F].
        dimensions: D; directions without variance come out as zeros.

    Returns:
        Plain arrays; `apply` them to new photos' features of the same network.

    References:
        Halko, Martinsson & Tropp (2011), Finding structure with randomness, algorithm 4.4.
    """
    rng = np.random.default_rng(0)
    rows = np.sort(rng.permutation(len(features))[:_ROWS])
    taken = features[rows].astype(np.float32)
    mean = taken.mean(axis=0)
    centred = taken - mean
    start = rng.standard_normal((taken.shape[1], dimensions + 8), dtype=np.float32)
    basis = np.linalg.qr(centred @ start)[0]
    for _ in range(_SWEEPS):
        basis = np.linalg.qr(centred @ np.linalg.qr(centred.T @ basis)[0])[0]
    _, values, directions = np.linalg.svd(basis.T @ centred, full_matrices=False)
    spread = values / np.sqrt(max(len(taken) - 1, 1))
    scale = np.where(
        spread > 1e-6 * max(spread[:1].sum(), 1e-30), 1 / np.maximum(spread, 1e-30), 0
    )
    components = np.zeros((taken.shape[1], dimensions), np.float32)
    found = (directions * scale[:, None])[:dimensions].T
    components[:, : found.shape[1]] = found
    return Projection(mean, components)
