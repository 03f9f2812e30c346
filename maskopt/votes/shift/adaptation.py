"""Estimate new photos' class proportions and decide whether to correct for them.

Letters of shapes: N old photos, M new photos, K fold networks, C classes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from maskopt.votes.shift.likeness import chance, confidences, features_by_fold, unlikeness
from maskopt.votes.shift.photos import Evidence, Ints, NewPhotos, Sample, deal, known_classes, thin
from maskopt.votes.shift.proportions import Doubles, estimate, fit_bias
from maskopt.votes.shift.rehearsals import class_shares, interval, rehearse, shift_gain
from maskopt.votes.shift.usefulness import best_strength
from maskopt.votes.shift.wording import FEWEST, holds, sentences

MOST = 5_000
"""Of more old or new photos, as many are drawn for the rehearsals."""
REHEARSALS = 200


@dataclass(frozen=True, eq=False)
class Adaptation:
    """What is estimated of new photos, and whether predictions are to be corrected by it.

    Attributes:
        proportions: Estimated class proportions of the new photos, [C]. A class that no old
            photo has keeps its prior: nothing can be told of it.
        low: Lower ends of their 95 % intervals, [C].
        high: Upper ends, [C].
        priors: Class proportions of the old photos, [C].
        applied: Whether predictions are to be corrected.
        reasons: Why, or why not: whole sentences.
        weights: What `reweight` takes, [C]: proportion over prior to the power of the strength;
            all 1 where nothing is to be corrected.
        figures: What the reasons rest on, by name: how often chance alone gives such a `shift`,
            and such a difference in `confidences` and `features`; the `strength` of the
            correction that did best in the rehearsals, its mean `gain` in macro F1 over them,
            and in which part of them it was `better`.
    """

    proportions: Doubles
    low: Doubles
    high: Doubles
    priors: Doubles
    applied: bool
    reasons: tuple[str, ...]
    weights: Doubles
    figures: Mapping[str, float]


def adapt(evidence: Evidence, new: NewPhotos, *, seed: int = 0) -> Adaptation:
    """Estimate new photos' class proportions; correct for them only where that should help.

    The correction is right if the new photos differ in nothing but how many there are of each
    class. It is applied if the shift is greater than chance makes, rehearsals of it on old
    photos raise macro F1, and the new photos look like a re-weighting of the old ones. How
    strongly is chosen by the rehearsals: on real faces whose seniors were tripled, all of the
    correction lost 0.008 macro F1 and a quarter of it (in logarithms) won 0.021.

    What it cannot do. New photos' groups are unknown: they are taken to be as large as the old
    ones' on average, and intervals are too narrow where they are larger (copies of one photo
    are known by their features, and count as fewer). An interval holds the
    truth only if nothing but proportions differs; of other photos it means nothing. A difference
    in kind is seen in the means of confidences and of features' main directions: one that
    leaves them alone, or touches few photos, passes. Where proportions and kind differ both,
    nothing is corrected, though a part of it might help; so small a difference as a brightness
    of 0.8 is enough. Classes with a handful of old photos are estimated as roughly as the
    intervals say. The shift must be large enough to pay: a few hundred new photos seldom do.

    Args:
        evidence: What the vote says of old photos that its networks never saw.
        new: What each fold's networks say of the new photos.
        seed: Decides the draws; the same seed gives the same answer.

    Raises:
        ValueError: The two differ in classes, or a fold of the evidence has no network.

    References:
        Saerens, Latinne & Decaestecker (2002), Adjusting the outputs of a classifier to new a
        priori probabilities; Lipton, Wang & Smola (2018), Detecting and correcting for label
        shift with black box predictors, for tests before a correction.
    """
    _check(evidence, new)
    rng = np.random.default_rng(seed)
    classes = evidence.probabilities.shape[1]
    priors = np.bincount(evidence.targets, minlength=classes) / max(len(evidence.targets), 1)
    old = thin(evidence, MOST, rng)
    known, old, new = known_classes(old, new)
    photos, counts = new.probabilities.shape[1], (len(old.targets), len(known))
    if len(known) < 2 or not photos or len(np.unique(old.groups)) < 2:
        return _unchanged(priors, sentences({}, photos, *counts))
    sample = deal(new, old.folds, MOST, rng)
    part, low, high, figures = _study(old, sample, rng)
    unchanged = _unchanged(priors, sentences(figures, photos, *counts))
    rest = priors[known].sum()  # of the classes of which something can be told
    applied = holds(figures) and min(photos, len(old.targets)) >= FEWEST
    ratios = part * rest / priors[known] if applied else np.ones(len(known))
    ratios **= figures["strength"]
    return replace(
        unchanged,
        proportions=_put(priors, known, part * rest),
        low=_put(unchanged.low, known, low * rest),
        high=_put(unchanged.high, known, high * rest),
        applied=applied,
        weights=_put(unchanged.weights, known, ratios),
        figures=figures,
    )


def _unchanged(priors: Doubles, reasons: tuple[str, ...]) -> Adaptation:
    none, all_ones = np.zeros_like(priors), np.ones_like(priors)
    return Adaptation(priors, none, all_ones, priors, False, reasons, all_ones, {})


def _study(
    old: Evidence, sample: Sample, rng: np.random.Generator
) -> tuple[Doubles, Doubles, Doubles, dict[str, float]]:
    everyone = np.ones((1, len(old.targets)), np.float32)
    every_new = np.ones((1, len(sample)), np.float32)
    shares = class_shares(old.targets, everyone, old.probabilities.shape[1])
    bias = fit_bias(old.probabilities, everyone, shares)
    found = estimate(sample.probabilities, every_new, bias / shares, shares, shares)
    none = rehearse(old, shares[0], sample.size, REHEARSALS, rng)
    usual = shift_gain(old.probabilities, none.new, none.bias, none.shares, none.found)
    seen = shift_gain(sample.probabilities, every_new, bias, shares, found)[0]
    same = rehearse(old, found[0], sample.size, REHEARSALS, rng)
    strength, raised = best_strength(old, same)
    figures = {
        "strength": strength,
        "shift": chance(float(seen), usual),
        "gain": float(raised.mean()),
        "better": float((raised > 0).mean()),
        "confidences": unlikeness(old, confidences(old, sample), found[0], same),
    }
    if (pair := features_by_fold(old, sample)) is not None:
        figures["features"] = unlikeness(old, pair, found[0], same)
    draws = sample.size * len(np.unique(old.groups)) / len(old.targets)
    low, high = interval(found[0], same.found, max(draws, 1.0))
    return found[0], low, high, figures


def _put(values: Doubles, places: Ints, new: Doubles) -> Doubles:
    changed = values.astype(np.float64)
    changed[places] = new
    return changed


def _check(evidence: Evidence, new: NewPhotos) -> None:
    votes, _, classes = new.probabilities.shape
    known = evidence.probabilities.shape[1]
    if classes != known:
        raise ValueError(f"new photos have {classes} classes, the evidence {known}")
    if len(evidence.folds) and evidence.folds.max() >= votes:
        raise ValueError(f"fold {evidence.folds.max()} of the evidence is none of {votes} votes")
