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
    """2,400 s for two probes are 1,200 s each: 96 px of the large one take 960 s."""
    starts = [probe("small", 224), probe("large", 224), probe("large", 224, reach=0)]
    found, notes = afford(starts, space(), ProbeRoom(seconds, 2_400.0))
    assert sizes(found) == [224, 96, 224]
    assert found[0] is starts[0]
    assert (found[1].source, found[1].reach) == ("portfolio: net", 1)
    assert notes == (
        "large is probed at 96 px: at 224 px a full trial would take 2240 s, and 1200 s are "
        "there for it",
    )


def family_space() -> SearchSpace:
    names = ("mobilenetv2_035", "mobilenetv2_100", "mobilenetv2_140", "resnet18")
    return SearchSpace({"backbone": Choice(tuple(map(Option, names))), "image_size": SIZES})


TAKES = {
    "mobilenetv2_035": 100.0,
    "mobilenetv2_100": 300.0,
    "mobilenetv2_140": 500.0,
    "resnet18": 200.0,
}


@pytest.mark.parametrize(
    ("room", "reaches"),
    [
        # All four take 1,100 s. Of 800 s each of two families has 400 s, of 400 s 200 s, and of
        # 150 s 75 s, into which none fits.
        (1_100.0, {"mobilenetv2_035", "mobilenetv2_100", "mobilenetv2_140", "resnet18"}),
        (800.0, {"mobilenetv2_100", "resnet18"}),
        (400.0, {"mobilenetv2_035", "resnet18"}),
        (150.0, {"mobilenetv2_035", "resnet18"}),
    ],
)
def test_where_time_is_short_a_family_is_probed_with_the_largest_backbone_that_fits(
    room: float, reaches: set[str]
) -> None:
    starts = [probe(name, 96) for name in TAKES]
    found, notes = afford(
        starts, family_space(), ProbeRoom(lambda config: TAKES[str(config["backbone"])], room)
    )
    assert {start.point["backbone"] for start in found if start.reach} == reaches
    assert [start.reach for start in found] == sorted((s.reach for s in found), reverse=True)
    if room == 800.0:
        assert notes == (
            "mobilenetv2_035 and mobilenetv2_140 may end at the first rung: there is time to "
            "probe one backbone of a family, and it is mobilenetv2_100",
        )


def test_photos_stay_as_large_as_they_are_where_giving_a_probe_up_is_enough() -> None:
    """At 128 px both take 400 s, and half of 380 s is not enough for 100; all of it is."""
    takes = {"mobilenetv2_035": 1.0, "mobilenetv2_100": 2.5}
    starts = [probe(name, 128) for name in takes]
    found, _ = afford(
        starts,
        family_space(),
        ProbeRoom(lambda c: takes[str(c["backbone"])] * c.number("image_size"), 380.0),
    )
    assert [tuple(start.point.values()) for start in found] == [
        ("mobilenetv2_100", 128),
        ("mobilenetv2_035", 128),
    ]
    assert [start.reach for start in found] == [1, 0]


def test_a_large_backbone_on_small_photos_is_probed_before_a_small_one_on_large_photos() -> None:
    """At 128 px they take 128 s and 320 s; at 96 px the large one takes 240 s, which is there."""
    takes = {"mobilenetv2_035": 1.0, "mobilenetv2_100": 2.5}
    found, notes = afford(
        [probe(name, 128) for name in takes],
        family_space(),
        ProbeRoom(lambda c: takes[str(c["backbone"])] * c.number("image_size"), 250.0),
    )
    assert [(*start.point.values(), start.reach) for start in found] == [
        ("mobilenetv2_100", 96, 1),
        ("mobilenetv2_035", 128, 0),
    ]
    assert len(notes) == 2


def test_a_probe_leaves_time_for_a_network_like_it_whatever_there_is_for_all_of_them() -> None:
    found, notes = afford([probe("large", 224)], space(), ProbeRoom(seconds, 9_000.0, 2_239.0))
    assert (sizes(found), len(notes)) == ([128], 1)
    alone = [probe("large", 224)]
    assert afford(alone, space(), ProbeRoom(seconds, 9_000.0, 2_240.0)) == (alone, ())


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
