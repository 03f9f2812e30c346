from dataclasses import replace

import numpy as np
import pytest

from maskopt.votes.out_of_fold import OutOfFold
from maskopt.votes.shared import merge_groups, share

from .simulated import AGE, MASK, simulate


def pick(study: OutOfFold, rows: np.ndarray) -> OutOfFold:
    """Return a study of some of its photos, in the given order."""
    return replace(
        study,
        photos=study.photos[rows],
        groups=study.groups[rows],
        folds=study.folds[rows],
        targets={name: ids[rows] for name, ids in study.targets.items()},
        log_probabilities={
            view: tuple(each[:, rows] for each in heads)
            for view, heads in study.log_probabilities.items()
        },
    )


def test_shared_photos_are_found_by_path_whatever_their_order() -> None:
    first = pick(simulate("mask", ((MASK,),), (1.0,), photos=8), np.array([5, 1, 7, 2]))
    second = pick(simulate("age", ((AGE,),), (1.0,), photos=8), np.array([2, 0, 3, 5, 7]))
    shared = share([first, second])
    assert shared is not None
    assert [photo[-1] for photo in shared.photos] == ["5", "7", "2"]
    assert [rows.tolist() for rows in shared.rows] == [[0, 2, 3], [3, 4, 0]]
    assert shared.targets["mask"].tolist() == first.targets["mask"][[0, 2, 3]].tolist()
    assert shared.targets["age"].tolist() == second.targets["age"][[3, 4, 0]].tolist()
    assert shared.folds.tolist() == first.folds[[0, 2, 3]].tolist()
    assert shared.groups.tolist() == [1, 2, 0]  # 5 is of person 2, 7 of person 3, 2 of person 1


def test_studies_of_other_photos_share_nothing() -> None:
    first = simulate("mask", ((MASK,),), (1.0,), photos=8)
    assert share([first, simulate("age", ((AGE,),), (1.0,), photos=8, folder="/other")]) is None


def test_less_than_a_tenth_is_nothing() -> None:
    first = simulate("mask", ((MASK,),), (1.0,), photos=40)
    second = simulate("age", ((AGE,),), (1.0,), photos=40, folder="/other")
    for common, shared in ((3, None), (4, 4)):
        photos = second.photos.astype(first.photos.dtype)
        photos[:common] = first.photos[:common]
        found = share([first, replace(second, photos=photos)])
        assert (found and len(found)) == shared


def test_photos_that_any_study_puts_together_are_one_group() -> None:
    # 0 and 1 by the first study, 1 and 2 by the second: one group of three
    first = np.array(["a", "a", "b", "c", "d"])
    second = np.array(["v", "w", "w", "x", "y"])
    assert merge_groups([first, second]).tolist() == [0, 0, 0, 1, 2]
    assert merge_groups([first]).tolist() == [0, 0, 1, 2, 3]


def test_a_long_chain_of_groups_is_one() -> None:
    place = np.arange(51)
    first, second = (place // 2).astype(str), ((place + 1) // 2).astype(str)
    assert merge_groups([first, second]).tolist() == [0] * 51


def test_a_photo_is_searched_if_any_study_searched_by_it() -> None:
    first = simulate("mask", ((MASK,),), (1.0,), photos=10, searched=frozenset({0}))
    second = simulate("age", ((AGE,),), (1.0,), photos=10, searched=frozenset({4}))
    shared = share([first, second])
    assert shared is not None
    assert shared.searched.tolist() == [True] * 2 + [False] * 6 + [True] * 2


def test_groups_that_a_studys_folds_part_are_told() -> None:
    people = simulate("people", ((MASK,),), (1.0,), photos=20)
    photos = simulate("photos", ((AGE,),), (1.0,), photos=20, per_group=1)
    shared = share([people, photos])
    assert shared is not None
    assert shared.notes == (
        "folds of photos part 10 groups of 20 photos that another study keeps together: its "
        "networks were trained on photos of the same groups, so its members look better than they "
        "are, and the scores may too",
    )
    same = share([people, simulate("age", ((AGE,),), (1.0,), photos=20)])
    assert same is not None
    assert same.notes == ()


@pytest.mark.parametrize("first", ["one", "two"])
def test_facts_that_differ_are_told(first: str) -> None:
    one = simulate("one", ((AGE,),), (1.0,), photos=20)
    two = replace(one, study="two", targets={"age": (one.targets["age"] + 1) % 3})
    shared = share([one, two] if first == "one" else [two, one])
    assert shared is not None
    other = {"one": "two", "two": "one"}[first]
    assert shared.notes == (
        f"20 photos that {first} and {other} share differ in age: what {first} says of them is "
        f"taken for true",
    )
    assert (
        shared.targets["age"].tolist() == {"one": one, "two": two}[first].targets["age"].tolist()
    )
