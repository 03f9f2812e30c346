import numpy as np
import pytest

from maskopt.search.improvement import expected_improvement, most_promising
from maskopt.search.points import Points
from maskopt.search.process import Observed, Process
from maskopt.space import Choice, FloatRange, Option, SearchSpace

SPACE = SearchSpace({"x": FloatRange(0.0, 1.0), "loss": Choice((Option("good"), Option("bad")))})


def test_expected_improvement_is_what_the_formula_says():
    gains = expected_improvement(np.array([0.0, 1.0, -9.0]), np.array([1.0, 0.5, 0.5]), 0.0)
    assert gains == pytest.approx([0.398942, 1.004245, 0.0], abs=1e-6)


@pytest.fixture
def tried():
    """Scores with their best at 0.7 of the good option."""
    points, chance = Points(SPACE), np.random.default_rng(0)
    rows = points.draw(chance, 25)
    values = -((rows[:, 0] - 0.7) ** 2) * 10 - (rows[:, 1] == 1)
    features, owners = points.features(rows)
    process = Process(owners, 2)
    seen = Observed(features, np.ones(25), values - values.mean())
    process.fit(seen, chance, 30)
    return points, process.condition(seen), rows


def test_the_most_promising_point_lies_where_the_best_ones_are(tried):
    points, posterior, rows = tried
    given = np.full(2, np.nan)
    row = most_promising(points, posterior, rows, given, np.random.default_rng(1))
    assert points.decode(row, 1) == "good"
    assert row[0] == pytest.approx(0.7, abs=0.1)


def test_values_that_are_given_stay(tried):
    points, posterior, rows = tried
    given = np.array([np.nan, 1.0])
    row = most_promising(points, posterior, rows, given, np.random.default_rng(1))
    assert points.decode(row, 1) == "bad"
    assert row[0] == pytest.approx(0.7, abs=0.15)


def test_the_same_chance_gives_the_same_point(tried):
    points, posterior, rows = tried
    given = np.full(2, np.nan)
    first, second = (
        most_promising(points, posterior, rows, given, np.random.default_rng(4)) for _ in range(2)
    )
    np.testing.assert_array_equal(first, second)
