"""Whether a correction raised macro F1 where the true classes are known."""

from __future__ import annotations

import numpy as np

from maskopt.votes.shift.photos import Evidence, Ints
from maskopt.votes.shift.proportions import Doubles, Floats
from maskopt.votes.shift.rehearsals import Rehearsals

STRENGTHS = (1.0, 0.75, 0.5, 0.25)
"""Powers of the ratio of proportions that are tried. Votes that are trained or chosen for macro F1
take rare classes to be more frequent than they are: all of a correction then goes too far."""


def best_strength(evidence: Evidence, rehearsals: Rehearsals) -> tuple[float, Doubles]:
    """Return the strength that raised macro F1 most on average, and its gains, [B].

    Of equal ones the stronger is returned.
    """
    tried = {strength: gains(evidence, rehearsals, strength) for strength in STRENGTHS}
    best = max(STRENGTHS, key=lambda strength: float(tried[strength].mean()))
    return best, tried[best]


def gains(evidence: Evidence, rehearsals: Rehearsals, strength: float = 1.0) -> Doubles:  # [B]
    """Return by how much each rehearsal's correction raised its macro F1.

    Args:
        evidence: What was rehearsed on.
        rehearsals: What was estimated.
        strength: Power of the ratio of proportions.
    """
    before = evidence.probabilities.argmax(axis=1)
    odds = ((rehearsals.found / rehearsals.shares) ** strength).astype(np.float32)
    found = np.empty(len(odds))
    for place, (weights, factors) in enumerate(zip(rehearsals.new, odds, strict=True)):
        rows = np.flatnonzero(weights)
        after = (evidence.probabilities[rows] * factors).argmax(axis=1)
        told = evidence.targets[rows], weights[rows], len(factors)
        found[place] = _macro_f1(after, *told) - _macro_f1(before[rows], *told)
    return found


def _macro_f1(predicted: Ints, targets: Ints, weights: Floats, classes: int) -> float:
    cells = np.bincount(targets * classes + predicted, weights, minlength=classes**2)
    matrix = cells.reshape(classes, classes)
    whole = matrix.sum(axis=0) + matrix.sum(axis=1)
    present = matrix.sum(axis=1) > 0
    return float((2 * np.diag(matrix)[present] / whole[present]).mean())
