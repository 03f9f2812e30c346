import pytest

from maskopt.plan.speeds import Key, Speeds, key_of
from maskopt.space import TrialConfig

SMALL, LARGE, OTHER = Key("resnet", 96), Key("resnet", 192), Key("vit", 96)


def test_the_recent_median_rules_so_that_a_hiccup_counts_for_nothing() -> None:
    speeds = Speeds()
    for seconds in (2.0, 30.0, 2.2, 2.1, 2.0):
        speeds.learn(SMALL, seconds)
    assert speeds.seconds(SMALL) == 2.1


def test_a_backbone_that_is_slower_than_told_shows_with_its_first_epoch() -> None:
    speeds = Speeds({SMALL: 2.0, OTHER: 3.0})
    speeds.learn(SMALL, 10.0)
    # The other one was told by the same probe, which was five times off.
    assert (speeds.seconds(SMALL), speeds.seconds(OTHER)) == (10.0, 15.0)


def test_another_size_of_a_known_backbone_takes_as_many_times_more_as_it_has_pixels() -> None:
    assert Speeds({SMALL: 2.0, OTHER: 50.0}).seconds(LARGE) == 8.0


def test_what_nothing_is_known_of_takes_what_all_others_take() -> None:
    assert Speeds({SMALL: 2.0, LARGE: 8.0, Key("swin", 96): 3.0}).seconds(OTHER) == 3.0
    assert Speeds().seconds(OTHER) is None
    assert Speeds().typical() is None


@pytest.mark.parametrize(
    ("seconds", "margin"), [([2.0] * 9, 1.1), ([2.0, 4.0, 4.0], 4 / 3), ([1.0, 90.0], 3.0)]
)
def test_the_margin_is_how_surprising_epochs_were(seconds: list[float], margin: float) -> None:
    speeds = Speeds()
    for each in seconds:
        speeds.learn(SMALL, each)
    assert speeds.margin == pytest.approx(margin)
    expected = speeds.seconds(SMALL)
    assert expected is not None
    assert speeds.upper(SMALL) == expected * speeds.margin


def test_an_epoch_with_frozen_stages_is_judged_by_such_epochs_where_there_are_any() -> None:
    frozen = SMALL._replace(freeze_stages=3)
    speeds = Speeds({SMALL: 2.0})
    assert speeds.seconds(frozen) == 2.0
    speeds.learn(frozen, 1.0)
    # At twice the width and height, four times the pixels.
    assert speeds.seconds(LARGE._replace(freeze_stages=3)) == 4.0
    assert (speeds.seconds(SMALL), speeds.seconds(LARGE)) == (2.0, 8.0)


def test_a_trial_of_an_earlier_version_froze_no_stage() -> None:
    values = {"backbone": "resnet", "image_size": 96}
    assert key_of(TrialConfig(values)) == SMALL
    assert key_of(TrialConfig({**values, "freeze_stages": 2})) == Key("resnet", 96, 2)
