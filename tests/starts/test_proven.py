from math import sqrt
from typing import Any

import pytest

from maskopt.catalog.portfolio import PORTFOLIO
from maskopt.space import Choice, Fixed, FloatRange, IntRange, Option, SearchSpace
from maskopt.starts.completing import complete_point
from maskopt.starts.proven import backbones_of, middle_start, proven_starts


def choice(*names: Any) -> Choice:
    return Choice(tuple(map(Option, names)))


def space(*backbones: str, **domains: Any) -> SearchSpace:
    plain: dict[str, Any] = {
        "backbone": choice(*backbones),
        "optimizer": choice("adamw", "sgd"),
        "batch_size": Fixed(64),
        "accumulate": Fixed(1),
        "lr": FloatRange(1e-5, 0.1, log=True),
    }
    return SearchSpace({**plain, **domains})


def test_families_take_turns_and_best_points_come_before_second_ones() -> None:
    found = proven_starts(space("resnet18", "resnet34", "vit_small"), ())
    assert [(o.family, o.start.point["backbone"], o.start.point["lr"]) for o in found] == [
        ("resnet", "resnet18", 3e-4),
        ("vit", "vit_small", 5e-5),
        ("resnet", "resnet34", 3e-4),
        ("vit", "vit_small", 0.00375),  # 0.03 at 512 photos a step, an eighth of them
        ("resnet", "resnet18", 0.0025),  # 0.01 at 256, a quarter of them
        ("resnet", "resnet34", 0.0025),
    ]
    assert [offer.start.source for offer in found[:2]] == ["portfolio: resnet", "portfolio: vit"]
    assert {offer.start.reach for offer in found} == {0}


@pytest.mark.parametrize(
    ("domains", "lr"),
    [
        ({"batch_size": Fixed(16)}, 5e-4),
        ({"batch_size": Fixed(16), "accumulate": Fixed(4)}, 1e-3),
        ({"batch_size": choice(32, 256)}, 7.07e-4),
        ({"batch_size": choice(256, 512)}, 2e-3),
        ({"batch_size": choice(256)}, 2e-3),
        ({"batch_size": Fixed(64), "accumulate": choice(4, 9)}, 2e-3),
        ({"batch_size": IntRange(192, 512, step=64)}, 2.24e-3),
    ],
    ids=[
        "a quarter",
        "gathered",
        "the nearest",
        "the first",
        "the only",
        "gathered by plain",
        "the middle",
    ],
)
def test_a_learning_rate_goes_with_the_photos_of_a_step(domains: dict, lr: float) -> None:
    """1e-3 is of 64 photos, and goes with their root: of 320, the middle of a range, by root 5."""
    given = space("mobilenetv2_100", **domains)
    first = proven_starts(given, ())[0]
    assert first.start.point["lr"] == lr
    whole = given.draw(lambda path, domain: complete_point(first.start.point, given)[path])
    photos = whole.number("batch_size") * whole.number("accumulate")
    assert float(f"{1e-3 * sqrt(photos / 64):.3g}") == lr, "as many as its steps will have"


def test_what_helps_beside_is_taken_where_it_is_offered_and_not_missed_elsewhere() -> None:
    bins = Option("bins", {"weight": FloatRange(0.5, 4.0)})
    offers = {
        "label_policy": Choice((Option("official"), bins)),
        "ema": choice(None, 0.99),
        "freeze_stages": choice(0, 2),
    }
    (first, *_) = proven_starts(space("mobilenetv2_100", **offers), ())
    taken = {path: first.start.point.get(path) for path in (*offers, "label_policy.bins.weight")}
    assert taken == {
        "label_policy": "bins", "ema": 0.99, "freeze_stages": 2, "label_policy.bins.weight": 2.0,
    }  # fmt: skip
    (plain, *_) = proven_starts(space("mobilenetv2_100"), ())
    for offer in (first, plain):
        told = [word for word in offer.words if word.startswith(("label", "freeze"))]
        assert told == [], "what is not offered is not missed"


def test_a_point_whose_optimiser_is_not_offered_is_none() -> None:
    only_sgd = space("resnet18", "mobilenetv2_100", optimizer=choice("sgd"))
    assert [each.start.point["lr"] for each in proven_starts(only_sgd, ())] == [0.0025]


def test_nothing_is_known_of_random_weights_and_strange_families() -> None:
    given = space("resnet18", "mobilenetv2_100", "xcit_nano")
    assert {offer.family for offer in proven_starts(given, ("resnet18",))} == {"mobilenetv2"}


def test_a_strange_family_is_probed_at_the_middle_of_the_learning_rates() -> None:
    assert middle_start("xcit", ["xcit_nano"], space("xcit_nano", "resnet18")).point == {
        "backbone": "xcit_nano",
        "lr": 1e-3,
    }
    listed = space("xcit_nano", "resnet18", lr=choice(1e-2, 1e-4, 1e-3))
    assert middle_start("xcit", ["xcit_nano"], listed).point["lr"] == 1e-3
    fixed = space("xcit_nano", "resnet18", lr=Fixed(1e-4))
    start = middle_start("xcit", ["xcit_nano"], fixed)
    assert (start.point, start.source, start.reach) == (
        {"backbone": "xcit_nano"},
        "probe: xcit",
        1,
    )


def test_backbones_stand_by_family_in_the_order_of_the_space() -> None:
    assert backbones_of(space("vit_b", "resnet18", "resnet34")) == {
        "vit": ["vit_b"],
        "resnet": ["resnet18", "resnet34"],
    }


def test_the_portfolio_fits_a_space_that_offers_all_of_it() -> None:
    """Every value of every point is taken as it is where the space is wide enough."""
    wide = space(
        *(f"{name}_x" for name in PORTFOLIO),
        lr=FloatRange(1e-6, 1.0, log=True),
        weight_decay=FloatRange(1e-4, 0.1, log=True),
        dropout=FloatRange(0.0, 0.5),
    )
    points = [offer.start.point for offer in proven_starts(wide, ())]
    assert all({"lr", "weight_decay", "dropout", "optimizer"} <= set(point) for point in points)
