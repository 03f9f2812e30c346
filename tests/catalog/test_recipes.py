"""Each recipe is a file and a set of points, which say the same."""

from pathlib import Path

import pytest

from maskopt.catalog.parts import PARTS
from maskopt.catalog.recipes import RECIPES
from maskopt.space import Choice, Fixed, is_settled
from maskopt.spec import StudySpec, models_of, read_spec

FOLDER = Path(__file__).parents[2] / "search_spaces" / "recipes"
FILES = sorted(FOLDER.glob("*.yaml"))
MODELS = [(file, model) for file in FILES for model in models_of(file) or (None,)]
IDS = [f"{file.stem} {model or ''}".strip() for file, model in MODELS]
NAMES = ("join", "two_models", "three_models", "multi_head", "smoothed_b4")
LETTERS = dict(zip("ABCDE", NAMES, strict=True))


def settled(spec: StudySpec) -> dict[str, object]:
    """Return every value that a file fixes, by dotted path."""
    values: dict[str, object] = {}
    for key, domain in spec.space.domains.items():
        assert is_settled(domain), f"a recipe is one configuration, but {key} varies"
        if isinstance(domain, Choice):
            (option,) = domain.options
            values[key] = option.name
            for name, inner in option.parameters.items():
                assert isinstance(inner, Fixed)
                values[f"{key}.{option.name}.{name}"] = inner.value
        elif isinstance(domain, Fixed):
            values[key] = domain.value
    return values


def test_five_recipes_are_files_and_have_a_letter_beside_their_name() -> None:
    assert {file.stem for file in FILES} == set(LETTERS.values())
    for letter, name in LETTERS.items():
        assert RECIPES[f"recipe {letter}"] is RECIPES[name]
    assert len(RECIPES) == 10


@pytest.mark.parametrize(("file", "model"), MODELS, ids=IDS)
def test_a_file_and_its_points_say_the_same(file: Path, model: str | None) -> None:
    spec = read_spec(file, model=model)
    assert spec.warnings == ()
    assert spec.study.partition("-")[0] == file.stem
    assert (spec.budget.trials, spec.pretrained, spec.folds.count) == (1, "auto", 5)
    attributes = tuple(attribute.name for attribute in spec.label_space.attributes)
    point, values = RECIPES[file.stem].point_for(attributes), settled(spec)
    assert {path: values.get(path) for path in point} == point
    # Names are the recipe's, as far as the file does not leave them at their default.
    named = {key for key in PARTS if key != "backbone" and key in written(file, model)}
    assert named <= set(point)


def written(file: Path, model: str | None) -> set[str]:
    text = file.read_text()
    common = text.partition("\nspace:\n")[2].partition("\nmodels:\n")[0].splitlines()
    own = _block(text.partition(f"\n  {model}:")[2].partition("\n")[2]) if model else []
    return {line.strip().partition(":")[0] for line in [*common, *own] if ":" in line}


def _block(text: str) -> list[str]:
    """Return the lines of a model, up to the next one's name."""
    lines = text.splitlines()
    ends = [place for place, line in enumerate(lines) if not line.startswith("    ")]
    return lines[: ends[0]] if ends else lines


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_recipe_tells_what_was_reported(file: Path) -> None:
    head = file.read_text().partition("\nstudy:")[0]
    assert head.startswith("# Recipe ")
    assert "# Reported: " in head
    assert f"maskopt sweep search_spaces/recipes/{file.name} --preset demo" in head


@pytest.mark.parametrize("preset", ["quick", "standard", "overnight"])
def test_presets_start_with_what_the_file_does_and_then_with_the_recipes(preset: str) -> None:
    spec = read_spec(FOLDER.parent / "joint.yaml", preset=preset)
    own = read_spec(FOLDER.parent / "joint.yaml").try_first
    assert spec.try_first[0] == {
        key: value for key, value in own[0].items() if key in spec.try_first[0]
    }
    assert len(spec.try_first) > 3
    assert [warning for warning in spec.warnings if "recipe" in warning] == []


def test_recipes_go_by_both_names(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    text = (FOLDER.parent / "joint.yaml").read_text()
    before, _, after = text.partition("try_first:")
    points = []
    for name in ("recipe E", "smoothed_b4"):
        file.write_text(f"{before}try_first: [{name}]\nspace:{after.partition('space:')[2]}")
        points.append(read_spec(file).try_first)
    assert points[0] == points[1]
    assert points[0][0]["image_size"] == 224
