import pytest

from maskopt.catalog.families import family
from maskopt.catalog.parts import NUMBERS, PARTS
from maskopt.catalog.portfolio import LINEAR, PORTFOLIO, Proven

KNOWN = [
    (name, place, proven) for name, all_ in PORTFOLIO.items() for place, proven in enumerate(all_)
]


@pytest.mark.parametrize(("name", "place", "proven"), KNOWN, ids=[f"{n}-{p}" for n, p, _ in KNOWN])
def test_a_proven_point_is_whole_allowed_and_has_a_source(
    name: str, place: int, proven: Proven
) -> None:
    assert proven.source
    needed = {"lr", "weight_decay", "optimizer", "schedule", "warmup_epochs", "augmentation"}
    assert needed | {"loss", "sampler", "dropout", "image_size", "batch_size"} <= set(proven.point)
    for path, value in proven.point.items():
        key, *inside = path.split(".")
        if inside:
            option, parameter = inside
            known = PARTS[key][option].parameters[parameter]
            assert value is None or isinstance(value, str) or known.low <= value <= known.high
        elif key in PARTS:
            assert value in PARTS[key]
        else:
            assert NUMBERS[key].low <= value <= NUMBERS[key].high


def test_at_most_two_points_a_family_and_each_family_is_one() -> None:
    assert max(map(len, PORTFOLIO.values())) == 2
    assert [
        name for name in PORTFOLIO if family(name) != name and family(f"{name}_x") != name
    ] == []


def test_a_learning_rate_goes_with_the_photos_of_a_step() -> None:
    """Square root by default: 64 -> 16 halves it; linear for SGD: 256 -> 64 quarters it."""
    adamw = Proven({"lr": 1e-3}, "a book", photos=64)
    sgd = Proven({"lr": 0.01}, "a book", photos=256, scaling=LINEAR)
    assert adamw.at(64) == {"lr": 1e-3}
    assert adamw.at(16) == {"lr": 5e-4}
    assert sgd.at(64) == {"lr": 0.0025}
