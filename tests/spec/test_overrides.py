from pathlib import Path

import pytest

from maskopt.errors import SpecError
from maskopt.space import Choice, Fixed, FloatRange, Option
from maskopt.spec import BudgetSpec, read_spec

TEXT = """\
study: a
data:
  attributes:
    mask: {classes: [wear, not_wear]}
    age: {cuts: [30, 60], names: [young, middle, senior]}
  group: person
heads: [age]
budget: {trials: 10, epochs: 3}
space:
  backbone: [resnet18, resnet50, resnet50.a1_in1k]
  lr: {low: 1e-5, high: 3e-3, log: true}
  dropout: 0.1
  loss: [cross_entropy, focal: {gamma: {low: 0.5, high: 4.0}}]
  optimizer: sgd
"""


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "spaces").mkdir()
    (tmp_path / "spaces" / "a.yaml").write_text(TEXT)
    monkeypatch.chdir(tmp_path)


def names(domain: object) -> list[object]:
    assert isinstance(domain, Choice)
    return [option.name for option in domain.options]


def test_a_plain_value_is_set() -> None:
    assert read_spec("spaces/a.yaml", sets=["budget.epochs=5"]).budget.epochs == 5


def test_a_bound_of_a_range_is_set_alone() -> None:
    space = read_spec("spaces/a.yaml", sets=["space.lr.high=1e-2"]).space
    assert space.domains["lr"] == FloatRange(1e-5, 1e-2, log=True)


def test_a_domain_is_replaced() -> None:
    sets = ["space.lr=1e-3", "space.loss=focal", "space.backbone=[resnet34, vgg19]"]
    domains = read_spec("spaces/a.yaml", sets=sets).space.domains
    assert domains["lr"] == Fixed(1e-3)
    assert names(domains["loss"]) == ["focal"]
    assert names(domains["backbone"]) == ["resnet34", "vgg19"]


def test_an_option_of_a_list_is_given_a_parameter() -> None:
    sets = ["space.loss.focal.gamma.high=2", "space.loss.cross_entropy.label_smoothing=[0, 0.1]"]
    loss = read_spec("spaces/a.yaml", sets=sets).space.domains["loss"]
    assert isinstance(loss, Choice)
    smoothing = Choice((Option(0.0), Option(0.1)))
    assert loss.option("cross_entropy").parameters["label_smoothing"] == smoothing
    assert loss.option("focal").parameters["gamma"] == FloatRange(0.5, 2.0)


def test_an_option_whose_name_holds_a_dot_is_given_a_parameter() -> None:
    sets = ["space.backbone.resnet50.a1_in1k.drop_path_rate=0.1"]
    backbone = read_spec("spaces/a.yaml", sets=sets).space.domains["backbone"]
    assert isinstance(backbone, Choice)
    assert backbone.option("resnet50.a1_in1k").parameters == {"drop_path_rate": Fixed(0.1)}


def test_a_single_option_is_given_a_parameter() -> None:
    optimizer = read_spec("spaces/a.yaml", sets=["space.optimizer.sgd.momentum=0.8"])
    domain = optimizer.space.domains["optimizer"]
    assert isinstance(domain, Choice)
    assert domain.option("sgd").parameters["momentum"] == Fixed(0.8)


def test_what_a_file_lacks_is_added() -> None:
    sets = ["folds.use=2", "pruner.median.startup_trials=1", "data.attributes.age.cuts=[30, 58]"]
    spec = read_spec("spaces/a.yaml", sets=sets)
    assert spec.folds.use == 2
    assert str(spec.pruner) == "median(startup_trials=1, warmup_epochs=1)"
    assert spec.data.attributes[1].cuts == (30, 58)


def test_the_last_of_two_settings_holds() -> None:
    spec = read_spec("spaces/a.yaml", sets=["budget.epochs=5", "budget.epochs=6"])
    assert spec.budget.epochs == 6


def test_options_of_the_command_line_replace_what_the_file_says() -> None:
    spec = read_spec(
        "spaces/a.yaml", data="photos", study="b", trials=3, seconds=5400, gpus_per_trial=0.5
    )
    assert (spec.study, spec.data.photos) == ("b", str(Path.cwd() / "photos"))
    assert spec.budget == BudgetSpec(3, 3, seconds=5400, gpus_per_trial=0.5)


def test_a_share_of_a_gpu_that_is_typed_rules_over_the_trials_that_a_file_has_share_it() -> None:
    shared = ["budget.trials_per_device=auto"]
    assert read_spec("spaces/a.yaml", sets=shared).budget.trials_per_device == "auto"
    budget = read_spec("spaces/a.yaml", sets=shared, gpus_per_trial=0.5).budget
    assert (budget.trials_per_device, budget.gpus_per_trial) == (None, 0.5)


def test_photos_and_built_in_people_replace_each_other() -> None:
    people = ["data.built_in_people=50"]
    data = read_spec("spaces/a.yaml", sets=["data.corrections=fixes.csv", *people]).data
    assert (data.photos, data.corrections, data.built_in_people) == (None, None, 50)
    data = read_spec("spaces/a.yaml", sets=people, data="photos").data
    assert (data.photos, data.built_in_people) == (str(Path.cwd() / "photos"), None)


def test_a_set_path_is_relative_to_the_current_folder() -> None:
    spec = read_spec("spaces/a.yaml", sets=["data.corrections=fixes.csv"])
    assert spec.data.corrections == str(Path.cwd() / "fixes.csv")


def test_none_takes_a_value_away() -> None:
    sets = ["data.corrections=fixes.csv", "data.corrections=none"]
    assert read_spec("spaces/a.yaml", sets=sets).data.corrections is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("space.lr=abc", "`space.lr` must be a number from 1e-08 to 10, got 'abc'; a list is a "
         "choice, and {low: ..., high: ...} a range"),
        ("space.lr.high=abc", "`space.lr.high` must be a number from 1e-08 to 10, got 'abc'"),
        ("space.lr.hihg=1", "unknown key 'hihg' in `space.lr`; did you mean 'high'?"),
        ("space.dropout.high=0.5", "`space.dropout` is 0.1, which has no 'high'; set "
         "`space.dropout` as a whole"),
        ("space.loss.focl.gamma=2", "`space.loss` has no option 'focl'; did you mean 'focal'?"),
        ("space.optimizer.adam.beta1=0.8", "`space.optimizer` has no option 'adam'; it has sgd"),
        ("space.loss.focal=2", "`space.loss.focal` must be a mapping of parameters, got 2; write "
         "`focal: {parameter: value}`"),
        ("space.clip.low=1", "`space.clip` is a range, so it needs `high`; write "
         "{low: ..., high: ...}"),
        ("lr=1e-3", "unknown key 'lr'; it belongs under `space`: `space.lr`"),
        ("space.lr", "`--set` takes KEY=VALUE with a dotted key, such as budget.epochs=3"),
        ("=3", "`--set` takes KEY=VALUE with a dotted key, such as budget.epochs=3"),
        ("space..lr=3", "`--set` takes KEY=VALUE with a dotted key, such as budget.epochs=3"),
        ("space.lr=", "`space.lr` has no value; it takes a number from 1e-08 to 10"),
        ("space.lr=[1, 2", "this is not YAML: expected ',' or ']', but got '<stream end>'; the [ "
         "of line 1 has no ] before this"),
        ("heads.age=1", "`heads` is [age], which has no 'age'; set `heads` as a whole"),
        ("budget=", "`budget` must be a mapping, got nothing; write "
         "`budget: {trials: 60, epochs: 12}`"),
    ],
    ids=lambda text: text if "=" in text[:30] or len(text) < 12 else "",
)  # fmt: skip
def test_a_bad_setting_is_complained_about_by_its_own_words(text: str, message: str) -> None:
    with pytest.raises(SpecError) as caught:
        read_spec("spaces/a.yaml", sets=[text])
    assert str(caught.value) == f"--set {text}: {message}"


def test_problems_of_a_file_come_before_those_of_options() -> None:
    Path("spaces/a.yaml").write_text(TEXT.replace("dropout: 0.1", "dropout: 1"))
    with pytest.raises(SpecError) as caught:
        read_spec(
            "spaces/a.yaml", sets=["space.lr=100", "space.clip=0"], trials=0, seconds=0, study=""
        )
    assert str(caught.value) == (
        "spaces/a.yaml:12: `space.dropout` must be a number from 0 to 0.9, got 1\n"
        "--set space.lr=100: `space.lr` must be a number from 1e-08 to 10, got 100\n"
        "--set space.clip=0: `space.clip` must be a number from 0.001 to 10000 or none, got 0\n"
        "--study : `study` must be a name, got nothing\n"
        "--trials 0: `budget.trials` must be a whole number from 1 to 1000000 or none, got 0\n"
        "--time 0s: `budget.time` must be a time such as 8h, 90m, 1h30m or 45s, got '0s'"
    )
