"""How far scores of one configuration lie apart, and which trials are no worse than the best."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite, sqrt
from statistics import fmean, stdev

# Student's t, 95 % from below, by degrees of freedom from 1.
_T95 = (
    6.314, 2.920, 2.353, 2.132, 2.015, 1.943, 1.895, 1.860, 1.833, 1.812,
    1.796, 1.782, 1.771, 1.761, 1.753, 1.746, 1.740, 1.734, 1.729, 1.725,
)  # fmt: skip


@dataclass(frozen=True)
class Noise:
    """What trainings of one configuration with different seeds say of each other.

    Attributes:
        scores: Of two trainings at least.
    """

    scores: tuple[float, ...]

    @property
    def mean(self) -> float:
        """What the configuration is worth, without the luck that made it the best."""
        return fmean(self.scores)

    @property
    def deviation(self) -> float:
        """The standard deviation of one training's score; of few seeds only roughly known."""
        return stdev(self.scores)

    @property
    def limit(self) -> float:
        """The score above which one more training of the configuration would lie 95 times in 100.

        A trial that scored no less cannot be told from the best one: the lower bound of a
        prediction interval for one new observation, mean - t * s * sqrt(1 + 1/n). It starts at
        the mean of the repeats and not at the best trial's own score, which is the highest of
        many and therefore lucky; and t is Student's, so that few seeds give a wide limit.

        References:
            Hahn and Meeker, Statistical Intervals, 1991, chapter 4.
        """
        count = len(self.scores)
        return self.mean - _T95[count - 2] * self.deviation * sqrt(1 + 1 / count)


def measure_noise(own: float, repeats: tuple[float, ...]) -> Noise | None:
    """Return the noise of a configuration, or none where it was not trained again.

    A trial that was chosen for its score is no fair draw, so that it counts only beside a single
    repeat, which alone has no spread.

    Args:
        own: The trial's score.
        repeats: Scores of other seeds.

    Example:
        >>> measure_noise(0.9, (0.80, 0.82, 0.84)).mean
        0.82
    """
    able = tuple(score for score in repeats if isfinite(score))[: len(_T95)]
    if not able:
        return None
    return Noise(able if len(able) > 1 else (own, *able))
