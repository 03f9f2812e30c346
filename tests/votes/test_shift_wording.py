import pytest

from maskopt.votes.shift.wording import holds, sentences

GOOD = {
    "shift": 0.001, "strength": 1.0, "gain": 0.02, "better": 0.96, "confidences": 0.4,
    "features": 0.2,
}  # fmt: skip


def test_a_correction_needs_a_shift_a_gain_and_likeness() -> None:
    assert holds(GOOD)


@pytest.mark.parametrize(
    "bad",
    [{"shift": 0.02}, {"better": 0.6}, {"gain": 0.0}, {"confidences": 0.04}, {"features": 0.04}],
    ids=lambda bad: next(iter(bad)),
)
def test_one_figure_is_enough_to_stop_it(bad: dict[str, float]) -> None:
    assert not holds(GOOD | bad)


def test_why_it_is_corrected_is_told_with_figures() -> None:
    assert sentences(GOOD, 800, 1500, 3) == (
        "The proportions have shifted: without a shift they would look so 1 time in 1,000.",
        "Rehearsed on training photos that the networks never saw, the correction raised macro F1 "
        "in 96 of 100, and changed it by +0.020 on average.",
        "The new photos look like the training photos in other proportions.",
    )


def test_gains_that_are_frequent_but_small_are_told_as_such() -> None:
    assert sentences(GOOD | {"gain": -0.004, "better": 0.7}, 800, 1500, 3)[1] == (
        "Rehearsed on training photos that the networks never saw, the correction raised macro F1 "
        "in 70 of 100, and changed it by -0.004 on average: where it lowered it, it did so by "
        "more."
    )


def test_all_that_speaks_against_it_is_told_with_figures() -> None:
    bad = {
        "shift": 0.2,
        "strength": 0.5,
        "gain": -0.004,
        "better": 0.41,
        "confidences": 0.004,
        "features": 1e-9,
    }

    assert sentences(bad, 40, 1500, 3) == (
        "40 new photos will not do: at least 50 are needed.",
        "No shift is proven: without one, the proportions would look so 20 times in 100.",
        "Rehearsed on training photos that the networks never saw, the correction at strength 0.5 "
        "raised macro F1 in 41 of 100 only (67 are needed), and changed it by -0.004 on average.",
        "The new photos differ from the training photos in more than proportions, in how sure the "
        "vote is of them and what the networks see in them (by chance 4 times in 1,000); "
        "corrections for proportions make predictions on such photos worse more often than "
        "better.",
    )
