import numpy as np
from rich.console import Console

from maskopt.labels import Attribute
from maskopt.report.predictions import adaptation_summary, prediction_line
from maskopt.votes.shift import Adaptation

AGE = Attribute("age", ("young", "old"))
MASK, GENDER = Attribute("mask", ("on", "off")), Attribute("gender", ("male", "female"))


def estimate(applied: bool) -> Adaptation:
    part, low, high, priors = ([0.25, 0.75], [0.2, 0.7], [0.3, 0.8], [0.5, 0.5])
    arrays = map(np.array, (part, low, high, priors))
    weights = np.array([0.5, 1.5])
    return Adaptation(*arrays, applied, ("The photos differ.", "It helps."), weights, {})


def shown(**adaptation: object) -> list[str]:
    console = Console(width=100)
    with console.capture() as capture:
        console.print(adaptation_summary([MASK, GENDER, AGE], adaptation))  # type: ignore[arg-type]
    return capture.get().splitlines()


def test_slow_predictions_are_told_with_a_digit_more() -> None:
    assert prediction_line(9, 2, 6.0, "out.csv") == (
        "out.csv: 9 photos in 6.0 s, 1.5 a second; 2 photos unreadable, their rows are empty"
    )
    assert prediction_line(1, 0, 0.0, "out.csv").startswith("out.csv: 1 photo in 0.0 s, ")


def test_an_estimate_is_a_table_with_its_reasons() -> None:
    table = [
        "  The photos differ.",
        "  It helps.",
        "  class  in training  estimated   95 % interval",
        "  young        50.0%      25.0%  20.0% to 30.0%",
        "  old          50.0%      75.0%  70.0% to 80.0%",
    ]
    assert shown(age=estimate(True)) == ["age: adapted", *table]
    assert shown(age=estimate(False)) == ["age: not adapted", *table]


def test_attributes_that_cannot_be_estimated_for_one_reason_share_a_line() -> None:
    told = shown(mask="no evidence", gender="no evidence", age=estimate(True))
    assert told[0] == "age: adapted"
    assert told[-1] == "mask, gender: not adapted: no evidence"
