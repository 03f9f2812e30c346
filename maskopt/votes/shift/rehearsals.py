"""Rehearsals: label shifts planted in old photos, estimated as if their classes were unknown.

The old photos stand for the world. A rehearsal draws old photos from it, to calibrate on, and new
ones with given class proportions, both by groups with replacement: what is estimated then
varies for every reason for which the real estimate does.

Letters of shapes: N old photos, G groups, C classes, B rehearsals.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from maskopt.votes.shift.photos import Evidence, Ints
from maskopt.votes.shift.proportions import Doubles, Floats, estimate, fit_bias, log_likelihood


@dataclass(frozen=True, eq=False)
class Rehearsals:
    """Draws of old and new photos, and what was estimated of them.

    Attributes:
        proportions: What was planted, [C].
        old: How often a photo was drawn as an old one, [B, N].
        new: How often as a new one, [B, N].
        shares: Class proportions of the old draws, [B, C].
        bias: What they were calibrated by, [B, C].
        found: Estimated proportions of the new draws, [B, C].
    """

    proportions: Doubles
    old: Floats
    new: Floats
    shares: Doubles
    bias: Doubles
    found: Doubles


def class_shares(targets: Ints, weights: Floats, classes: int) -> Doubles:  # [B, C]
    """Return class proportions of weighted photos; one photo more keeps them above 0.

    Args:
        targets: True class ids, [N].
        weights: Of the photos, [B, N].
        classes: C.
    """
    onehot = (targets[:, None] == np.arange(classes)).astype(np.float32)
    all_photos = onehot.mean(axis=0, dtype=np.float64)
    counts = (weights @ onehot).astype(np.float64)
    return np.asarray((counts + all_photos) / (counts.sum(axis=1, keepdims=True) + 1))


def shift_gain(
    probabilities: Floats, weights: Floats, bias: Doubles, shares: Doubles, found: Doubles
) -> Doubles:  # [B]
    """Return how much likelier the found proportions are than the old ones (log-likelihood)."""
    odds = bias / shares
    before = log_likelihood(probabilities, weights, bias)
    return log_likelihood(probabilities, weights, found * odds) - before


def rehearse(
    evidence: Evidence, proportions: Doubles, photos: int, count: int, rng: np.random.Generator
) -> Rehearsals:
    """Plant class proportions in as many draws of new photos and estimate them.

    Args:
        evidence: What is drawn from.
        proportions: To plant, [C]; above 0 only where a class has evidence.
        photos: New photos in a draw.
        count: B.
        rng: What is drawn by.
    """
    targets, probabilities = evidence.targets, evidence.probabilities
    classes = probabilities.shape[1]
    everyone = np.ones((1, len(targets)), np.float32)
    base = np.bincount(targets, minlength=classes) / len(targets)
    planted = np.divide(proportions, base, out=np.zeros(classes), where=base > 0)
    old = draw(evidence.groups, everyone[0], len(targets), count, rng)
    new = draw(evidence.groups, planted[targets].astype(np.float32), photos, count, rng)
    shares = class_shares(targets, old, classes)
    start = fit_bias(probabilities, everyone, class_shares(targets, everyone, classes))
    bias = fit_bias(probabilities, old, shares, np.repeat(start, count, axis=0))
    begin = np.repeat(np.maximum(proportions, 1e-4)[None], count, axis=0)
    found = estimate(probabilities, new, bias / shares, shares, begin)
    return Rehearsals(proportions, old, new, shares, bias, found)


def interval(found: Doubles, rehearsed: Doubles, draws: float) -> tuple[Doubles, Doubles]:
    """Return ends between which each true proportion lies 95 times in 100.

    The basic bootstrap's interval, which takes a bias of the estimate into account, and the
    percentile interval, which holds near 0 and 1, are joined; and what none of n independent
    draws showed may still make up 3 / n.

    Args:
        found: The estimate, [C].
        rehearsed: Estimates in rehearsals at these proportions, [B, C].
        draws: Independent draws that the new photos amount to: photos, if each is a group.

    References:
        Davison & Hinkley (1997), Bootstrap methods and their application, section 5.2;
        Hanley & Lippman-Hand (1983), If nothing goes wrong, is everything all right?
    """
    least, most = np.quantile(rehearsed, (0.025, 0.975), axis=0)
    low = np.minimum(np.minimum(2 * found - most, least), 1 - 3 / draws)
    high = np.maximum(np.maximum(2 * found - least, most), 3 / draws)
    return np.clip(low, 0, found), np.clip(high, found, 1)


def draw(
    groups: Ints, weights: Floats, photos: int, count: int, rng: np.random.Generator
) -> Floats:  # [B, N]
    """Draw whole groups with replacement until there are about as many photos.

    A group is drawn as often as its photos weigh; in it each photo counts by its weight, so
    that any proportions can be planted where a group has photos of several classes.

    Args:
        groups: Codes, [N].
        weights: How often a photo is wanted, [N].
        photos: To draw.
        count: B.
        rng: What is drawn by.
    """
    names, codes = np.unique(groups, return_inverse=True)
    sizes = np.bincount(codes, minlength=len(names))
    weighs = np.bincount(codes, weights, minlength=len(names)) / sizes
    chances = weighs / weighs.sum()
    times = max(1, round(photos / float(chances @ sizes)))
    counts = rng.multinomial(times, chances, size=count).astype(np.float32)
    within = weights / np.maximum(weighs[codes], 1e-12)
    return np.asarray(counts[:, codes] * within.astype(np.float32))
