import numpy as np
import pytest
from sklearn.metrics import accuracy_score, f1_score

from maskopt.votes.significance import (
    Interval,
    difference_interval,
    interval,
    mean_interval,
    resample_scores,
    score_interval,
    score_of,
)


def draw(photos: int, right: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    targets = random.integers(0, 3, photos)
    return targets, np.where(random.random(photos) < right, targets, (targets + 1) % 3)


def test_scores_with_weights_are_those_of_scikit_learn() -> None:
    targets, predicted = draw(200, 0.6)
    weights = np.random.default_rng(1).integers(0, 4, 200).astype(float)
    assert score_of("macro_f1", 3)(targets, predicted, weights) == pytest.approx(
        f1_score(targets, predicted, average="macro", sample_weight=weights)
    )
    assert score_of("accuracy", 3)(targets, predicted, weights) == pytest.approx(
        accuracy_score(targets, predicted, sample_weight=weights)
    )


def test_a_class_without_photos_is_left_out() -> None:
    # by hand: class 0 is 2*2/(3+2), class 1 is 1, class 2 is predicted but has no photo
    targets, predicted = np.array([0, 0, 0, 1]), np.array([0, 0, 2, 1])
    assert score_of("macro_f1", 4)(targets, predicted, None) == pytest.approx((0.8 + 1) / 2)


def test_an_unknown_objective_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^objective must be macro_f1 or accuracy, got 'auc'$"):
        score_of("auc", 3)


def test_an_interval_of_an_accuracy_is_that_of_the_binomial() -> None:
    targets, predicted = draw(2000, 0.7)
    found = score_interval("accuracy", 3, targets, predicted, np.arange(2000))
    error = (found.score * (1 - found.score) / 2000) ** 0.5
    assert found.low == pytest.approx(found.score - 1.96 * error, abs=0.003)
    assert found.high == pytest.approx(found.score + 1.96 * error, abs=0.003)


def test_photos_of_one_person_do_not_narrow_the_interval() -> None:
    targets, predicted = draw(200, 0.7)
    alone = score_interval("accuracy", 3, targets, predicted, np.arange(200))
    ten = [np.repeat(each, 10) for each in (targets, predicted, np.arange(200))]
    assert score_interval("accuracy", 3, *ten) == alone


def test_what_two_predictions_share_cancels_out() -> None:
    targets, first = draw(1000, 0.7)
    second = first.copy()
    second[:20] = targets[:20]
    found = resample_scores(
        "accuracy", 3, targets, {"first": first, "second": second}, np.arange(1000)
    )
    difference = difference_interval(found["second"], found["first"])
    assert 0 < difference.low < difference.score < difference.high < 0.02
    assert interval(*found["second"]).low < interval(*found["first"]).high


def test_the_mean_of_unequal_groups_is_that_of_their_photos() -> None:
    values, groups = np.array([1.0, 0.0, 0.0, 0.0]), np.array([0, 1, 1, 1])
    found = mean_interval(values, groups)
    assert found == Interval(0.25, 0.0, 1.0)  # both groups, or one of them twice


def test_many_groups_are_drawn_in_parts_of_the_same_numbers() -> None:
    values = np.random.default_rng(0).normal(size=30_000)
    found = mean_interval(values, np.arange(30_000), resamples=300)
    error = 1 / 30_000**0.5
    assert found.high - found.low == pytest.approx(2 * 1.96 * error, rel=0.2)


def test_a_seed_repeats_the_interval_and_another_does_not() -> None:
    targets, predicted = draw(100, 0.7)
    first, again, other = (
        score_interval("macro_f1", 3, targets, predicted, np.arange(100), seed=seed)
        for seed in (1, 1, 2)
    )
    assert first == again
    assert first != other


def test_an_interval_is_told_in_three_digits() -> None:
    found = Interval(0.8123, 0.8, 0.8249)
    assert str(found) == "0.812 (0.800 to 0.825)"
    assert found.to_dict() == {"score": 0.8123, "low": 0.8, "high": 0.8249}
