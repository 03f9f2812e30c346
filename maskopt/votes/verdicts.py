"""Verdicts: scores with what belongs to them, strategies side by side, and which one votes.

Letters of shapes: N photos, C classes, R resamples.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from maskopt.errors import plural
from maskopt.labels import Attribute, Head
from maskopt.votes.ballots import JOINTLY, Predictions
from maskopt.votes.honest import unsearched
from maskopt.votes.marginals import join_classes
from maskopt.votes.out_of_fold import Ints
from maskopt.votes.scores import confusion, f1_per_class
from maskopt.votes.shared import Shared
from maskopt.votes.significance import (
    Interval,
    Resampled,
    difference_interval,
    interval,
    resample_scores,
    score_interval,
)

Resampling = dict[str, Resampled]
"""What `resample_scores` gave, by strategy."""

NAMES = {
    "greedy": "the greedy vote",
    JOINTLY: "the greedy vote",
    "soft": "the equal soft vote",
    "single": "the best single member",
}

ORDER = ("greedy", JOINTLY, "soft", "hard", "single")


@dataclass(frozen=True)
class Score:
    """An honest score: of nested predictions on photos whose group nothing was fitted on.

    Attributes:
        objective: `macro_f1` or `accuracy`.
        interval: The score with its 95 % interval over groups.
        photos: How many were scored.
        left_out: How many were not, as they lie in folds that the search judged trials by.
        searched: Whether scored photos lie in such folds: then the score is a little optimistic.
        f1: One a class; None where no photo is of the class.
        confusion: Photos by true class (row) and predicted class.
    """

    objective: str
    interval: Interval
    photos: int
    left_out: int
    searched: bool
    f1: tuple[float | None, ...]
    confusion: tuple[tuple[int, ...], ...]

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {
            "objective": self.objective,
            **self.interval.to_dict(),
            "photos": self.photos,
            "left_out": self.left_out,
            "searched": self.searched,
            "f1": list(self.f1),
            "confusion": [list(row) for row in self.confusion],
        }


@dataclass(frozen=True)
class Standing:
    """A strategy's honest score and its number of members."""

    strategy: str
    members: int
    interval: Interval

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        start = {"strategy": self.strategy, "members": self.members}
        return {**start, **self.interval.to_dict()}


@dataclass(frozen=True)
class Comparison:
    """Strategies side by side.

    Attributes:
        of: The attributes' names joined by `+`, or `joint` for all together.
        chosen: The strategy that votes.
        rows: One a strategy.
    """

    of: str
    chosen: str
    rows: tuple[Standing, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        rows = [row.to_dict() for row in self.rows]
        return {"of": self.of, "chosen": self.chosen, "rows": rows}


def score(
    shared: Shared,
    attributes: Sequence[Attribute],
    said: Mapping[str, Ints],
    objective: str,
    seed: int,
) -> Score:
    """Return the honest score of some attributes' product, given predicted ids by attribute."""
    true, rows = _true(shared, attributes)
    predicted = join_classes(attributes, [said[a.name] for a in attributes])[rows]
    count = Head(tuple(attributes)).class_count
    matrix = confusion(true, predicted, count)
    groups = _codes(shared.groups[rows])
    return Score(
        objective,
        score_interval(objective, count, true, predicted, groups, seed=seed),
        len(rows),
        len(shared) - len(rows),
        bool(shared.searched[rows].any()),
        tuple(None if np.isnan(f1) else float(f1) for f1 in f1_per_class(matrix)),
        tuple(tuple(row) for row in matrix.tolist()),
    )


def resample(
    shared: Shared,
    attributes: Sequence[Attribute],
    predictions: Predictions,
    objective: str,
    seed: int,
) -> Resampling:
    """Return each strategy's score over some attributes' product, also on resampled groups."""
    true, rows = _true(shared, attributes)
    joined = {
        strategy: join_classes(attributes, [said[a.name] for a in attributes])[rows]
        for strategy, said in predictions.items()
    }
    count = Head(tuple(attributes)).class_count
    return resample_scores(objective, count, true, joined, _codes(shared.groups[rows]), seed=seed)


def standings(resampled: Resampling, members: Mapping[str, int]) -> tuple[Standing, ...]:
    """Return every strategy's score with its interval, given its number of members."""
    return tuple(
        Standing(strategy, members[strategy], interval(*scores))
        for strategy in ORDER
        if (scores := resampled.get(strategy))
    )


def better_greedy(resampled: Resampling) -> str:
    """Return which greedy vote to take: the joint one where its score is not lower."""
    if JOINTLY in resampled and resampled[JOINTLY][0] >= resampled["greedy"][0]:
        return JOINTLY
    return "greedy"


def judge_vote(
    asked: str, resampled: Resampling, members: Mapping[str, int], surplus: Mapping[str, int]
) -> tuple[str, str]:
    """Return the strategy that votes and the reason, a sentence.

    Where the choice is free, a vote is taken only if it beats the best single member: the 95 %
    interval of the difference, on the same resampled groups, lies above 0.

    Args:
        asked: `auto`, `greedy`, `soft` or `single`.
        resampled: What `resample` gave.
        members: Number of members by strategy.
        surplus: Votes beyond one an ensemble by strategy.
    """
    greedy = better_greedy(resampled)
    vote, single = resampled[greedy], resampled["single"]
    if not surplus["soft"]:
        return "single", f"there is one member an ensemble: it scores {interval(*single)}"
    each = " of each ensemble" if members["single"] > 1 else ""
    figures = (
        f"{NAMES['greedy']} of {plural(members[greedy], 'member')} scores {interval(*vote)}, "
        f"{NAMES['single']}{each} {interval(*single)}"
    )
    if asked != "auto":
        chosen = greedy if asked == "greedy" else asked
        own = f"; {NAMES['soft']} {interval(*resampled['soft'])}" if asked == "soft" else ""
        return chosen, f"{NAMES[chosen]} was asked for: {figures}{own}"
    if not surplus[greedy] and greedy != JOINTLY:
        return "single", f"selection gives all votes to one member an ensemble: {figures}"
    gain = difference_interval(vote, single)
    figures = f"{figures}; the vote gains {gain}"
    if gain.low > 0:
        return greedy, f"{figures} and is taken"
    taken = "the smaller one" if members[greedy] > members["single"] else NAMES["single"]
    return "single", f"{figures}, not surely above 0, so {taken} is taken"


def _true(shared: Shared, attributes: Sequence[Attribute]) -> tuple[Ints, Ints]:
    """Return the true joint ids of the photos to score, and their places."""
    true = join_classes(attributes, [shared.targets[a.name] for a in attributes])
    rows = np.flatnonzero(unsearched(shared, true))
    return true[rows], rows


def _codes(groups: Ints) -> Ints:
    return np.unique(groups, return_inverse=True)[1].reshape(-1).astype(np.int64)
