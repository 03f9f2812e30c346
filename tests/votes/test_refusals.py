from dataclasses import replace

import pytest

from maskopt.errors import BundleError
from maskopt.labels import Attribute, Head, LabelSpace
from maskopt.votes.composing import choose

from .simulated import AGE, MASK, simulate


def test_other_classes_of_an_attribute_are_told_with_both_studies() -> None:
    other = Attribute("age", ("young", "middle", "old"), (30, 58))
    first = simulate("faces", ((AGE, MASK),), (1.0,), photos=10)
    second = simulate("people", ((other, MASK),), (1.0,), photos=10)
    with pytest.raises(BundleError) as raised:
        choose([first, second], [AGE, MASK], "macro_f1")
    assert str(raised.value) == (
        "age: study faces knows young, middle, old cut at 30, 60, study people young, middle, old "
        "cut at 30, 58; export them into different bundles"
    )


def test_other_classes_of_an_attribute_that_is_not_wanted_are_no_matter() -> None:
    other = Attribute("mask", ("yes", "no"))
    first = simulate("faces", ((AGE, MASK),), (1.0,), photos=10)
    second = simulate("people", ((AGE, MASK),), (1.0,), photos=10)
    space = LabelSpace((Head((AGE, other)),))
    assert choose([first, replace(second, label_space=space)], [AGE], "accuracy").priors["age"]


def test_two_studies_of_one_name_are_refused() -> None:
    study = simulate("age", ((AGE,),), (1.0,), photos=10)
    message = r"^names of studies must differ, got \['age', 'age'\]$"
    with pytest.raises(ValueError, match=message):
        choose([study, study], [AGE], "accuracy")


@pytest.mark.parametrize(
    ("named", "message"),
    [
        ({"vote": "hard"}, "vote must be one of auto, greedy, soft, single, got 'hard'"),
        (
            {"views": "vflip"},
            "views must be one of auto, none, hflip, hflip+crops, got 'vflip'",
        ),
    ],
)
def test_unknown_names_are_refused(named: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError) as raised:  # noqa: PT011 - the whole message is compared
        choose([simulate("age", ((AGE,),), (1.0,), photos=10)], [AGE], "macro_f1", **named)
    assert str(raised.value) == message


def test_an_attribute_that_no_study_knows_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^no study knows mask$"):
        choose([simulate("age", ((AGE,),), (1.0,), photos=10)], [MASK], "macro_f1")


def test_an_unknown_objective_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^objective must be macro_f1 or accuracy, got 'auc'$"):
        choose([simulate("age", ((AGE,),), (1.0,), photos=10)], [AGE], "auc")
