import numpy as np
import pytest
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score

from maskopt.labels import Attribute, Head, LabelSpace
from maskopt.votes.scores import (
    accuracy,
    confusion,
    epoch_scores,
    f1_per_class,
    join_heads,
    macro_f1,
)

MASK = Attribute("mask", ("on", "off"))
HAT = Attribute("hat", ("none", "some"))
AGE = Attribute("age", ("young", "old", "ancient"))


def draw(seed: int, classes: int, photos: int = 200) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    targets = random.integers(0, classes, photos)
    guessed = random.integers(0, classes, photos)
    return targets, np.where(random.random(photos) < 0.6, targets, guessed)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("classes", [2, 3, 18])
def test_scores_are_those_of_scikit_learn(seed: int, classes: int) -> None:
    targets, predicted = draw(seed, classes)
    matrix = confusion(targets, predicted, classes)
    assert matrix.tolist() == confusion_matrix(targets, predicted).tolist()
    assert accuracy(matrix) == pytest.approx(accuracy_score(targets, predicted))
    assert macro_f1(matrix) == pytest.approx(f1_score(targets, predicted, average="macro"))
    assert f1_per_class(matrix) == pytest.approx(f1_score(targets, predicted, average=None))


def test_a_class_without_photos_counts_neither_way_even_where_it_is_predicted() -> None:
    targets, predicted = [0, 0, 0, 1], [0, 0, 2, 1]  # by hand: class 0 is 2*2/(3+2), class 1 is 1
    matrix = confusion(targets, predicted, 4)
    assert macro_f1(matrix) == pytest.approx((0.8 + 1) / 2)
    assert macro_f1(matrix) == pytest.approx(
        f1_score(targets, predicted, labels=[0, 1], average="macro")
    )
    assert np.isnan(f1_per_class(matrix)).tolist() == [False, False, True, True]


def test_a_class_that_is_never_predicted_scores_zero() -> None:
    assert f1_per_class(confusion([0, 1], [0, 0], 2)).tolist() == pytest.approx([2 / 3, 0])


def test_heads_are_joined_with_the_last_one_fastest() -> None:
    space = LabelSpace((Head((MASK,)), Head((AGE,))))
    joined = join_heads(space, (np.array([0, 1, 1]), np.array([2, 0, 2])))
    assert joined.tolist() == [2, 3, 5]


def test_a_joint_head_is_already_joined() -> None:
    space = LabelSpace((Head((MASK, AGE)),))
    assert join_heads(space, (np.array([4, 0]),)).tolist() == [4, 0]


def test_an_epoch_is_scored_as_a_whole_by_attribute_and_by_class() -> None:
    space = LabelSpace((Head((MASK,)), Head((AGE,))))
    # mask: on on off off -> on off off off; age: all right, and nobody is ancient
    scores = epoch_scores(space, np.array([0, 1, 3, 4]), np.array([0, 4, 3, 4]))
    assert scores == {
        "macro_f1": pytest.approx((1 + 0 + 1 + 2 / 3) / 4),
        "accuracy": 0.75,
        "f1/mask": pytest.approx((2 / 3 + 4 / 5) / 2),
        "f1/mask:on": pytest.approx(2 / 3),
        "f1/mask:off": pytest.approx(4 / 5),
        "f1/age": 1.0,
        "f1/age:young": 1.0,
        "f1/age:old": 1.0,
    }


def test_auxiliary_heads_are_scored_alone() -> None:
    heads = Head((MASK,)), Head((AGE,))
    # joint ids are 3 * mask + age; mask: on on off off -> on off off off
    given = np.array([0, 1, 3, 4]), np.array([0, 5, 3, 4])
    scores = epoch_scores(LabelSpace(heads, auxiliary=("age",)), *given)
    assert scores["macro_f1"] == scores["f1/mask"] == pytest.approx((2 / 3 + 4 / 5) / 2)
    assert scores["accuracy"] == 0.75
    # age: young old young old -> young ancient young old
    assert scores["f1/age"] == pytest.approx((1 + 2 / 3) / 2)
    other = epoch_scores(LabelSpace(heads, auxiliary=("mask",)), *given)
    assert other["macro_f1"] == scores["f1/age"]


def test_a_joint_head_has_its_own_macro_f1() -> None:
    space = LabelSpace((Head((MASK, AGE)), Head((HAT,))))
    # joint ids are 2 * (3 * mask + age) + hat; the head mask+age: 0 0 4 -> 0 4 4
    targets, predicted = np.array([0, 1, 9]), np.array([1, 9, 9])
    scores = epoch_scores(space, targets, predicted)
    assert scores["f1/mask+age"] == pytest.approx(2 / 3)  # 2 * 1 / (2 + 1), twice
    assert scores["f1/hat"] == pytest.approx((0 + 4 / 5) / 2)
    assert list(scores)[-1] == "f1/mask+age"


@pytest.mark.parametrize(
    ("targets", "predicted", "message"),
    [
        ([0, 2], [0, 1], "class ids must lie in [0, 2), got 2"),
        ([0, 1], [0, -1], "class ids must lie in [0, 2), got -1"),
        ([0, 1], [0], "as many predicted as target class ids must be given, got 1 and 2"),
    ],
    ids=["target too large", "prediction negative", "lengths differ"],
)
def test_class_ids_that_cannot_be_are_refused(
    targets: list[int], predicted: list[int], message: str
) -> None:
    with pytest.raises(ValueError, match="class ids") as raised:
        confusion(targets, predicted, 2)
    assert str(raised.value) == message


@pytest.mark.parametrize("score", [macro_f1, accuracy])
def test_no_photos_have_no_score(score) -> None:
    with pytest.raises(ValueError, match=r"^a score needs at least one photo, got none$"):
        score(confusion([], [], 2))
