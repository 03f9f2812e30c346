from maskopt.space import Choice, FloatRange, IntRange, Option, SearchSpace
from maskopt.starts.likeness import are_alike

SPACE = SearchSpace(
    {
        "loss": Choice((Option("focal"), Option("cross_entropy"))),
        "lr": FloatRange(1e-4, 1e-2, log=True),
        "epochs": IntRange(0, 20),
    }
)
POINT = {"loss": "focal", "lr": 1e-3, "epochs": 10}


def test_points_are_alike_while_names_are_the_same_and_numbers_near() -> None:
    """Two decades of lr: a tenth is a factor of 10 ** 0.2 = 1.58; of 20 epochs it is 2."""
    assert are_alike(POINT, dict(POINT), SPACE)
    assert are_alike(POINT, {**POINT, "lr": 1.5e-3, "epochs": 12}, SPACE)
    assert not are_alike(POINT, {**POINT, "lr": 1.7e-3}, SPACE)
    assert not are_alike(POINT, {**POINT, "epochs": 13}, SPACE)
    assert not are_alike(POINT, {**POINT, "loss": "cross_entropy"}, SPACE)


def test_what_one_leaves_to_be_drawn_is_not_alike() -> None:
    less = {"loss": "focal", "lr": 1e-3}
    assert not are_alike(POINT, less, SPACE)
    assert are_alike(less, dict(less), SPACE)
