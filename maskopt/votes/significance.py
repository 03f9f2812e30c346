"""Significance: intervals of scores by a bootstrap over groups, not over photos.

Photos of one person are alike: drawing photos would promise too much. Compared predictions are
scored on the same resamples, so that what they share cancels out.
Letters of shapes: N photos, G groups, R resamples, C classes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.integer[Any]]
Doubles = NDArray[np.float64]

RESAMPLES = 1000
_CHUNK = 1 << 22  # numbers drawn at once


@dataclass(frozen=True)
class Interval:
    """A score, or a difference of two, with its 95 % interval.

    Attributes:
        score: On the photos as they are.
        low: 2.5 % of the resamples lie below.
        high: 2.5 % of the resamples lie above.
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


def interval(score: float, resampled: Doubles) -> Interval:
    """Return a score with the middle 95 % of its resamples, [R]."""
    low, high = np.percentile(resampled, [2.5, 97.5])
    return Interval(score, float(low), float(high))


def score_of(objective: str, class_count: int) -> Callable[[Ids, Ids, Doubles | None], float]:
    """Return a function of true ids [N], predicted ids [N] and weights [N], or None for ones.

    It gives the macro F1 over the classes that occur, or the accuracy, as `votes.scores` does.

    Raises:
        ValueError: The objective has another name.
    """
    if objective not in ("macro_f1", "accuracy"):
        raise ValueError(f"objective must be macro_f1 or accuracy, got {objective!r}")

    def macro_f1(targets: Ids, predicted: Ids, weights: Doubles | None) -> float:
        right = targets == predicted
        kept = None if weights is None else weights[right]
        hits = np.bincount(targets[right], kept, class_count)
        true = np.bincount(targets, weights, class_count)
        both = true + np.bincount(predicted, weights, class_count)
        present = true > 0
        return float((2 * hits[present] / both[present]).mean())

    def accuracy(targets: Ids, predicted: Ids, weights: Doubles | None) -> float:
        return float(np.average(targets == predicted, weights=weights))

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
) -> dict[str, tuple[float, Doubles]]:
    """Return each prediction's score and its scores on resampled groups, [R].

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
    random = np.random.default_rng(seed)
    group_count = int(groups.max()) + 1
    drawn: dict[str, list[float]] = {name: [] for name in predictions}
    for _ in range(resamples):
        chosen = random.integers(0, group_count, group_count, dtype=np.int32)
        times = np.bincount(chosen, minlength=group_count).astype(np.float64)
        weights = times[groups]
        for name, predicted in predictions.items():
            drawn[name].append(score(targets, predicted, weights))
    return {
        name: (score(targets, predicted, None), np.array(drawn[name]))
        for name, predicted in predictions.items()
    }


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


def difference_interval(first: tuple[float, Doubles], second: tuple[float, Doubles]) -> Interval:
    """Return first minus second, both of one call of `resample_scores`."""
    return interval(first[0] - second[0], first[1] - second[1])


def mean_interval(
    values: Doubles, groups: Ids, *, resamples: int = RESAMPLES, seed: int = 0
) -> Interval:
    """Return the mean of a number a photo, [N], with its interval over resampled groups."""
    sizes = np.bincount(groups).astype(np.float64)  # [G]
    sums = np.bincount(groups, weights=values)
    random = np.random.default_rng(seed)
    at_once = max(1, _CHUNK // len(sums))
    means = []
    for start in range(0, resamples, at_once):
        shape = (min(at_once, resamples - start), len(sums))
        drawn = random.integers(0, len(sums), shape, dtype=np.int32)
        means.append(sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1))
    return interval(float(values.mean()), np.concatenate(means))
