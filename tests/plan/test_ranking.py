"""1,600 photos: a score of 0.8 has a standard error of 0.01, and luck may be twice that."""

import pytest

from maskopt.plan.ranking import MOST_NEAR, Ranking
from maskopt.records import EpochReport, TrialRecord, TrialState

CONFIG = {"backbone": "test_resnet", "image_size": 32}


def trial(number: int, *curve: tuple[float, float]) -> TrialRecord:
    """Return a complete trial with a score and a validation loss an epoch."""
    reports = [EpochReport(e, s, 1.0, v, 1.0) for e, (s, v) in enumerate(curve, 1)]
    return TrialRecord(number, TrialState.COMPLETE, CONFIG, tuple(reports))


def ranked(*trials: TrialRecord, photos: int = 1600) -> list[int]:
    ranking = Ranking(photos)
    for each in trials:
        ranking.take(each)
    return list(ranking)


def test_of_trials_that_luck_may_part_from_the_best_the_one_with_the_least_loss_is_first() -> None:
    trials = trial(0, (0.80, 0.6)), trial(1, (0.79, 0.4)), trial(2, (0.785, 0.5))
    assert ranked(*trials) == [1, 2, 0]
    assert ranked(*trials, photos=40_000) == [0, 1, 2]


def test_a_trial_that_is_surely_worse_is_behind_them_whatever_its_loss() -> None:
    trials = trial(0, (0.77, 0.1)), trial(1, (0.80, 0.6)), trial(2, (0.79, 0.5))
    assert ranked(*trials) == [2, 1, 0]


def test_of_equal_losses_the_higher_score_goes_first_then_the_earlier() -> None:
    trials = trial(0, (0.79, 0.5)), trial(1, (0.80, 0.5)), trial(2, (0.79, 0.5))
    assert ranked(*trials) == [1, 0, 2]


def test_the_loss_is_that_of_the_epoch_to_which_its_networks_are_trained() -> None:
    """The first one's third epoch has less loss, and a score that is no more within an error."""
    trials = trial(0, (0.70, 0.9), (0.80, 0.5), (0.70, 0.3)), trial(1, (0.80, 0.4))
    assert ranked(*trials) == [1, 0]


def test_a_loss_that_is_no_number_is_behind_all_others() -> None:
    assert ranked(trial(0, (0.80, float("nan"))), trial(1, (0.79, 9.0))) == [1, 0]


def test_trials_that_noise_makes_equal_stay_before_all_others() -> None:
    ranking = Ranking(1600)
    for each in (trial(0, (0.80, 0.6)), trial(1, (0.79, 0.4)), trial(2, (0.5, 0.9))):
        ranking.take(each)
    assert ranking.prefer([2, 0])
    assert list(ranking) == [2, 0, 1]


def test_a_vote_gains_nothing_by_what_is_surely_worse_and_has_a_twentieth_more_loss() -> None:
    """At 0.80 luck ends at 0.78, and 0.40 times 1.05 is 0.42."""
    ranking = Ranking(1600)
    ranking.take(trial(0, (0.80, 0.40)))
    ranking.take(trial(1, (0.79, 0.60)))  # which luck may have kept from the best score
    ranking.take(trial(2, (0.77, 0.41)))
    ranking.take(trial(3, (0.76, 0.421)))
    ranking.take(trial(4, (0.75, float("nan"))))
    assert ranking.promising(5) == [0, 1, 2]
    assert ranking.promising(2) == [0, 1]
    ranking.prefer([0, 3])
    assert ranking.promising(5) == [0, 3, 1, 2]


def test_without_a_trial_none_is_promising() -> None:
    assert Ranking(1600).promising(5) == []


def test_one_that_failed_since_is_taken_out() -> None:
    ranking = Ranking(1600)
    ranking.take(trial(0, (0.80, 0.4)))
    ranking.take(trial(1, (0.80, 0.5)))
    ranking.drop(0)
    assert list(ranking) == [1]
    assert list(Ranking()) == []


@pytest.mark.parametrize("count", [MOST_NEAR, MOST_NEAR + 2])
def test_of_very_many_that_lie_so_near_only_the_best_are_ordered_by_loss(count: int) -> None:
    trials = [trial(n, (0.8 - n / 1e5, 1.0 - n / 1e3)) for n in range(count)]
    last = list(range(MOST_NEAR, count))
    assert ranked(*trials) == [*range(MOST_NEAR - 1, -1, -1), *last]
