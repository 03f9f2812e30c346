from __future__ import annotations

import hashlib

import numpy as np
import pytest
from sklearn.model_selection import StratifiedGroupKFold

from maskopt.data.folds import split

pytestmark = pytest.mark.filterwarnings(
    "ignore:The least populated class:UserWarning"  # scikit-learn's, of rare classes
)


def people(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return class ids over mask x gender x age, and groups, of persons with seven photos."""
    chance = np.random.default_rng(seed)
    person = 3 * chance.integers(0, 2, count) + chance.choice(3, count, p=[0.47, 0.46, 0.07])
    class_ids = (6 * np.array([0, 0, 0, 0, 0, 1, 2])[None, :] + person[:, None]).ravel()
    return class_ids, np.repeat([f"person{number:05d}" for number in range(count)], 7)


def crowds(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return class ids and groups of very different sizes and mixtures, some classes rare."""
    chance = np.random.default_rng(seed)
    sizes = chance.geometric(1 / 7, count)
    member = np.repeat(np.arange(count), sizes)
    mixtures = chance.dirichlet(chance.dirichlet(np.full(12, 0.4)) * 0.7 + 1e-6, count)
    drawn = mixtures.cumsum(axis=1)[member] < chance.random(len(member))[:, None]
    return drawn.sum(axis=1).clip(0, 11), np.array([f"crowd{number:05d}" for number in member])


def photos_per_fold(class_ids: np.ndarray, folds: np.ndarray, count: int) -> np.ndarray:
    table = np.zeros((count, class_ids.max() + 1), dtype=np.int64)
    np.add.at(table, (folds, class_ids), 1)
    return table


def missing(class_ids: np.ndarray, groups: np.ndarray, folds: np.ndarray, count: int) -> int:
    """Return how often a fold lacks a class that has enough groups for every fold."""
    table = photos_per_fold(class_ids, folds, count)
    enough = [
        len(np.unique(groups[class_ids == number])) >= count for number in range(table.shape[1])
    ]
    return int((table[:, enough] == 0).sum())


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("make", [people, crowds])
def test_no_group_is_in_two_folds(make, seed):
    class_ids, groups = make(60, seed)
    folds = split(class_ids, groups, count=5, seed=seed)
    for group in np.unique(groups):
        assert len(np.unique(folds[groups == group])) == 1


@pytest.mark.parametrize("seed", range(40))
def test_every_fold_holds_each_class_that_has_a_group_for_every_fold(seed):
    class_ids, groups = crowds(60, seed)
    assert missing(class_ids, groups, split(class_ids, groups, count=5, seed=seed), 5) == 0


def test_people_of_equal_classes_are_dealt_evenly():
    class_ids = np.repeat([0, 1, 2], [50, 35, 15])
    groups = np.array([f"g{number}" for number in range(100)])
    folds = split(class_ids, groups, count=5, seed=1)
    assert photos_per_fold(class_ids, folds, 5).tolist() == [[10, 7, 3]] * 5


def test_folds_hold_equally_many_photos_where_classes_leave_the_choice():
    class_ids, groups = people(300, 3)
    table = photos_per_fold(class_ids, split(class_ids, groups, count=5, seed=20), 5)
    assert table.sum(axis=1).tolist() == [420] * 5


@pytest.mark.parametrize(("make", "count"), [(people, 300), (crowds, 300), (crowds, 60)])
def test_classes_are_missing_no_more_often_than_in_scikit_learns_folds(make, count):
    ours = theirs = 0
    for seed in range(5):
        class_ids, groups = make(count, seed)
        ours += missing(class_ids, groups, split(class_ids, groups, count=5, seed=seed), 5)
        folds = np.zeros(len(groups), dtype=np.int64)
        stock = StratifiedGroupKFold(5, shuffle=True, random_state=seed)
        for fold, (_, held_out) in enumerate(stock.split(class_ids, class_ids, groups)):
            folds[held_out] = fold
        theirs += missing(class_ids, groups, folds, 5)
    assert ours <= theirs


def test_photos_without_groups_are_their_own():
    class_ids = np.arange(1000) % 3
    paths = np.array([f"images/{number}.jpg" for number in range(1000)])
    table = photos_per_fold(class_ids, split(class_ids, paths, count=4, seed=20), 4)
    assert np.ptp(table, axis=0).max() <= 1
    assert np.ptp(table.sum(axis=1)) <= 1


@pytest.mark.parametrize("make", [people, crowds])
def test_the_order_of_photos_does_not_matter(make):
    class_ids, groups = make(80, 5)
    order = np.random.default_rng(0).permutation(len(groups))
    folds = split(class_ids, groups, count=5, seed=20)
    shuffled = split(class_ids[order], groups[order], count=5, seed=20)
    assert shuffled.tolist() == folds[order].tolist()


def test_another_seed_gives_other_folds():
    class_ids, groups = people(80, 5)
    one, two = (split(class_ids, groups, count=5, seed=seed) for seed in (20, 21))
    assert (one != two).mean() > 0.5


def test_folds_are_the_same_on_every_machine_and_for_ever():
    # Frozen from the first version: a study that is resumed must find its folds again.
    class_ids = np.array([(number * number + number // 7) % 5 for number in range(700)])
    groups = np.array([f"g{number * 31 % 97:02d}" for number in range(700)])
    folds = split(class_ids, groups, count=5, seed=20)
    assert hashlib.sha256(bytes(folds.tolist())).hexdigest()[:16] == "c75a3b93b81b2834"


def test_fewer_groups_than_folds_are_refused():
    with pytest.raises(ValueError, match=r"`groups >= folds` must hold, got 2 groups, 3 folds"):
        split(np.array([0, 1, 0]), np.array(["a", "a", "b"]), count=3, seed=0)
