"""Whether new photos look like a re-weighting of the old ones.

If only class proportions differ, the mean of anything that is measured on the new photos is the
mean of its class means on the old ones, weighted by the new proportions. What is left over
is compared with what is left over in rehearsals, where nothing else differs.

Letters of shapes: N old photos, M new photos, B rehearsals, J measurements, C classes.
"""

from __future__ import annotations

from math import erfc, sqrt

import numpy as np

from maskopt.votes.shift.photos import Evidence, Ints, Sample
from maskopt.votes.shift.proportions import Doubles, Floats
from maskopt.votes.shift.rehearsals import Rehearsals

_BINS = 3


def confidences(evidence: Evidence, sample: Sample) -> tuple[Floats, Floats]:
    """Return which predicted class and level of confidence a photo has: [N, J] and [M, J]."""
    classes = evidence.probabilities.shape[1]
    top = evidence.probabilities.max(axis=1)
    said = evidence.probabilities.argmax(axis=1)
    levels = np.linspace(0, 1, _BINS + 1)[1:-1]
    cuts = np.full((classes, len(levels)), 0.5)
    for each in np.unique(said):
        cuts[each] = np.quantile(top[said == each], levels)

    def cells(probabilities: Floats) -> Floats:
        said, top = probabilities.argmax(axis=1), probabilities.max(axis=1)
        level = (top[:, None] > cuts[said]).sum(axis=1)
        return np.asarray(np.eye(classes * _BINS, dtype=np.float32)[said * _BINS + level])

    return cells(evidence.probabilities), cells(sample.probabilities)


def features_by_fold(evidence: Evidence, sample: Sample) -> tuple[Floats, Floats] | None:
    """Return features in columns of their own for each fold's network: [N, J] and [M, J].

    Two networks' directions have nothing in common: in shared columns a difference could cancel.
    None where there are no features, or none that vary.
    """
    if evidence.features is None or sample.features is None:
        return None
    if not evidence.features.size or not np.ptp(evidence.features, axis=0).any():
        return None  # constants: in them any photos are alike
    folds = int(max(evidence.folds.max(), sample.folds.max())) + 1

    def spread(features: Floats, of: Ints) -> Floats:
        own = of[:, None, None] == np.arange(folds)[:, None]
        return np.where(own, features[:, None, :], np.float32(0)).reshape(len(of), -1)

    return spread(evidence.features, evidence.folds), spread(sample.features, sample.folds)


def unlikeness(
    evidence: Evidence, pair: tuple[Floats, Floats], found: Doubles, rehearsals: Rehearsals
) -> float:
    """Compare what the found proportions leave over with what they leave over in rehearsals.

    Args:
        evidence: The old photos.
        pair: Measurements of old and new photos, [N, J] and [M, J].
        found: Estimated proportions of the new photos, [C].
        rehearsals: At these proportions.

    Returns:
        How often chance alone leaves over as much.
    """
    old, new = pair
    everyone = np.ones((1, len(old)), np.float32)
    here = new.mean(axis=0, dtype=np.float64) - _expected(old, evidence, everyone, found[None])[0]
    drawn = rehearsals.new / rehearsals.new.sum(axis=1, keepdims=True)
    there = drawn @ old - _expected(old, evidence, rehearsals.old, rehearsals.found)
    if not (np.isfinite(here).all() and np.isfinite(there).all()):
        return 0.0  # a network that gives no numbers has seen nothing like this
    centre, spread = there.mean(axis=0), there.std(axis=0)
    used = spread > 1e-9
    scaled = (there[:, used] - centre[used]) / spread[used]
    usual = (scaled**2).sum(axis=1)
    seen = float((((here[used] - centre[used]) / spread[used]) ** 2).sum())
    return chance(seen, usual)


def chance(seen: float, usual: Doubles) -> float:
    """Return how probable so great a sum of squares is, given sums that chance made.

    References:
        Wilson & Hilferty (1931), The distribution of chi-square, for the cube root;
        Satterthwaite (1946) for the degrees of freedom, 2 * mean**2 / variance.
    """
    mean, variance = float(usual.mean()), float(usual.var())
    if mean <= 0 or variance <= 0:
        return 1.0 if seen <= mean else 0.0
    step = variance / mean**2 / 9
    return erfc(((max(seen, 0.0) / mean) ** (1 / 3) - 1 + step) / sqrt(step) / sqrt(2)) / 2


def _expected(old: Floats, evidence: Evidence, weights: Floats, found: Doubles) -> Doubles:
    total = np.zeros((len(weights), old.shape[1]))
    for each in np.unique(evidence.targets):
        rows = np.flatnonzero(evidence.targets == each)
        some = weights[:, rows]
        mean = (some @ old[rows]) / np.maximum(some.sum(axis=1, keepdims=True), 1e-9)
        total += found[:, each, None] * mean
    return total
