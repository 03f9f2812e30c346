"""Significance: intervals of scores by a bootstrap over groups, not over photos.

Photos of one person are alike: drawing photos would promise too much. Compared predictions are
scored on the same resamples, so that what they share cancels out.
Letters of shapes: N photos, G groups, R resamples, C classes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.integer[Any]]
Doubles = NDArray[np.float64]

RESAMPLES = 1000
_CHUNK = 1 << 22  # numbers drawn at once
_FEWEST = 6  # of fewer groups, all agree by chance more often than 1 time in 40: 2 ** -5


@dataclass(frozen=True)
class Interval:
    """A score, or a difference of two, with its 95 % interval.

    Attributes:
        score: On the photos as they are.
        low: Its lower end.
        high: Its upper end.
    """

    score: float
    low: float
    high: float

    def __str__(self) -> str:
        """Return `0.812 (0.801 to 0.823)`."""
        return f"{self.score:.3f} ({self.low:.3f} to {self.high:.3f})"

    def to_dict(self) -> dict[str, float]:
        """Return plain values for JSON."""
        return asdict(self)


Resampled = tuple[float, Doubles, int]
"""A score, the scores of its resamples, [R], and the number of groups they were drawn from."""


def interval(score: float, resampled: Doubles, groups: int) -> Interval:
    """Return a score in [0, 1] with its 95 % interval.

    The middle 95 % of the resamples is joined with the same moved by twice their bias: a rare
    class scores lower in resamples than in the sample, and lower in the sample than in the world.
    And what no group showed may still be so in 3 of as many groups.

    Args:
        score: On the photos as they are.
        resampled: On resampled groups, [R].
        groups: G.

    References:
        Davison & Hinkley (1997), Bootstrap methods and their application, section 5.2;
        Hanley & Lippman-Hand (1983), If nothing goes wrong, is everything all right?
    """
    least, most = np.percentile(resampled, [2.5, 97.5])
    moved = 2 * (score - resampled.mean())
    low = min(least, least + moved, 1 - 3 / groups, score)
    high = max(most, most + moved, 3 / groups, score)
    return Interval(score, max(float(low), 0.0), min(float(high), 1.0))


def score_of(objective: str, class_count: int) -> Callable[[Ids, Ids], float]:
    """Return a function of true and predicted class ids, [N] each, that gives their score.

    The macro F1 over the classes that occur, or the accuracy, as `votes.scores` gives them, but
    quick and unchecked, to be called many thousand times.

    Raises:
        ValueError: The objective has another name.
    """
    if objective not in ("macro_f1", "accuracy"):
        raise ValueError(f"objective must be macro_f1 or accuracy, got {objective!r}")

    def macro_f1(targets: Ids, predicted: Ids) -> float:
        hits = np.bincount(targets[targets == predicted], minlength=class_count)
        true = np.bincount(targets, minlength=class_count)
        both = true + np.bincount(predicted, minlength=class_count)
        present = true > 0
        return float((2 * hits[present] / both[present]).mean())

    def accuracy(targets: Ids, predicted: Ids) -> float:
        return float((targets == predicted).mean())

    return macro_f1 if objective == "macro_f1" else accuracy


def resample_scores(
    objective: str,
    class_count: int,
    targets: Ids,
    predictions: Mapping[str, Ids],
    groups: Ids,
    *,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> dict[str, Resampled]:
    """Return each prediction's score, its scores on resampled groups, [R], and G.

    Args:
        objective: `macro_f1` or `accuracy`.
        class_count: C.
        targets: True class ids, [N].
        predictions: Predicted class ids by any name, [N] each.
        groups: Number of each photo's group, from 0 to G - 1, [N].
        resamples: R.
        seed: Another seed draws other groups.
    """
    score = score_of(objective, class_count)
    tallies = [_tally(targets, groups, class_count)]
    for predicted in predictions.values():
        right = targets == predicted
        tallies.append(_tally(targets[right], groups[right], class_count))
        tallies.append(_tally(predicted, groups, class_count))
    group_count = int(groups.max()) + 1
    counts = _resample(tallies, group_count, class_count, resamples, seed)
    form = _macro_f1 if objective == "macro_f1" else _accuracy
    return {
        name: (
            score(targets, predicted),
            form(counts[0], counts[1 + 2 * place], counts[2 + 2 * place]),
            group_count,
        )
        for place, (name, predicted) in enumerate(predictions.items())
    }


def _tally(class_ids: Ids, groups: Ids, class_count: int) -> tuple[Ids, Ids]:
    """Return cells, group * C + class, that hold photos, rising, and how many."""
    cells = groups.astype(np.int64) * class_count + class_ids
    found, counts = np.unique(cells, return_counts=True)
    return found, counts


def _resample(
    tallies: Sequence[tuple[Ids, Ids]], groups: int, classes: int, resamples: int, seed: int
) -> list[Doubles]:
    """Return each tally's photos by class on resampled groups, [R, C].

    One matrix product a stretch of groups: whole numbers under 2 ** 24 are exact in float32.
    """
    random = np.random.default_rng(seed)
    times = np.empty((resamples, groups), np.uint8)  # how often each group is drawn
    for row in times:
        drawn = random.integers(0, groups, groups, dtype=np.int32)
        row[:] = np.bincount(drawn, minlength=groups)
    found = [np.zeros((resamples, classes)) for _ in tallies]
    stretch = max(1, _CHUNK // max(classes, resamples))
    for start in range(0, groups, stretch):
        end = min(start + stretch, groups)
        weights = times[:, start:end].astype(np.float32)
        for (cells, counts), total in zip(tallies, found, strict=True):
            low, high = np.searchsorted(cells, [start * classes, end * classes])
            dense = np.zeros((end - start) * classes, np.float32)
            dense[cells[low:high] - start * classes] = counts[low:high]
            total += weights @ dense.reshape(-1, classes)
    return found


def _macro_f1(true: Doubles, hits: Doubles, said: Doubles) -> Doubles:
    f1 = 2 * hits / np.maximum(true + said, 1)
    present = true > 0
    return np.asarray((f1 * present).sum(axis=1) / present.sum(axis=1), np.float64)


def _accuracy(true: Doubles, hits: Doubles, said: Doubles) -> Doubles:
    return np.asarray(hits.sum(axis=1) / true.sum(axis=1), np.float64)


def score_interval(
    objective: str,
    class_count: int,
    targets: Ids,
    predicted: Ids,
    groups: Ids,
    *,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Interval:
    """Return the score of predicted class ids with its interval; arguments as above."""
    scores = resample_scores(
        objective, class_count, targets, {"": predicted}, groups, resamples=resamples, seed=seed
    )
    return interval(*scores[""])


def difference_interval(first: Resampled, second: Resampled) -> Interval:
    """Return first minus second, both of one call of `resample_scores`.

    The interval is the middle 95 % of the resamples; of fewer than 6 groups it is -1 to 1, as
    their resamples agree too often by chance.
    """
    if first[2] < _FEWEST:
        return Interval(first[0] - second[0], -1.0, 1.0)
    return _middle(first[0] - second[0], first[1] - second[1])


def _middle(value: float, resampled: Doubles) -> Interval:
    low, high = np.percentile(resampled, [2.5, 97.5])
    return Interval(value, float(low), float(high))


def mean_interval(
    values: Doubles, groups: Ids, *, resamples: int = RESAMPLES, seed: int = 0
) -> Interval:
    """Return the mean of a number a photo, [N], with its interval over resampled groups.

    Of fewer than 6 groups it has no ends.
    """
    if groups.max() + 1 < _FEWEST:
        return Interval(float(values.mean()), -np.inf, np.inf)
    sizes = np.bincount(groups).astype(np.float64)  # [G]
    sums = np.bincount(groups, weights=values)
    random = np.random.default_rng(seed)
    at_once = max(1, _CHUNK // len(sums))
    means = []
    for start in range(0, resamples, at_once):
        shape = (min(at_once, resamples - start), len(sums))
        drawn = random.integers(0, len(sums), shape, dtype=np.int32)
        means.append(sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1))
    return _middle(float(values.mean()), np.concatenate(means))
