import numpy as np
import pytest

from maskopt.votes.shift.photos import Evidence
from maskopt.votes.shift.rehearsals import class_shares, draw, interval, rehearse
from maskopt.votes.shift.usefulness import STRENGTHS, best_strength, gains

from .shifted import world


def test_whole_groups_are_drawn_until_there_are_enough_photos() -> None:
    groups = np.repeat(np.arange(50), 4)

    drawn = draw(groups, np.ones(200, np.float32), 120, 30, np.random.default_rng(0))

    assert drawn.sum(axis=1).tolist() == [120] * 30
    assert (drawn.reshape(30, 50, 4) == drawn.reshape(30, 50, 4)[:, :, :1]).all()
    assert drawn.max() > 1


def test_wanted_photos_come_as_often_as_they_weigh_whoever_shares_their_group() -> None:
    groups, wanted = np.array([0, 0, 1, 1, 2, 3]), np.array([3, 1, 1, 1, 3, 0], np.float32)

    drawn = draw(groups, wanted, 4000, 20, np.random.default_rng(0))

    assert drawn.mean(axis=0) / drawn.mean(axis=0)[1] == pytest.approx(wanted, abs=0.1)


def test_class_shares_count_one_more_photo() -> None:
    shares = class_shares(np.array([0, 0, 1, 1]), np.array([[1, 2, 0, 0]], np.float32), 2)

    assert shares.tolist() == [[3.5 / 4, 0.5 / 4]]


def test_planted_proportions_are_found_again_on_average() -> None:
    evidence, _, _ = world([700, 620, 180], [1, 0, 0])
    planted = np.array([0.3, 0.3, 0.4])

    found = rehearse(evidence, planted, 800, 60, np.random.default_rng(0)).found

    assert found.mean(axis=0) == pytest.approx(planted, abs=0.02)
    assert (found.std(axis=0) > 0.005).all()


def test_an_interval_is_moved_against_the_bias_that_rehearsals_show() -> None:
    # rehearsed estimates lie 0.1 +- 0.05 too high: the truth lies under the estimate
    rehearsed = np.array([[0.65 + 0.1 * step / 40] for step in range(-20, 21)]) - 0.05

    low, high = interval(np.array([0.5]), rehearsed, 1000)

    assert low == pytest.approx([1 - 0.6475], abs=2e-3)
    assert high == pytest.approx([0.6475], abs=2e-3)


def test_what_no_draw_shows_may_make_up_three_draws() -> None:
    low, high = interval(np.array([0.001, 0.999]), np.array([[0.001, 0.999]] * 9), 100)

    assert (low.tolist(), high.tolist()) == ([0.001, 0.97], [0.03, 0.999])


def test_a_rehearsal_of_a_strong_shift_gains_and_one_of_none_does_not() -> None:
    evidence, _, _ = world([700, 620, 180], [1, 0, 0])
    rng = np.random.default_rng(0)

    shifted = gains(evidence, rehearse(evidence, np.array([0.2, 0.2, 0.6]), 800, 40, rng))
    same = gains(evidence, rehearse(evidence, np.array([0.467, 0.413, 0.12]), 800, 40, rng))

    assert (shifted > 0).mean() == 1
    assert abs(same.mean()) < 0.005


def test_a_vote_that_takes_rare_classes_for_frequent_is_corrected_less() -> None:
    """Its probabilities are those of a world with three times as many of the rare class."""
    evidence, _, _ = world([700, 620, 180], [1, 0, 0])
    biased = evidence.probabilities * np.array([1, 1, 3], np.float32)
    biased /= biased.sum(axis=1, keepdims=True)
    rare = Evidence(biased, evidence.targets, evidence.groups, evidence.folds)
    rehearsed = rehearse(rare, np.array([0.33, 0.29, 0.38]), 800, 40, np.random.default_rng(0))

    strength, gained = best_strength(rare, rehearsed)

    means = {each: gains(rare, rehearsed, each).mean() for each in STRENGTHS}
    assert strength == 0.25
    assert gained.mean() == max(means.values()) > means[1.0]
