"""A score of 0.5 on 100 photos has a standard error of 0.05."""

from math import nan

import pytest

from maskopt.records import EpochReport, settled_epoch


def reports(*curve: tuple[float, float]) -> list[EpochReport]:
    return [EpochReport(e, score, 1.0, loss, 1.0) for e, (score, loss) in enumerate(curve, 1)]


@pytest.mark.parametrize(
    ("curve", "epoch"),
    [
        ([(0.4, 0.1), (0.5, 0.9), (0.46, 0.8)], 3),
        ([(0.4, 0.1), (0.5, 0.9), (0.44, 0.8)], 2),
        ([(0.46, 0.7), (0.5, 0.9), (0.46, 0.8)], 1),
        ([(0.46, 0.7), (0.5, 0.7), (0.46, 0.7)], 2),
        ([(0.5, nan), (0.48, 0.9), (nan, 0.1)], 2),
        ([(0.48, nan), (0.5, nan)], 2),
        ([(1.0, 0.9), (0.99, 0.1)], 1),
        ([(0.5, 0.6), (0.53, 0.61), (0.57, 0.7)], 3),
    ],
    ids=[
        "least loss within one error of the best",
        "beyond it the best stays",
        "earlier ones count too",
        "of equal losses the best score",
        "no score and no loss never win",
        "without losses the best score",
        "a perfect score has no error",
        "weights that were let go do not come back when those that were kept fall behind",
    ],
)
def test_the_settled_epoch_is(curve: list[tuple[float, float]], epoch: int) -> None:
    assert settled_epoch(reports(*curve), photos=100) == epoch
