import numpy as np
import pytest

from maskopt.votes.shift.proportions import estimate, fit_bias, log_likelihood, reweight

HALF = np.array([[0.5, 0.5]])
UNSURE = np.array([[0.8, 0.2], [0.2, 0.8]], np.float32)  # what is said of two kinds of photo


def test_probabilities_are_multiplied_by_the_ratio_of_proportions_and_normalised() -> None:
    told = reweight(np.array([[0.5, 0.25, 0.25], [0, 0, 1]], np.float32), np.array([2.0, 4, 0.0]))

    assert told.tolist() == [[0.5, 0.5, 0], [0, 0, 0]]


def test_weights_of_one_change_nothing() -> None:
    assert reweight(UNSURE, np.ones(2)).tolist() == UNSURE.tolist()


def test_sure_votes_are_counted_with_one_photo_of_the_old_proportions() -> None:
    sure = np.eye(2, dtype=np.float32)[[0, 0, 0, 1]]

    found = estimate(sure, np.ones((1, 4), np.float32), HALF**0, HALF, HALF)

    assert found[0] == pytest.approx([3.5 / 5, 1.5 / 5])


def test_unsure_votes_are_traced_to_the_proportions_that_explain_them() -> None:
    # 0.62 of the photos look like class 0, and 0.8 * 0.7 + 0.2 * 0.3 = 0.62
    weights = np.array([[62_000, 38_000], [50_000, 50_000]], np.float32)
    halves = np.repeat(HALF, 2, axis=0)

    found = estimate(UNSURE, weights, halves**0, halves, halves)

    assert found == pytest.approx(np.array([[0.7, 0.3], [0.5, 0.5]]), abs=1e-3)


def test_a_class_that_no_photo_shows_stays_above_zero() -> None:
    sure = np.eye(2, dtype=np.float32)[[0] * 99]

    found = estimate(sure, np.ones((1, 99), np.float32), HALF**0, HALF, HALF)

    assert found[0, 1] == pytest.approx(0.5 / 100)


def test_the_bias_makes_the_mean_probability_the_class_share() -> None:
    rng = np.random.default_rng(0)
    said = rng.dirichlet([2, 1, 1], 500).astype(np.float32)
    shares = np.array([[0.2, 0.3, 0.5], [0.6, 0.2, 0.2]])

    bias = fit_bias(said, np.ones((2, 500), np.float32), shares)

    for each, share in zip(bias, shares, strict=True):
        assert reweight(said, each).mean(axis=0) == pytest.approx(share, abs=1e-4)


def test_biased_votes_on_photos_like_the_old_give_back_the_old_proportions() -> None:
    rng = np.random.default_rng(1)
    said = rng.dirichlet([2, 1, 1], 500).astype(np.float32)
    everyone, shares = np.ones((1, 500), np.float32), np.array([[0.2, 0.3, 0.5]])
    bias = fit_bias(said, everyone, shares)

    found = estimate(said, everyone, bias / shares, shares, np.full((1, 3), 1 / 3))

    assert found == pytest.approx(shares, abs=1e-3)


def test_the_found_proportions_are_likelier_than_any_near_them() -> None:
    rng = np.random.default_rng(2)
    said = rng.dirichlet([1, 1, 1], 400).astype(np.float32)
    weights, ones = rng.integers(0, 3, (1, 400)).astype(np.float32), np.ones((1, 3))
    found = estimate(said, weights * 1000, ones, ones / 3, ones / 3)

    for step in ([0.01, -0.01, 0], [0, 0.01, -0.01], [-0.01, 0, 0.01], [-0.01, 0.01, 0]):
        there = found + np.array(step)
        assert there.min() > 0
        assert log_likelihood(said, weights, there) < log_likelihood(said, weights, found)
