from __future__ import annotations

import random
from math import sqrt

import pytest

from maskopt.records import measure_noise


def test_a_spread_is_that_of_the_repeats_and_not_of_the_lucky_one() -> None:
    noise = measure_noise(0.9, (0.80, 0.82, 0.84))
    assert noise is not None
    assert noise.scores == (0.80, 0.82, 0.84)
    assert (noise.mean, noise.deviation) == (pytest.approx(0.82), pytest.approx(0.02))
    # Student's t of 2 degrees of freedom, 95 % from below, is 2.920.
    assert noise.limit == pytest.approx(0.82 - 2.920 * 0.02 * sqrt(4 / 3), abs=1e-4)


def test_beside_a_single_repeat_the_trial_itself_counts() -> None:
    noise = measure_noise(0.9, (0.8,))
    assert noise is not None
    assert noise.scores == (0.9, 0.8)
    # Of 1 degree of freedom it is 6.314, and the deviation of two is their distance / sqrt(2).
    assert noise.limit == pytest.approx(0.85 - 6.314 * 0.1 / sqrt(2) * sqrt(3 / 2), abs=1e-3)


def test_without_a_repeat_nothing_is_known() -> None:
    assert measure_noise(0.9, ()) is None
    assert measure_noise(0.9, (float("nan"),)) is None


def test_repeats_that_agree_leave_no_room() -> None:
    noise = measure_noise(0.9, (0.8, 0.8))
    assert noise is not None
    assert noise.limit == pytest.approx(0.8)


@pytest.mark.parametrize("seeds", [2, 3, 20])
def test_one_more_training_lies_above_the_limit_95_times_in_100(seeds: int) -> None:
    chance = random.Random(seeds)
    above = 0
    for _ in range(4000):
        drawn = [chance.gauss(0.8, 0.01) for _ in range(seeds + 1)]
        noise = measure_noise(1.0, tuple(drawn[1:]))
        assert noise is not None
        above += drawn[0] >= noise.limit
    assert above / 4000 == pytest.approx(0.95, abs=0.01)
