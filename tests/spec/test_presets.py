from pathlib import Path

import pytest

from maskopt.errors import SpecError
from maskopt.space import Choice, Fixed
from maskopt.spec import missing_photos_message, read_spec

SPACES = Path(__file__).parents[2] / "search_spaces"
AGE = SPACES / "age.yaml"
FLOWERS = """\
study: flowers
data:
  photos: flowers
  layout: classes
  attributes: {flower: {classes: [rose, tulip]}}
  group: none
heads: [flower]
budget: {trials: 10, epochs: 3}
try_first: [{lr: 1e-3}]
space:
  backbone: {resnet18: {drop_path_rate: 0.1}}
  lr: {low: 1e-4, high: 2e-3, log: true}
"""


@pytest.mark.parametrize("name", ["age", "gender", "mask", "mask_gender", "joint", "multi_head"])
def test_demo_uses_drawn_people_and_tiny_backbones_from_scratch(name: str) -> None:
    spec = read_spec(SPACES / f"{name}.yaml", preset="demo")
    backbone = spec.space.domains["backbone"]
    assert isinstance(backbone, Choice)
    assert all(str(option.name).startswith("test_") for option in backbone.options)
    assert spec.data.built_in_people is not None
    assert (spec.data.photos, spec.pretrained, spec.try_first) == (None, "none", ())
    assert (spec.warm_start, spec.noise) == ("none", 0)


def test_demo_on_ones_own_photos_keeps_the_file_s_data() -> None:
    spec = read_spec(AGE, preset="demo", data="photos")
    assert spec.data.built_in_people is None
    assert spec.data.photos == str(Path.cwd() / "photos")


def test_demo_says_where_built_in_people_cannot_help(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("flowers.yaml").write_text(FLOWERS)
    with pytest.raises(SpecError) as caught:
        read_spec("flowers.yaml", preset="demo")
    assert str(caught.value) == (
        "preset demo: built-in people show mask, gender, age, but `heads` learn flower; "
        "give photos with `--data` instead"
    )
    spec = read_spec("flowers.yaml", preset="demo", data="flowers")
    assert (spec.data.layout, spec.data.group) == ("classes", None)


def test_a_preset_replaces_a_whole_domain_and_merges_sections(tmp_path: Path) -> None:
    file = tmp_path / "flowers.yaml"
    file.write_text(FLOWERS)
    spec = read_spec(file, preset="overnight")
    assert spec.budget.trials is None
    assert spec.budget.seconds == 8 * 3600
    assert "resnet18" not in str(spec.space.domains["backbone"])
    assert spec.data.photos == str(tmp_path / "flowers")
    assert spec.try_first[0] == {"lr": 1e-3}
    assert {"backbone": "efficientnet_b4", "image_size": 224, "lr": 1e-3} in spec.try_first


def test_nothing_of_a_replaced_range_is_left(tmp_path: Path) -> None:
    file = tmp_path / "flowers.yaml"
    file.write_text(FLOWERS.replace("high: 2e-3, log: true", "high: 2e-3, step: 1e-4"))
    lr = read_spec(file, preset="demo", data="flowers").space.domains["lr"]
    assert lr == read_spec(AGE, preset="demo").space.domains["lr"]


def test_settings_are_laid_over_a_preset() -> None:
    spec = read_spec(AGE, preset="demo", sets=["budget.epochs=2", "space.image_size=64"], trials=4)
    assert (spec.budget.epochs, spec.budget.trials) == (2, 4)
    assert spec.space.domains["image_size"] == Fixed(64)


def test_an_unknown_preset_is_told_with_the_nearest_name() -> None:
    with pytest.raises(SpecError) as caught:
        read_spec(AGE, preset="demmo")
    assert str(caught.value) == "--preset: unknown preset 'demmo'; did you mean 'demo'?"


def test_a_file_without_photos_says_what_it_needs_and_how_to_try_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(SPACES.parent)
    spec = read_spec("search_spaces/joint.yaml")
    assert missing_photos_message(spec) == (
        "search_spaces/joint.yaml: no photos are given\n"
        "It needs a folder with one folder a person, such as 000001_female_Asian_45/mask1.jpg,\n"
        "from which it learns\n"
        "  mask: wear, incorrect, not_wear\n"
        "  gender: male, female\n"
        "  age: a number, cut at [30, 60] into young, middle, senior\n"
        "  photos of one person share a fold\n"
        "Give them:      maskopt sweep search_spaces/joint.yaml --data PATH\n"
        "Try it without: maskopt sweep search_spaces/joint.yaml --preset demo"
    )
