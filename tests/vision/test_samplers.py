"""60 photos: 30 young (20 to 29), 19 middle (30 to 48), 11 senior (60 to 70); every other on."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from maskopt.labels import Attribute, Head, LabelSpace
from maskopt.vision.failures import TrainingError
from maskopt.vision.samplers import (
    Sampler,
    apportion,
    class_balanced,
    class_targets,
    factors,
    shuffled,
    sqrt_balanced,
    under,
)
from maskopt.vision.stock import Stock

AGE = Attribute("age", ("young", "middle", "senior"), (30.0, 60.0))
MASK = Attribute("mask", ("on", "off"))
AGES = np.concatenate([20 + np.arange(30) % 10, 30 + np.arange(19), 60 + np.arange(11)])
CLASS_IDS = np.repeat([0, 1, 2], [30, 19, 11])
STOCK = Stock(LabelSpace((Head((AGE,)),)), CLASS_IDS, 32, {"age": AGES.astype(float)})
BOTH = Stock(
    LabelSpace((Head((MASK,)), Head((AGE,)))), 3 * (np.arange(60) % 2) + CLASS_IDS, 32, {}
)


def epoch(sampler: Sampler, seed: int = 0) -> list[int]:
    return sampler(np.random.default_rng(seed)).tolist()


def per_class(order: list[int]) -> list[int]:
    return np.bincount(CLASS_IDS[order], minlength=3).tolist()


def per_photo(order: list[int]) -> list[int]:
    return np.bincount(order, minlength=60).tolist()


def test_shuffled_shows_every_photo_once_in_another_order_each_time() -> None:
    random = np.random.default_rng(0)
    draw = shuffled(STOCK)
    first, second = draw(random), draw(random)
    assert sorted(first) == sorted(second) == list(range(60))
    assert first.tolist() != second.tolist()


def test_class_balanced_shows_classes_equally_often_in_an_epoch_of_the_same_length() -> None:
    assert per_class(epoch(class_balanced(STOCK))) == [20, 20, 20]


def test_what_auxiliary_heads_learn_is_not_balanced() -> None:
    """Joint classes: 15 and 15 young, 9 and 10 middle, 6 and 5 senior, on and off."""
    space = LabelSpace(BOTH.label_space.heads, auxiliary=("mask",))
    assert per_class(epoch(class_balanced(replace(BOTH, label_space=space)))) == [20, 20, 20]
    assert per_class(epoch(class_balanced(BOTH))) == [20, 20, 20]
    random = np.random.default_rng(0)
    shown = under(replace(BOTH, label_space=space), ratio=1)(random)
    assert per_class(shown.tolist()) == [11, 11, 11]
    assert per_class(under(BOTH, ratio=1)(random).tolist()) == [10, 10, 10]


def test_class_balanced_reaches_every_photo_in_time() -> None:
    random, draw = np.random.default_rng(0), class_balanced(STOCK)
    seen = np.concatenate([draw(random) for _ in range(20)])
    assert set(seen) == set(range(60))


def test_sqrt_balanced_shows_classes_by_the_roots_of_their_photos() -> None:
    """Roots 5.477, 4.359 and 3.317 of 13.153: 24.99, 19.88 and 15.13 of 60 photos."""
    order = epoch(sqrt_balanced(STOCK))
    assert per_class(order) == [25, 20, 15]
    shown = per_photo(order)
    assert set(shown[:30]) == {0, 1}  # each at most once, five not at all
    assert sorted(shown[30:49]) == [1] * 18 + [2]
    assert sorted(shown[49:]) == [1] * 7 + [2] * 4


@pytest.mark.parametrize(
    ("shares", "count", "whole"),
    [([0.5, 0.5], 5, [3, 2]), ([0.34, 0.33, 0.33], 10, [4, 3, 3]), ([1.0], 7, [7])],
    ids=["a tie goes to the first", "largest remainder", "one"],
)
def test_shares_become_whole_numbers_of_the_same_sum(shares, count, whole) -> None:
    assert apportion(np.array(shares), count) == whole


def test_a_class_target_above_its_photos_shows_each_of_them_more_than_once() -> None:
    order = epoch(class_targets(STOCK, senior=25))
    assert per_class(order) == [30, 19, 25]
    shown = per_photo(order)
    assert set(shown[:49]) == {1}
    assert sorted(shown[49:]) == [2] * 8 + [3] * 3


def test_a_class_target_below_its_photos_shows_a_new_part_of_them_each_epoch() -> None:
    draw = class_targets(STOCK, young=8)
    one, two = epoch(draw, 1), epoch(draw, 2)
    assert per_class(one) == per_class(two) == [8, 19, 11]
    assert max(per_photo(one)) == 1
    assert set(one) != set(two)


def test_a_class_target_of_a_range_counts_its_photos() -> None:
    order = epoch(class_targets(STOCK, **{"age 30-39": 40, "senior": 5}))
    assert ((AGES[order] >= 30) & (AGES[order] <= 39)).sum() == 40
    assert per_class(order) == [30, 40 + 9, 5]


@pytest.mark.parametrize(
    ("named", "counts"),
    [
        ({"senior": 2.0}, [30, 19, 22]),
        ({"senior": 3.0, "young": 0.0}, [0, 19, 33]),
        ({"60+": 2.0, "senior": 2.0}, [30, 19, 44]),
        ({"age 30-49": 2.0}, [30, 38, 11]),
        ({"29-30": 2.0}, [33, 20, 11]),
        ({}, [30, 19, 11]),
    ],
    ids=["twice", "thrice and never", "multiplied", "range", "both ends included", "no name"],
)
def test_factors_count_how_often_a_photo_is_shown(named, counts) -> None:
    assert per_class(epoch(factors(STOCK, **named))) == counts


def test_a_whole_factor_shows_each_photo_just_so_often() -> None:
    assert per_photo(epoch(factors(STOCK, senior=3.0))) == [1] * 49 + [3] * 11


def test_a_broken_factor_shows_its_whole_part_always_and_the_rest_by_chance() -> None:
    draw = factors(STOCK, senior=2.25, young=0.5)
    epochs = np.array([per_photo(epoch(draw, seed)) for seed in range(400)])
    young, middle, senior = epochs[:, :30], epochs[:, 30:49], epochs[:, 49:]
    assert (set(young.ravel()), set(middle.ravel()), set(senior.ravel())) == ({0, 1}, {1}, {2, 3})
    # Four standard deviations of 400 draws of a chance of a half, and of a quarter
    assert young.mean(axis=0) == pytest.approx(np.full(30, 0.5), abs=0.1)
    assert senior.mean(axis=0) == pytest.approx(np.full(11, 2.25), abs=0.09)
    lengths = epochs.sum(axis=1)
    assert set(lengths) == {58, 59}  # 15 + 19 + 24.75 on average, give or take one
    assert lengths.mean() == pytest.approx(58.75, abs=0.09)


def test_a_smaller_factor_than_a_photo_an_epoch_is_still_shown_in_time() -> None:
    draw = factors(STOCK, senior=0.02)  # 0.22 photos an epoch
    seen = sum(per_class(epoch(draw, seed))[2] for seed in range(400))
    assert seen == pytest.approx(88, abs=34)  # four standard deviations


@pytest.mark.parametrize(
    ("ratio", "counts"),
    [(1.0, [11, 11, 11]), (1.5, [16, 16, 11]), (2.0, [22, 19, 11]), (9.0, [30, 19, 11])],
)
def test_under_shows_no_class_more_than_so_often_as_the_rarest(ratio, counts) -> None:
    draw = under(STOCK, ratio=ratio)
    one, two = epoch(draw, 1), epoch(draw, 2)
    assert per_class(one) == per_class(two) == counts
    assert max(per_photo(one)) == 1
    assert (set(one) == set(two)) == (ratio == 9.0)  # a new part each epoch


def test_classes_of_several_attributes_are_their_combinations_unless_one_is_named() -> None:
    assert np.bincount(BOTH.joint).tolist() == [15, 10, 5, 15, 9, 6]
    shown = BOTH.joint[epoch(under(BOTH, ratio=1.0))]
    assert np.bincount(shown).tolist() == [5] * 6
    named = epoch(factors(BOTH, **{"mask on": 2.0, "senior": 3.0}))
    assert np.bincount(BOTH.joint[named]).tolist() == [30, 20, 30, 15, 9, 18]


BUILDERS: dict[str, Callable[[Stock], Sampler]] = {
    "shuffled": shuffled,
    "class_balanced": class_balanced,
    "sqrt_balanced": sqrt_balanced,
    "class_targets": lambda stock: class_targets(stock, young=25, senior=50),
    "factors": lambda stock: factors(stock, young=0.7, senior=2.4),
    "under": lambda stock: under(stock, ratio=1.5),
}


@pytest.mark.parametrize("build", BUILDERS.values(), ids=BUILDERS)
def test_the_same_generator_gives_the_same_order_and_another_another(build) -> None:
    assert epoch(build(STOCK), 3) == epoch(build(STOCK), 3) != epoch(build(STOCK), 4)


@pytest.mark.parametrize("build", BUILDERS.values(), ids=BUILDERS)
def test_classes_are_mixed_over_the_epoch(build) -> None:
    order = epoch(build(STOCK))
    assert {0, 1, 2} == set(CLASS_IDS[order[:20]]) == set(CLASS_IDS[order[-20:]])


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (
            lambda: factors(STOCK, young=0.0, middle=0.0, senior=0.0),
            "sampler factors: an epoch would have 0 photos; show more",
        ),
        (
            lambda: class_targets(Stock(STOCK.label_space, CLASS_IDS[:30], 32), young=1),
            "sampler class_targets: an epoch would have 1 photos; show more",
        ),
        (
            lambda: factors(BOTH, **{"60+": 2.0}),
            "'60+' is a range of age, and photos tell no numbers",
        ),
    ],
    ids=["all left out", "one photo", "no numbers"],
)
def test_what_cannot_be_shown_ends_the_trial_with_its_reason(build, message) -> None:
    with pytest.raises(TrainingError) as raised:
        build()
    assert str(raised.value) == message
