import numpy as np
import pytest

from maskopt.vision.samplers import class_balanced, shuffled

CLASS_IDS = np.repeat([0, 4, 7], [30, 20, 11])


def test_shuffled_shows_every_photo_once_in_another_order_each_time() -> None:
    random = np.random.default_rng(0)
    draw = shuffled(CLASS_IDS)
    first, second = draw(random), draw(random)
    assert sorted(first) == sorted(second) == list(range(61))
    assert first.tolist() != second.tolist()


def test_class_balanced_shows_classes_equally_often_in_an_epoch_of_the_same_length() -> None:
    order = class_balanced(CLASS_IDS)(np.random.default_rng(0))
    shown = CLASS_IDS[order]
    assert len(order) == 61
    assert sorted((shown == each).sum() for each in (0, 4, 7)) == [20, 20, 21]


def test_class_balanced_mixes_the_classes_over_the_epoch() -> None:
    shown = CLASS_IDS[class_balanced(CLASS_IDS)(np.random.default_rng(0))]
    assert {0, 4, 7} == set(shown[:15]) == set(shown[-15:])


def test_class_balanced_reaches_every_photo_in_time() -> None:
    random, draw = np.random.default_rng(0), class_balanced(CLASS_IDS)
    seen = np.concatenate([draw(random) for _ in range(20)])
    assert set(seen) == set(range(61))


@pytest.mark.parametrize("build", [shuffled, class_balanced])
def test_the_same_generator_gives_the_same_order(build) -> None:
    orders = [build(CLASS_IDS)(np.random.default_rng(3)).tolist() for _ in range(2)]
    assert orders[0] == orders[1]
