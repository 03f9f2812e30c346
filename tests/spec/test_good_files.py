import json
from pathlib import Path

import pytest

from maskopt.catalog.parts import DEFAULT_PARTS, NUMBERS, PARTS
from maskopt.labels import Attribute
from maskopt.space import Choice, Fixed, Part
from maskopt.spec import BudgetSpec, FoldsSpec, models_of, read_spec, spec_from_content

GOOD = Path(__file__).parents[1] / "specs" / "good"
SHIPPED = Path(__file__).parents[2] / "search_spaces"
ALL = [*sorted(GOOD.glob("*.yaml")), *sorted(SHIPPED.glob("*.yaml"))]
FILES = [file for file in ALL if not models_of(file)]
PRESETS = [None, "demo", "quick", "standard", "overnight"]


def test_what_a_file_leaves_out_is_filled_in_from_the_catalog() -> None:
    spec = read_spec(GOOD / "smallest.yaml")
    assert list(spec.space.domains) == [*PARTS, *NUMBERS]
    for name, default in DEFAULT_PARTS.items():
        domain = spec.space.domains[name]
        assert isinstance(domain, Choice)
        (option,) = domain.options
        parameters = PARTS[name][default].parameters
        assert option.name == default
        assert option.parameters == {k: Fixed(p.default) for k, p in parameters.items()}
    for name, number in NUMBERS.items():
        assert spec.space.domains[name] == Fixed(number.default)
    assert spec.folds == FoldsSpec(count=5, use=1, seed=20)
    assert spec.budget == BudgetSpec(trials=1, epochs=12, seconds=None, gpus_per_trial=1.0)
    assert spec.searcher == Part("gp", {"startup_trials": 5})
    assert spec.pruner == Part("halving", {"eta": 4, "first_rung": None})
    assert (spec.objective, spec.pretrained, spec.try_first) == ("macro_f1", "auto", ())
    assert spec.objectives == ("macro_f1",)
    assert (spec.referee, spec.noise, spec.warm_start) == (0.05, 3, "auto")
    assert spec.data.photos is None
    assert not list(spec.space.varying())


def test_everything_that_a_file_can_say_is_read() -> None:
    spec = read_spec(GOOD / "everything.yaml")
    assert spec.study == "2024-run.1"
    assert [head.name for head in spec.label_space.heads] == ["no+age", "hair colour"]
    assert spec.label_space.scored.name == "hair colour"
    assert spec.data.attributes[1] == Attribute("age", ("young", "middle", "senior"), (30, 60.5))
    assert spec.data.group is None
    assert spec.folds == FoldsSpec(count=4, use=4, seed=7)
    assert spec.budget == BudgetSpec(
        1000,
        12,
        seconds=5400,
        gpus_per_trial=0.5,
        patience=3,
        disk=2.5,
        cache=0.5,
        compile="always",
    )
    assert spec.objective == "accuracy"
    assert spec.objectives == ("accuracy", "macro_f1", "latency", "parameters")
    assert (spec.referee, spec.noise, spec.warm_start) == (0.1, 0, ("age", "2023-run.7"))
    assert spec.searcher == Part("random")
    assert spec.pruner == Part("halving", {"eta": 3, "first_rung": None})
    assert spec.pretrained == "require"
    backbone = spec.space.domains["backbone"]
    assert isinstance(backbone, Choice)
    assert backbone.options[0].parameters == {}
    assert list(backbone.options[1].parameters) == ["mean", "std", "drop_path_rate"]


# Built-in people do not show what the files for tests learn.
CASES = [(file, p) for file in FILES for p in PRESETS if (file.parent, p) != (GOOD, "demo")]


@pytest.mark.parametrize(
    ("file", "preset"), CASES, ids=[f"{file.stem}-{preset}" for file, preset in CASES]
)
def test_stored_content_gives_an_equal_spec(file: Path, preset: str | None) -> None:
    spec = read_spec(file, preset=preset)
    assert spec_from_content(json.loads(json.dumps(spec.content))) == spec


@pytest.mark.parametrize("preset", PRESETS, ids=str)
@pytest.mark.parametrize("name", ["age", "gender", "mask", "mask_gender", "joint", "multi_head"])
def test_shipped_files_are_read_without_a_warning(name: str, preset: str | None) -> None:
    spec = read_spec(SHIPPED / f"{name}.yaml", preset=preset)
    assert spec.study == name
    # A preset brings a space of its own, into which a point of the file may not fit.
    points = [w for w in spec.warnings if w.startswith("`try_first`") and w.endswith("drawn")]
    assert list(spec.warnings) == (points if preset else [])
    assert (spec.data.layout, spec.data.group) == ("people", "person")
    assert spec.data.photos is None
    varying = [path for path, _ in spec.space.varying()]
    assert {"backbone", "lr", "augmentation"} <= set(varying)


def test_shipped_files_learn_what_their_names_say() -> None:
    heads = {
        file.stem: [head.name for head in read_spec(file).label_space.heads]
        for file in SHIPPED.glob("*.yaml")
    }
    assert heads == {
        "age": ["age"],
        "gender": ["gender"],
        "mask": ["mask"],
        "mask_gender": ["mask+gender"],
        "joint": ["mask+gender+age"],
        "multi_head": ["mask", "gender", "age"],
    }


def test_a_path_may_be_gone_when_stored_content_is_read(tmp_path: Path) -> None:
    weights = tmp_path / "r.pth"
    weights.touch()
    sets = [f"space.backbone={{resnet18: {{weights: {weights}}}}}"]
    spec = read_spec(GOOD / "smallest.yaml", sets=sets)
    weights.unlink()
    assert spec_from_content(spec.content) == spec
