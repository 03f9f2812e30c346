import pytest

from maskopt.catalog.parts import DEFAULT_PARTS
from maskopt.catalog.views import VIEWS, WHOLE, Input, View, inputs_of, view_of
from maskopt.spec.spaces import KEYS


def test_views_are_chosen_under_a_key_of_the_space() -> None:
    assert list(VIEWS) == ["whole", "center", "face", "no_background", "mixed"]
    assert "view" in KEYS
    assert View.of(DEFAULT_PARTS["view"]) == WHOLE


def test_a_trial_that_knows_no_views_sees_whole_photos() -> None:
    assert view_of({"lr": 0.001, "image_size": 32}) == WHOLE
    assert inputs_of({"image_size": 32}) == (Input(32),)


def test_a_trials_view_has_all_its_parameters() -> None:
    assert view_of({"view": "center", "view.center.size": 300}) == View.of("center", {"size": 300})
    assert str(view_of({"view": "center"})) == "center(size=380)"
    assert view_of({"view": "face", "view.face.margin": 1}) == View.of("face", {"margin": 1.0})


def test_a_mixture_is_judged_on_originals_and_so_needs_both() -> None:
    config = {"image_size": 64, "view": "mixed", "view.mixed.originals": 2}
    mixed = View.of("mixed", {"originals": 2})
    assert inputs_of(config) == (Input(64, mixed), Input(64))
    assert [View.of(name).judged.name for name in VIEWS] == [
        "whole", "center", "face", "no_background", "whole",
    ]  # fmt: skip


@pytest.mark.parametrize("name", list(VIEWS))
def test_a_view_comes_back_from_plain_values(name: str) -> None:
    assert View.from_dict(View.of(name).to_dict()) == View.of(name)


def test_inputs_have_names_that_tell_them_apart() -> None:
    names = [
        Input(224).name,
        Input(224, View.of("face")).name,
        Input(224, View.of("face", {"margin": 1})).name,
        Input(224, View.of("center", {"size": 300})).name,
        Input(224, View.of("no_background")).name,
    ]
    assert names == [
        "image_224",
        "image_224_face_margin_0.4",
        "image_224_face_margin_1.0",
        "image_224_center_size_300",
        "image_224_no_background",
    ]
