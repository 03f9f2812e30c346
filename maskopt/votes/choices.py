"""Choices: the vote of a bundle, with all that speaks for it.

Letters of shapes: N photos, C_a classes of an attribute.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maskopt.votes.out_of_fold import Floats, Ints
from maskopt.votes.verdicts import Comparison, Score

MemberName = tuple[str, int]
"""A study's name and the trial's number."""


@dataclass(frozen=True, eq=False)
class AttributeEvidence:
    """What the chosen ensemble says of one attribute out of fold.

    Attributes:
        probabilities: Calibrated, by vote shares, [N, C_a].
        targets: True class ids, [N].
        groups: Numbers of the photos' groups, [N].
        folds: Fold of each photo in the block's first study, [N].
        photos: Absolute paths, [N].
    """

    probabilities: Floats
    targets: Ints
    groups: Ints
    folds: Ints
    photos: NDArray[np.str_]


@dataclass(frozen=True, eq=False)
class Choice:
    """The vote of a bundle: who votes on what, how, and how well.

    Attributes:
        ensembles: Attributes with the vote share of each member, by study and trial; each wanted
            attribute stands in one.
        views: Name of the test-time augmentation by study, of studies that vote.
        temperatures: One a head of each member that votes.
        strategy: `greedy`, `soft` or `single`; `mixed` where ensembles differ in it, which they
            can where they share no photos.
        reason: Why, a sentence or two with figures.
        notes: What else is to be known, sentences.
        compared: Strategies side by side, of each ensemble and of all attributes together.
        scores: Honest score of each attribute.
        joint: Honest score of all attributes together, or None.
        joint_reason: Why there is none; empty where there is one.
        evidence: By attribute: what the chosen ensemble says of photos it never saw.
        priors: Class proportions by attribute, among all photos of the studies that vote on it.
    """

    ensembles: tuple[tuple[tuple[str, ...], Mapping[MemberName, float]], ...]
    views: Mapping[str, str]
    temperatures: Mapping[MemberName, tuple[float, ...]]
    strategy: str
    reason: str
    notes: tuple[str, ...]
    compared: tuple[Comparison, ...]
    scores: Mapping[str, Score]
    joint: Score | None
    joint_reason: str
    evidence: Mapping[str, AttributeEvidence]
    priors: Mapping[str, tuple[float, ...]]

    def facts(self) -> dict[str, Any]:
        """Return plain values as a bundle's card has them."""
        return {
            "scores": {
                "attributes": {name: score.to_dict() for name, score in self.scores.items()},
                "joint": self.joint.to_dict() if self.joint else None,
                "joint_reason": self.joint_reason,
                "how": _how([*self.scores.values(), *([self.joint] if self.joint else [])]),
            },
            "compared": [comparison.to_dict() for comparison in self.compared],
            "reason": self.reason,
            "notes": list(self.notes),
        }


def _how(scores: Sequence[Score]) -> str:
    """Return how the scores came about, a sentence or two."""
    start = (
        "Measured out of fold: temperatures, augmentation, best member and vote shares were "
        "fitted on other groups than they are scored on. Intervals are a bootstrap over groups."
    )
    if all(score.searched for score in scores):
        end = " The search judged trials by these photos too: the scores are a little optimistic."
    elif any(score.searched for score in scores):
        end = " Some scores are of photos that the search judged trials by, a little optimistic."
    elif any(score.left_out for score in scores):
        end = " Photos that the search judged trials by are left out."
    else:
        end = ""
    return start + end
