import numpy as np
import pytest

from maskopt.data.competition import ANSWER
from maskopt.errors import BundleError
from maskopt.labels import Attribute
from maskopt.predict.formats import class_ids, make_format

MASK, GENDER, AGE = ANSWER.attributes


def one_hot(attribute: Attribute, *names: str) -> np.ndarray:
    return np.array([[name == each for each in attribute.classes] for name in names], np.float32)


def test_a_table_has_a_class_and_probabilities_an_attribute() -> None:
    form = make_format("table", [GENDER, AGE])
    assert form.header == [
        "path", "gender", "gender:male", "gender:female", "age", "age:young", "age:middle",
        "age:senior",
    ]  # fmt: skip
    said = {
        "gender": np.array([[0.5, 0.5], [0.1, 0.9]], np.float32),  # of equals the first
        "age": np.array([[0.2, 0.3, 0.5], [np.nan] * 3], np.float32),
    }
    assert list(form.rows(["a.jpg", "b.jpg"], said)) == [
        ["a.jpg", "male", "0.500000", "0.500000", "senior", "0.200000", "0.300000", "0.500000"],
        ["b.jpg", "female", "0.100000", "0.900000", "", "", "", ""],
    ]


def test_a_competitions_answer_is_6_masks_3_genders_and_an_age() -> None:
    form = make_format("competition", ANSWER.attributes)
    assert form.header == ["ImageID", "ans"]
    said = {
        "mask": one_hot(MASK, "wear", "incorrect", "not_wear"),
        "gender": one_hot(GENDER, "female", "male", "female"),
        "age": one_hot(AGE, "young", "middle", "senior"),
    }
    assert list(form.rows(["a", "b", "c"], said)) == [["a", "3"], ["b", "7"], ["c", "17"]]


def test_a_photo_without_probabilities_has_an_empty_answer() -> None:
    form = make_format("competition", ANSWER.attributes)
    said = {a.name: np.full((1, len(a.classes)), np.nan, np.float32) for a in ANSWER.attributes}
    assert list(form.rows(["a"], said)) == [["a", ""]]


def test_classes_in_another_order_and_attributes_too_give_the_same_answer() -> None:
    gender = Attribute("gender", ("female", "male"))
    form = make_format("competition", [AGE, gender, MASK, Attribute("hair", ("dark", "fair"))])
    said = {
        "age": one_hot(AGE, "senior"),
        "gender": one_hot(gender, "female"),
        "mask": one_hot(MASK, "wear"),
        "hair": np.array([[1, 0]], np.float32),
    }
    assert list(form.rows(["a"], said)) == [["a", "5"]]


def test_a_bundle_that_lacks_what_the_competition_asks_for_is_refused() -> None:
    age = Attribute("age", ("young", "old"))
    with pytest.raises(BundleError) as caught:
        make_format("competition", [age, MASK])
    remedy = "export it together with a study that knows it: maskopt export-best STUDY STUDY ..."
    assert str(caught.value).splitlines() == [
        "`--format competition` needs mask, gender and age; this bundle answers age, mask",
        f"  gender is missing: {remedy}",
        f"  age must have the classes young, middle, senior, has young, old: {remedy}",
    ]


def test_the_class_is_the_most_probable_one_and_none_without_probabilities() -> None:
    said = np.array([[0.2, 0.5, 0.3], [np.nan, np.nan, np.nan], [0.4, 0.4, 0.2]], np.float32)
    assert class_ids({"age": said})["age"].tolist() == [1, -1, 0]
