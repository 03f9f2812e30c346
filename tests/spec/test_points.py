from pathlib import Path

import pytest

from maskopt.catalog.recipes import RECIPES, Recipe
from maskopt.spec import read_spec

TEXT = """\
study: a
data:
  attributes:
    mask: {classes: [wear, not_wear]}
    gender: {classes: [male, female]}
    age: {cuts: [30, 60], names: [young, middle, senior]}
  group: person
heads: [age]
budget: {trials: 10, epochs: 3}
try_first: POINTS
space:
  backbone: [resnet18, resnet50.a1_in1k: {drop_path_rate: [none, 0.1]}]
  image_size: [128, 224]
  lr: {low: 1e-6, high: 3e-3, log: true}
  clip: [none, 5]
  loss: [cross_entropy, focal: {gamma: {low: 0.5, high: 4.0}}]
  optimizer: [adam, adamw, sgd: {nesterov: [yes, no]}]
"""


def read_points(folder: Path, points: str, heads: str = "[age]") -> tuple[dict[str, object], ...]:
    file = folder / "a.yaml"
    file.write_text(TEXT.replace("POINTS", points).replace("heads: [age]", f"heads: {heads}"))
    return tuple(dict(point) for point in read_spec(file).try_first)


@pytest.mark.parametrize(
    ("written", "point"),
    [
        ("{lr: 1e-3, image_size: 224}", {"image_size": 224, "lr": 0.001}),
        ("{loss: focal}", {"loss": "focal"}),
        ("{loss: {focal: {gamma: 2}}}", {"loss": "focal", "loss.focal.gamma": 2.0}),
        ("{loss.focal.gamma: 2}", {"loss": "focal", "loss.focal.gamma": 2.0}),
        ("{loss.focal: {gamma: 2}}", {"loss": "focal", "loss.focal.gamma": 2.0}),
        ("{loss: focal, loss.focal.gamma: 2}", {"loss": "focal", "loss.focal.gamma": 2.0}),
        ("{clip: none}", {"clip": None}),
        ("{clip: 5}", {"clip": 5.0}),
        (
            "{optimizer: {sgd: {nesterov: off}}}",
            {"optimizer": "sgd", "optimizer.sgd.nesterov": False},
        ),
        (
            "{backbone: {resnet50.a1_in1k: {drop_path_rate: 0.1}}}",
            {"backbone": "resnet50.a1_in1k", "backbone.resnet50.a1_in1k.drop_path_rate": 0.1},
        ),
        (
            "{backbone.resnet50.a1_in1k.drop_path_rate: none}",
            {"backbone": "resnet50.a1_in1k", "backbone.resnet50.a1_in1k.drop_path_rate": None},
        ),
        ("{batch_size: 64, lr: 1e-3}", {"lr": 0.001}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_point_becomes_values_by_dotted_path(
    tmp_path: Path, written: str, point: dict[str, object]
) -> None:
    assert read_points(tmp_path, f"[{written}]") == (point,)


def test_a_parameter_belongs_to_the_longest_name_that_fits(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    points = "[{backbone.resnet50.a1_in1k.drop_path_rate: 0.1}]"
    file.write_text(TEXT.replace("POINTS", points).replace("[resnet18,", "[resnet50,"))
    assert read_spec(file).try_first[0]["backbone"] == "resnet50.a1_in1k"


def test_settled_and_repeated_points_are_left_out(tmp_path: Path) -> None:
    assert read_points(tmp_path, "[{batch_size: 64}, {lr: 1e-3}, {lr: 0.001}]") == ({"lr": 0.001},)


KNOWN = Recipe(
    {
        "backbone": "efficientnet_b4",
        "image_size": 224,
        "batch_size": 128,
        "lr": 1e-3,
        "loss": "cross_entropy",
        "loss.cross_entropy.label_smoothing": 0.1,
        "sampler": "class_balanced",
        "optimizer": "adamw",
        "schedule": "cosine",
    },
    "a system for tests",
)


def test_a_recipe_is_a_point_and_what_does_not_fit_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(RECIPES, "recipe E", KNOWN)
    file = tmp_path / "a.yaml"
    file.write_text(TEXT.replace("POINTS", "[recipe E]"))
    spec = read_spec(file)
    assert spec.try_first == (
        {"loss": "cross_entropy", "optimizer": "adamw", "image_size": 224, "lr": 0.001},
    )
    assert spec.warnings == (
        "try_first: recipe E: backbone efficientnet_b4 is not in the space; it is drawn",
        "try_first: recipe E: batch_size 128 is not in the space; another is fixed",
        "try_first: recipe E: loss.cross_entropy.label_smoothing 0.1 is not in the space; "
        "another is fixed",
        "try_first: recipe E: sampler class_balanced is not in the space; another is fixed",
    )


@pytest.mark.parametrize(
    ("heads", "optimizer", "loss"),
    [
        ("[age]", "adam", "cross_entropy"),
        ("[[mask, gender]]", "adamw", "cross_entropy"),
        ("[[gender, age, mask]]", "adamw", "focal"),
    ],
)
def test_a_recipe_may_depend_on_what_is_learned(
    tmp_path: Path, heads: str, optimizer: str, loss: str
) -> None:
    (point,) = read_points(tmp_path, "[recipe B]", heads)
    assert (point["optimizer"], point["loss"]) == (optimizer, loss)


def test_a_files_point_that_an_override_has_made_impossible_is_drawn_and_that_is_said() -> None:
    file = Path(__file__).parents[2] / "search_spaces" / "age.yaml"
    spec = read_spec(file, sets=["space.image_size=32"])
    assert spec.try_first == (
        {"backbone": "resnet34", "lr": 1e-3, "loss": "cross_entropy", "augmentation": "light"},
    )
    assert spec.warnings == (
        "`try_first`: image_size 224 is not in the space: only 32; it is drawn",
    )
