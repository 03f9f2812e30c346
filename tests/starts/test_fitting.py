from typing import Any

import pytest

from maskopt.space import Choice, Fixed, FloatRange, IntRange, Option, SearchSpace
from maskopt.starts.fitting import Fitted, fit_point


def choice(*names: Any) -> Choice:
    return Choice(tuple(map(Option, names)))


SPACE = SearchSpace(
    {
        "backbone": choice("resnet18", "vit_b"),
        "loss": Choice(
            (
                Option("cross_entropy", {"label_smoothing": FloatRange(0.0, 0.2)}),
                Option("focal", {"gamma": FloatRange(0.5, 4.0)}),
            )
        ),
        "optimizer": choice("adamw", "sgd"),
        "image_size": choice(96, 128),
        "batch_size": IntRange(16, 64, step=16),
        "lr": FloatRange(1e-4, 3e-3, log=True),
        "weight_decay": FloatRange(1e-4, 0.1, log=True),
        "dropout": FloatRange(0.0, 0.5),
        "clip": choice(None, 5.0),
        "accumulate": Fixed(1),
    }
)


@pytest.mark.parametrize(
    ("point", "taken"),
    [
        ({"lr": 1e-3}, {"lr": 1e-3}),
        ({"lr": 5e-3}, {"lr": 3e-3}),
        ({"lr": 6e-5}, {"lr": 1e-4}),
        ({"lr": 7e-3}, {}),
        ({"lr": 4e-5}, {}),
        ({"dropout": 0.0}, {"dropout": 0.0}),
        ({"weight_decay": 0.0}, {}),
        ({"dropout": 1}, {"dropout": 0.5}),
        ({"batch_size": 40}, {"batch_size": 48}),
        ({"batch_size": 128}, {"batch_size": 64}),
        ({"batch_size": 256}, {}),
        ({"image_size": 224}, {"image_size": 128}),
        ({"image_size": 100}, {"image_size": 96}),
        ({"image_size": 384}, {}),
        ({"clip": None}, {"clip": None}),
        ({"clip": 5}, {"clip": 5.0}),
        ({"loss": "focal", "loss.focal.gamma": 8.0}, {"loss": "focal", "loss.focal.gamma": 4.0}),
        ({"loss": "lade", "loss.lade.gamma": 1.0}, {}),
        ({"loss.focal.gamma": 1.0}, {}),
        ({"view": "face"}, {}),
        ({"accumulate": 1}, {}),
    ],
)
def test_a_value_goes_where_it_is_or_near_it_or_is_drawn(point: dict, taken: dict) -> None:
    found = fit_point(point, SPACE)
    assert found.point == taken
    assert [type(v) for v in found.point.values()] == [type(v) for v in taken.values()]


def test_what_did_not_fit_is_said() -> None:
    point = {
        "lr": 5e-3,
        "image_size": 384,
        "backbone": "resnet50",
        "accumulate": 2,
        "dropout": 0.1,
    }
    found = fit_point(point, SPACE)
    assert found == Fitted(
        {"lr": 3e-3, "dropout": 0.1},
        {"lr": (5e-3, 3e-3)},
        {"backbone": "resnet50", "image_size": 384, "accumulate": 2},
    )
    assert found.words == [
        "lr 0.005 -> 0.003",
        "backbone resnet50",
        "image_size 384",
        "accumulate 2",
    ]


def test_a_learning_rate_belongs_to_its_optimiser() -> None:
    only_sgd = SearchSpace({**SPACE.domains, "optimizer": choice("sgd")})
    found = fit_point({"optimizer": "adamw", "lr": 1e-3, "weight_decay": 0.01}, only_sgd)
    assert found.point == {}
    assert found.dropped == {"optimizer": "adamw", "lr": 1e-3, "weight_decay": 0.01}
    assert fit_point({"optimizer": "sgd", "lr": 1e-3}, only_sgd).point == {"lr": 1e-3}


def test_adam_and_adamw_share_learning_rates_and_not_weight_decay() -> None:
    point = {"optimizer": "adam", "lr": 1e-3, "weight_decay": 0.01}
    found = fit_point(point, SPACE)
    assert found.point == {"optimizer": "adamw", "lr": 1e-3}
    assert found.dropped == {"weight_decay": 0.01}


def test_a_point_of_a_space_fits_it_as_it_is() -> None:
    config = SPACE.draw(
        lambda path, domain: getattr(domain, "high", None) or domain.options[0].name
    )
    found = fit_point(config.values, SPACE)
    assert (found.moved, found.dropped) == ({}, {})
    assert found.point == {path: v for path, v in config.values.items() if path != "accumulate"}


def test_a_number_goes_to_the_step_as_a_person_writes_it() -> None:
    space = SearchSpace({"dropout": FloatRange(0.1, 0.5, step=0.1)})
    assert fit_point({"dropout": 0.31}, space).point == {"dropout": 0.3}
