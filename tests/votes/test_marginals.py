import numpy as np
import pytest

from maskopt.labels import Attribute, Head, LabelSpace
from maskopt.votes.marginals import decide, join_classes, marginalise

MASK = Attribute("mask", ("on", "off"))
AGE = Attribute("age", ("young", "old", "ancient"))
GENDER = Attribute("gender", ("male", "female"))


def test_a_joint_head_is_summed_over_the_other_attribute() -> None:
    # by hand: mask x age, age fastest
    joint = np.array([[0.1, 0.2, 0.3, 0.05, 0.15, 0.2]], np.float32)
    found = marginalise(LabelSpace((Head((MASK, AGE)),)), (joint,))
    assert list(found) == ["mask", "age"]
    assert found["mask"][0] == pytest.approx([0.6, 0.4])
    assert found["age"][0] == pytest.approx([0.15, 0.35, 0.5])


def test_heads_together_give_what_their_whole_product_gives() -> None:
    random = np.random.default_rng(0)
    first = random.dirichlet(np.ones(6), (4, 7)).astype(np.float32)  # mask x age
    second = random.dirichlet(np.ones(2), (4, 7)).astype(np.float32)
    space = LabelSpace((Head((MASK, AGE)), Head((GENDER,))))
    found = marginalise(space, (first, second))
    whole = (first[..., :, None] * second[..., None, :]).reshape(4, 7, 2, 3, 2)
    assert found["mask"] == pytest.approx(whole.sum(axis=(3, 4)), abs=1e-6)
    assert found["age"] == pytest.approx(whole.sum(axis=(2, 4)), abs=1e-6)
    assert found["gender"] == pytest.approx(whole.sum(axis=(2, 3)), abs=1e-6)


def test_joint_class_ids_are_those_of_the_head() -> None:
    ids = [np.array([1, 0]), np.array([2, 1])]
    head = Head((MASK, AGE))
    expected = [head.join((1, 2)), head.join((0, 1))]
    assert join_classes((MASK, AGE), ids).tolist() == expected


def test_the_first_of_equally_probable_classes_is_decided() -> None:
    assert decide(np.array([[0.4, 0.4, 0.2], [0.1, 0.2, 0.7]], np.float32)).tolist() == [0, 2]
