from pathlib import Path
from typing import Any

import pytest

from maskopt.errors import SpecError
from maskopt.space import FloatRange, SearchSpace, TrialConfig
from maskopt.spec import StudySpec, read_spec, spec_from_content
from maskopt.spec.content import differences
from maskopt.starts.completing import complete_point
from maskopt.starts.fitting import fit_point

TEXT = """\
study: faces
data:
  attributes:
    mask: {classes: [wear, incorrect, not_wear]}
    gender: {classes: [male, female]}
    age: {cuts: [30, 60], names: [young, middle, senior]}
  group: person
heads: [[mask, gender], age]
budget: {trials: 10, epochs: 3}
try_first: POINTS
space:
  backbone: resnet18
  head_losses: LOSSES
  head_weights: WEIGHTS
"""
LOSSES = "{age: [focal: {gamma: {low: 1, high: 3}}, ldam], mask+gender: cross_entropy}"
WEIGHTS = "[equal, {age: {low: 0.5, high: 3}}]"


@pytest.fixture
def read(tmp_path: Path) -> Any:
    def read(
        *sets: str, losses: str = LOSSES, weights: str = WEIGHTS, points: str = "[]"
    ) -> StudySpec:
        text = TEXT.replace("POINTS", points).replace("LOSSES", losses)
        file = tmp_path / "faces.yaml"
        file.write_text(text.replace("WEIGHTS", weights))
        return read_spec(file, sets=sets)

    return read


def config_of(space: SearchSpace, **chosen: Any) -> TrialConfig:
    return space.draw(lambda path, domain: chosen[path])


def test_a_heads_loss_is_drawn_by_its_own_dotted_path(read) -> None:
    space = read().space
    assert [path for path, _ in space.varying()] == [
        "head_weights",
        "head_weights.fixed.age",
        "head_losses.age",
        "head_losses.age.focal.gamma",
    ]
    drawn = {"head_weights": "equal", "head_losses.age": "focal"}
    config = config_of(space, **drawn, **{"head_losses.age.focal.gamma": 1.5})
    assert str(config.part("head_losses.age")) == (
        "focal(gamma=1.5, form=softmax, label_smoothing=0, class_weights=none)"
    )
    assert config["head_losses.mask+gender"] == "cross_entropy"


def test_the_short_form_of_weights_is_the_option_fixed(read) -> None:
    short = read(weights="{age: 2, mask+gender: [1, 4]}")
    assert short == read(weights="{fixed: {age: 2, mask+gender: [1, 4]}}")
    assert short.content["space"]["head_weights"] == [
        {"fixed": {"age": 2.0, "mask+gender": [1, 4]}}
    ]


def test_stored_content_holds_losses_by_head_and_gives_an_equal_spec(read) -> None:
    spec = read()
    assert list(spec.content["space"]["head_losses"]) == ["age", "mask+gender"]
    assert spec_from_content(spec.content) == spec


@pytest.mark.parametrize(
    ("change", "lines"),
    [
        ({"losses": "{age: focal, mask+gender: cross_entropy}"},
         ["space.head_losses.age: [focal, ldam] -> [focal]",
          "space.head_losses.age.focal.gamma: 1.0 to 3.0 -> 2.0",
          "space.head_losses.age.ldam.max_margin: removed, was 0.5",
          "space.head_losses.age.ldam.scale: removed, was 1.0",
          "space.head_losses.age.ldam.deferred: removed, was 0.8"]),
        ({"weights": "[equal, {age: {low: 0.5, high: 2}}]"},
         ["space.head_weights.fixed.age: 0.5 to 3.0 -> 0.5 to 2.0"]),
    ],
    ids=["losses", "weights"],
)  # fmt: skip
def test_what_differs_by_heads_is_told_when_a_study_is_resumed(
    read, change: dict[str, str], lines: list[str]
) -> None:
    assert differences(read().content, read(**change).content) == lines


def test_a_study_from_before_these_keys_resumes(read) -> None:
    content = dict(read(losses="none", weights="equal").content)
    old = {key: value for key, value in content["space"].items() if key != "head_weights"}
    assert "head_losses" not in old
    assert spec_from_content({**content, "space": old}).content == content


@pytest.mark.parametrize(
    ("point", "values"),
    [
        ("{head_losses: {age: ldam}}", {"head_losses.age": "ldam"}),
        ("{head_losses.age: ldam}", {"head_losses.age": "ldam"}),
        ("{head_losses: {age: {focal: {gamma: 2}}}}",
         {"head_losses.age": "focal", "head_losses.age.focal.gamma": 2.0}),
        ("{head_losses.age.focal.gamma: 2}",
         {"head_losses.age": "focal", "head_losses.age.focal.gamma": 2.0}),
        ("{head_losses: {age.focal.gamma: 2}}",
         {"head_losses.age": "focal", "head_losses.age.focal.gamma": 2.0}),
        ("{head_weights: {age: 2}}", {"head_weights": "fixed", "head_weights.fixed.age": 2.0}),
        ("{head_weights.fixed.age: 2}", {"head_weights": "fixed", "head_weights.fixed.age": 2.0}),
    ],
)  # fmt: skip
def test_a_point_may_say_losses_and_weights_of_heads(
    read, point: str, values: dict[str, object]
) -> None:
    assert read(points=f"[{point}]").try_first == (values,)


def test_what_stands_inside_is_set_from_the_command_line(read) -> None:
    spec = read("space.head_losses.age.focal.gamma=2", "space.head_losses.mask+gender=focal",
                "space.head_weights.fixed.age=2", weights="{fixed: {age: 1}}")  # fmt: skip
    assert [path for path, _ in spec.space.varying()] == ["head_losses.age"]
    assert spec.content["space"]["head_weights"] == [{"fixed": {"age": 2.0}}]
    spec = read("space.head_weights.age=3", weights="{mask+gender: 2}")
    assert spec.content["space"]["head_weights"] == [{"fixed": {"mask+gender": 2.0, "age": 3.0}}]


def test_an_option_that_a_head_has_not_is_told(read) -> None:
    with pytest.raises(SpecError) as caught:
        read("space.head_losses.age.focul.gamma=2")
    assert str(caught.value) == (
        "--set space.head_losses.age.focul.gamma=2: `space.head_losses.age` has no option "
        "'focul'; did you mean 'focal'?"
    )


def test_a_point_of_a_former_study_is_fitted_by_head(read) -> None:
    former = {"loss": "focal", "head_losses.age": "focal", "head_losses.age.focal.gamma": 3.5,
              "head_weights": "fixed", "head_weights.fixed.age": 2.0}  # fmt: skip
    fitted = fit_point(former, read().space)
    assert fitted.point == {
        "head_weights": "fixed",
        "head_weights.fixed.age": 2.0,
        "head_losses.age": "focal",
        "head_losses.age.focal.gamma": 3.0,
    }
    assert fitted.moved == {"head_losses.age.focal.gamma": (3.5, 3.0)}


def test_what_a_point_leaves_out_of_a_head_is_plain(read) -> None:
    losses = "{age: [focal: {gamma: {low: 1, high: 4}}, cross_entropy]}"
    space = read(losses=losses).space
    assert complete_point({}, space) == {
        "head_weights": "equal",
        "head_losses.age": "cross_entropy",
    }
    assert complete_point({"head_losses.age": "focal"}, space)["head_losses.age.focal.gamma"] == 2


def test_numbers_of_a_heads_loss_vary_in_their_own_ranges(read) -> None:
    found = dict(read().space.varying())
    assert found["head_losses.age.focal.gamma"] == FloatRange(1.0, 3.0)
    assert found["head_weights.fixed.age"] == FloatRange(0.5, 3.0)


def test_a_loss_of_two_classes_does_where_each_head_has_two(read) -> None:
    with pytest.raises(SpecError, match=r"bce takes heads of two classes, and age has 3"):
        read(losses="{age: bce}")
    spec = read("heads=[gender, age]", losses="{gender: bce}", weights="equal")
    assert spec.content["space"]["head_losses"]["gender"][0]["bce"]["positive_weight"] == 1.0


def test_the_loss_of_no_head_is_told(read) -> None:
    with pytest.raises(SpecError) as caught:
        read("space.loss=[focal, ldam]", "space.head_losses={age: focal, mask+gender: ldam}")
    assert str(caught.value) == (
        "--set space.loss=[focal, ldam]: `space.loss` does nothing: every head has a loss of its "
        "own in `space.head_losses`; leave it out"
    )


def test_weights_that_the_command_line_left_without_a_second_head_are_a_warning(read) -> None:
    spec = read("heads=[age]", losses="{age: focal}", weights="learned")
    assert spec.warnings == (
        "`space.head_weights` does nothing: it weighs heads against each other, and there is one, "
        "age",
    )
