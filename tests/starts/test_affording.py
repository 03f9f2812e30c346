"""Full trials take a second a pixel of the image's side here, ten times that of a large net."""

import pytest

from maskopt.records import Start
from maskopt.space import Choice, Fixed, IntRange, Option, SearchSpace, TrialConfig
from maskopt.starts.affording import ProbeRoom, afford

SIZES = Choice((Option(96), Option(224), Option(128)))


def space(sizes: object = SIZES) -> SearchSpace:
    names = Choice((Option("small"), Option("large")))
    return SearchSpace({"backbone": names, "image_size": sizes})  # type: ignore[dict-item]


def seconds(config: TrialConfig) -> float:
    return config.number("image_size") * (10.0 if config["backbone"] == "large" else 1.0)


def probe(name: str, size: int, reach: int = 1) -> Start:
    return Start({"backbone": name, "image_size": size}, "portfolio: net", reach)


def sizes(starts: list[Start]) -> list[object]:
    return [start.point["image_size"] for start in starts]


def test_a_probe_that_is_too_dear_takes_the_largest_size_that_fits_into_its_share() -> None:
    """2,600 s for two probes are 1,300 s each: 128 px of the large one take 1,280 s."""
    starts = [probe("small", 224), probe("large", 224), probe("large", 224, reach=0)]
    found, notes = afford(starts, space(), ProbeRoom(seconds, 2_600.0))
    assert sizes(found) == [224, 128, 224]
    assert found[0] is starts[0]
    assert (found[1].source, found[1].reach) == ("portfolio: net", 1)
    assert notes == (
        "large is probed at 128 px: at 224 px a full trial would take 2240 s, and 1300 s are "
        "there for it",
    )


def test_what_fits_at_no_size_is_probed_at_the_least_since_each_family_is_probed() -> None:
    found, notes = afford([probe("large", 128)], space(), ProbeRoom(seconds, 1.0))
    assert (sizes(found), len(notes)) == ([96], 1)
    assert afford([probe("large", 96)], space(), ProbeRoom(seconds, 1.0))[1] == ()


def test_no_probe_grows_and_what_is_not_known_to_be_dear_stays() -> None:
    small = [probe("large", 96)]
    assert afford(small, space(), ProbeRoom(seconds, 1e9)) == (small, ())
    large = [probe("large", 224)]
    assert afford(large, space(), ProbeRoom(lambda config: None, 1.0)) == (large, ())


@pytest.mark.parametrize(("room", "size"), [(2_000.0, 200), (1_999.0, 64)])
def test_of_a_range_of_sizes_the_least_is_the_other_choice(room: float, size: int) -> None:
    found, _ = afford([probe("large", 200)], space(IntRange(64, 224)), ProbeRoom(seconds, room))
    assert sizes(found) == [size]


def test_a_size_that_a_file_fixes_stays() -> None:
    start = Start({"backbone": "large"}, "portfolio: net", 1)
    assert afford([start], space(Fixed(224)), ProbeRoom(seconds, 1.0)) == ([start], ())
