from pathlib import Path
from typing import Any

import pytest

from maskopt.errors import SpecError
from maskopt.space import Choice
from maskopt.spec import StudySpec, models_of, read_spec

FILE = Path(__file__).parents[1] / "specs" / "good" / "models.yaml"
TEXT = FILE.read_text()


def chosen(spec: StudySpec, key: str) -> str:
    domain = spec.space.domains[key]
    assert isinstance(domain, Choice)
    return str(domain.options[0].name)


def refusal(tmp_path: Path, text: str, model: str | None = None) -> str:
    (tmp_path / "a.yaml").write_text(text)
    with pytest.raises(SpecError) as caught:
        read_spec(tmp_path / "a.yaml", model=model)
    return str(caught.value).replace(f"{tmp_path}/", "")


def test_a_model_is_a_study_of_its_own_laid_over_the_rest_of_the_file() -> None:
    assert models_of(FILE) == ("age", "gender")
    age, gender = (read_spec(FILE, model=model) for model in models_of(FILE))
    assert (age.study, gender.study) == ("faces-age", "faces-gender")
    assert [spec.label_space.joint.name for spec in (age, gender)] == ["age", "gender"]
    assert [(s.budget.trials, s.budget.epochs) for s in (age, gender)] == [(2, 4), (1, 4)]
    assert [chosen(spec, "backbone") for spec in (age, gender)] == ["resnet34", "resnet18"]
    assert [chosen(spec, "optimizer") for spec in (age, gender)] == ["sgd", "adamw"]
    assert "models" not in age.content


def test_presets_and_options_are_laid_over_models_and_the_name_is_their_prefix() -> None:
    spec = read_spec(
        FILE, model="age", preset="demo", sets=["budget.epochs=2"], study="mine", trials=7
    )
    assert (spec.study, spec.budget.epochs, spec.budget.trials) == ("mine-age", 2, 7)
    assert chosen(spec, "backbone") == "test_efficientnet"
    assert chosen(spec, "optimizer") == "sgd"


@pytest.mark.parametrize("options", [{"study": "mine"}, {"sets": ["study=mine"]}], ids=str)
def test_however_a_study_is_named_each_model_has_one_of_its_own(options: dict[str, Any]) -> None:
    studies = [read_spec(FILE, model=model, **options).study for model in models_of(FILE)]
    assert studies == ["mine-age", "mine-gender"]
    assert read_spec(FILE.parent / "smallest.yaml", **options).study == "mine"


_EVERY = "`--set` is laid over every model, not over `models`; for one alone:"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("models.age.space.lr=1e-4", f"{_EVERY} --model age --set space.lr=1e-4"),
        (" models.age.space.spce = [a, b]", f"{_EVERY} --model age --set 'space.spce= [a, b]'"),
        ("models.age={heads: [gender]}", f"{_EVERY} --model age --set KEY=VALUE"),
        ("models=7", f"{_EVERY} --model NAME --set KEY=VALUE"),
        ("models.agee.space.lr=1e-4", "unknown model 'agee'; did you mean 'age'?"),
    ],
    ids=["value", "typo", "model", "all", "unknown"],
)
@pytest.mark.parametrize("model", ["age", "gender"])
def test_a_setting_inside_models_is_refused_whichever_model_is_read(
    text: str, message: str, model: str
) -> None:
    with pytest.raises(SpecError) as caught:
        read_spec(FILE, model=model, sets=["budget.epochs=2", text])
    assert str(caught.value) == f"--set {text}: {message}"


def test_a_model_whose_name_holds_a_dot_is_named_in_what_to_type(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(TEXT.replace("  gender:\n    heads", "  g.2:\n    heads"))
    with pytest.raises(SpecError) as caught:
        read_spec(tmp_path / "a.yaml", model="g.2", sets=["models.g.2.space.lr=1"])
    assert str(caught.value) == (
        f"--set models.g.2.space.lr=1: {_EVERY} --model g.2 --set space.lr=1"
    )


def test_a_setting_inside_models_of_one_study_is_refused() -> None:
    smallest = FILE.parent / "smallest.yaml"
    with pytest.raises(SpecError) as caught:
        read_spec(smallest, sets=["models.age.space.lr=1e-4"])
    assert str(caught.value) == (
        f"--set models.age.space.lr=1e-4: {smallest} is one study without `models`; set its own "
        "keys"
    )


def test_a_file_of_one_study_has_no_models() -> None:
    smallest = FILE.parent / "smallest.yaml"
    assert models_of(smallest) == ()
    with pytest.raises(SpecError) as caught:
        read_spec(smallest, model="age")
    assert str(caught.value) == (
        f"--model age: {smallest} is one study without `models`; leave it out"
    )


@pytest.mark.parametrize(
    ("text", "model", "message"),
    [
        (TEXT, "agee", "--model agee: unknown model 'agee'; did you mean 'age'?"),
        (TEXT, None,
         "a.yaml:12: this file is of several models, age, gender; name one with --model"),
        (TEXT.partition("models:")[0] + "models: [age]\n", "age",
         "a.yaml:12: `models` must be a mapping of names to what differs, got a list; write "
         "`models: {age: {heads: [age]}, mask: {heads: [mask]}}`"),
        (TEXT.replace("  gender:\n    heads", "  gen/der:\n    heads"), "age",
         "a.yaml:20: a model's name is part of its study's: letters, digits, `_`, `-` and `.`, up "
         "to 50 of them, got 'gen/der'"),
        (TEXT + "  mask: resnet18\n", "mask",
         "a.yaml:24: `models.mask` must be a mapping of what differs, got 'resnet18'; write "
         "`models: {age: {heads: [age]}, mask: {heads: [mask]}}`"),
        (TEXT.replace("    heads: [age]", "    study: other\n    heads: [age]"), "age",
         "a.yaml:14: `models.age.study` cannot be one model's own; leave it out"),
        (TEXT.replace("resnet34", "resnet43").replace("[age]", "[aeg]"), "age",
         "a.yaml:14: unknown attribute 'aeg' in `heads`; did you mean 'age'?\n"
         "a.yaml:18: unknown backbone 'resnet43': timm has none of that name; did you mean "
         "'resnet34'?"),
        (TEXT + "  mask:\n", "mask",
         "a.yaml: `heads` is missing; say what is learned: `heads: [age]`\n"
         "a.yaml:8: `budget` must say when the search ends: `trials: 60`, `time: 8h`, or both\n"
         "a.yaml:9: `space.backbone` is missing; name a timm model: `backbone: resnet18`"),
    ],
    ids=["unknown", "none named", "list", "name", "no mapping", "study", "inside", "too little"],
)  # fmt: skip
def test_what_is_wrong_with_models_is_told_with_its_place(
    tmp_path: Path, text: str, model: str | None, message: str
) -> None:
    assert refusal(tmp_path, text, model) == message
