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


@pytest.mark.parametrize("objective", ["macro_f1", "accuracy"])
def test_resampled_scores_are_those_of_the_photos_written_out(objective: str) -> None:
    targets, predicted = draw(60, 0.6)
    groups = np.arange(60) // 3
    (found,) = resample_scores(
        objective, 3, targets, {"": predicted}, groups, resamples=20, seed=4
    ).values()
    random = np.random.default_rng(4)
    drawn = [random.integers(0, 20, 20, dtype=np.int32) for _ in range(20)]
    rows = [np.concatenate([np.flatnonzero(groups == g) for g in each]) for each in drawn]
    if objective == "macro_f1":
        expected = [f1_score(targets[r], predicted[r], average="macro") for r in rows]
        assert found[0] == pytest.approx(f1_score(targets, predicted, average="macro"))
    else:
        expected = [accuracy_score(targets[r], predicted[r]) for r in rows]
        assert found[0] == pytest.approx(accuracy_score(targets, predicted))
    assert found[1] == pytest.approx(expected)


def test_stretches_of_groups_add_up(monkeypatch: pytest.MonkeyPatch) -> None:
    targets, predicted = draw(200, 0.6)
    asked = "macro_f1", 3, targets, {"": predicted}, np.arange(200) // 2
    whole = resample_scores(*asked)[""][1]
    monkeypatch.setattr("maskopt.votes.significance._CHUNK", 7000)
    assert resample_scores(*asked)[""][1].tolist() == whole.tolist()


def test_a_class_without_photos_is_left_out() -> None:
    # by hand: class 0 is 2*2/(3+2), class 1 is 1, class 2 is predicted but has no photo
    targets, predicted = np.array([0, 0, 0, 1]), np.array([0, 0, 2, 1])
    assert score_of("macro_f1", 4)(targets, predicted) == pytest.approx((0.8 + 1) / 2)
    found = score_interval("macro_f1", 4, targets, predicted, np.zeros(4, np.int64))
    assert found == Interval(0.9, 0.0, 1.0)  # one group tells nothing of others


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
    values, groups = np.array([1.0, *[0.0] * 15]), np.array([0, *np.repeat(np.arange(1, 6), 3)])
    found = mean_interval(values, groups)
    # the first group of one photo comes at most four times among six in 97.5 % of the draws
    assert found == Interval(1 / 16, 0.0, pytest.approx(3 / 12))


def test_what_no_group_showed_may_be_so_in_three_of_as_many() -> None:
    targets, groups = np.arange(60) % 3, np.arange(60) // 2
    for objective in ("accuracy", "macro_f1"):
        right = score_interval(objective, 3, targets, targets, groups)
        wrong = score_interval(objective, 3, targets, (targets + 1) % 3, groups)
        assert (right, wrong) == (Interval(1.0, 0.9, 1.0), Interval(0.0, 0.0, 0.1))


def test_an_interval_is_joined_with_one_moved_against_the_bias_of_resamples() -> None:
    # their middle is 0.5 to 0.6, their mean 0.55: 0.05 too low, in the sample and again in them
    resampled = np.concatenate([np.full(500, 0.5), np.full(500, 0.6)])
    assert interval(0.6, resampled, 1000) == Interval(0.6, 0.5, pytest.approx(0.7))
    assert interval(0.5, resampled, 1000) == Interval(0.5, pytest.approx(0.4), 0.6)


def test_intervals_of_many_classes_hold_the_truth() -> None:
    random = np.random.default_rng(0)
    held = 0
    for _ in range(100):  # 18 classes of about ten photos each, 20 to 80 % of them right
        targets = random.integers(0, 18, 180)
        right = random.random(180) < np.linspace(0.2, 0.8, 18)[targets]
        predicted = np.where(right, targets, random.integers(0, 18, 180))
        told = targets, predicted, np.arange(180)
        found = score_interval("macro_f1", 18, *told, resamples=300)
        held += found.low <= 0.516 <= found.high  # what three million photos score
    assert held >= 95  # 88 by the resamples alone


@pytest.mark.parametrize(("groups", "proven"), [(5, False), (6, True)])
def test_fewer_than_six_groups_prove_no_difference(groups: int, proven: bool) -> None:
    group_of = np.arange(60) % groups
    targets, worse = np.zeros(60, np.int64), (np.arange(60) < 30).astype(np.int64)
    said = {"better": targets, "worse": worse}
    found = resample_scores("accuracy", 2, targets, said, group_of)
    gain = difference_interval(found["better"], found["worse"])
    assert gain == (Interval(0.5, 0.5, 0.5) if proven else Interval(0.5, -1.0, 1.0))
    loss = mean_interval(np.full(60, -0.5), group_of)
    assert loss == (Interval(-0.5, -0.5, -0.5) if proven else Interval(-0.5, -np.inf, np.inf))


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
