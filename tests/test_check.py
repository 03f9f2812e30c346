import json
from pathlib import Path

import pytest

from maskopt.check import check_file, check_models, show_check, show_checks
from maskopt.check.backbones import Tried
from maskopt.data.people import draw_people
from maskopt.errors import DataError, SpecError

FILE = """
study: faces
data:
  attributes: {gender: {classes: [male, female]}}
  group: person
heads: [gender]
folds: {count: 2, use: 1}
budget: {trials: 6, epochs: 4}
searcher: random
pruner: median
space:
  backbone: test_resnet
  image_size: 32
  lr: {low: 1e-4, high: 1e-2, log: true}
  loss: [cross_entropy, focal: {gamma: {low: 1, high: 3}}]
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "faces.yaml").write_text(FILE)
    (tmp_path / "speeds.json").write_text('{"test_resnet, 32 px, 2 CPU cores, 1 each": 28.0}')
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr("maskopt.cluster.devices._count_cores", lambda: 2)
    monkeypatch.setattr("maskopt.cluster.devices._list_gpus", tuple)
    monkeypatch.setattr("maskopt.check.one.try_backbones", lambda spec: Tried())  # takes seconds
    return tmp_path


def lines(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return [line.rstrip() for line in capsys.readouterr().out.splitlines()]


def test_a_plan_names_all_that_varies_all_that_is_fixed_and_the_devices(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    show_check(check_file("faces.yaml"), as_json=False)
    assert lines(capsys) == [
        "study               faces",
        "head gender         2 classes: male, female",
        "photos              none given: --data PATH, or --preset demo for drawn people",
        "folds               2, split by person with seed 20; a trial is scored on 1 fold",
        "budget              6 trials, 4 epochs each",
        "search              random, pruner median(startup_trials=5, warmup_epochs=1), "
        "by macro_f1",
        "cache               50 GB for decoded photos of all studies",
        "noise               the best configuration is trained with 3 other seeds at the end",
        "warm start          from similar studies in the same storage",
        "pretrained          auto",
        "varies              3 dimensions",
        "  loss              cross_entropy(label_smoothing=0), "
        "focal(form=softmax, label_smoothing=0)",
        "  loss.focal.gamma  1 to 3",
        "  lr                0.0001 to 0.01, log",
        "fixed               backbone test_resnet, sampler shuffled, label_policy official, "
        "augmentation light, optimizer adamw(beta1=0.9, beta2=0.999), schedule cosine(floor=0), "
        "view whole, head_weights equal, image_size 32, "
        "batch_size 64, weight_decay 0.01, warmup_epochs 0, dropout 0, layer_decay none, "
        "freeze_epochs 0, freeze_stages 0, clip none, accumulate 1, "
        "mixup none, cutmix none, ema none",
        "devices             2 CPU cores",
        "trials at once      2, 1 CPU thread each",
        "estimated time      give the photos to know it: --data PATH",
    ]


def test_what_an_option_carries_and_what_is_tried_first_is_named_too(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    backbones = "[test_resnet, mobilenetv2_035: {pad_type: same, mean: [0.5, 0.5, 0.5]}]"
    sets = [
        f"space.backbone={backbones}",
        "space.loss=[focal: {gamma: 3}]",
        "try_first=[{lr: 1e-3}, {lr: 1e-4}]",
        "budget.time=8h",
        "pretrained=none",
    ]
    show_check(check_file("faces.yaml", sets=sets), as_json=False)
    plan = lines(capsys)
    for line in (
        "budget          6 trials, 4 epochs each, 8 h at most",
        "tried first     2 points",
        "pretrained      none",
        "  backbone      test_resnet, mobilenetv2_035(pad_type=same, mean=[0.5, 0.5, 0.5])",
    ):
        assert line in plan
    assert plan[-4].startswith(
        "fixed           loss focal(gamma=3, form=softmax, label_smoothing=0), sampler shuffled, "
    )


def test_weak_trials_end_early_only_where_a_pruner_ends_them(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    draw_people(folder / "people", 10, seed=1)
    checked = check_file("faces.yaml", data="people/train", sets=["pruner=none"], studies=folder)
    show_check(checked, as_json=False)
    assert (
        "estimated time      30 s at most; a full trial takes 10 s (from earlier sweeps)"
    ) in lines(capsys)


def test_photos_add_their_number_an_estimate_and_the_class_table(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    draw_people(folder / "people", 10, seed=1)
    checked = check_file("faces.yaml", data="people/train", studies=folder)
    show_check(checked, as_json=False)
    # 70 photos x 4 epochs at 28 a second are 10 s; 6 trials, two at once, 30 s.
    plan = lines(capsys)
    assert f"photos              70 photos in {folder}/people/train" in plan
    assert (
        "estimated time      30 s at most; a full trial takes 10 s, weak ones end early "
        "(from earlier sweeps)"
    ) in plan
    assert plan[-3:] == [
        "class   photos  groups  fold 0  fold 1",
        "male        28       4      14      14",
        "female      42       6      21      21",
    ]


def test_photos_with_errors_are_told_after_the_plan(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    draw_people(folder / "people", 10, seed=1)
    first = min((folder / "people/train").iterdir())
    (first / "normal.jpg").write_bytes(b"")
    checked = check_file("faces.yaml", data="people/train", studies=folder)
    with pytest.raises(DataError) as refusal:
        show_check(checked, as_json=False)
    assert str(refusal.value) == (
        f"people/train: 1 photo is empty: {first.name}/normal.jpg; copy again or remove"
    )
    plan = lines(capsys)
    assert "estimated time      not known, see the errors" in plan


@pytest.mark.parametrize(
    ("packing", "words"),
    [
        ("{}", "2, 1 CPU thread each, `auto` is measured when a sweep begins"),
        ('{"test_resnet, 32 px, 2 CPU cores": 1}', "1, 2 CPU threads each"),
    ],
    ids=["not measured yet", "measured by an earlier sweep"],
)
def test_trials_that_share_a_device_are_as_measured(
    folder: Path, capsys: pytest.CaptureFixture[str], packing: str, words: str
) -> None:
    (folder / "packing.json").write_text(packing)
    asked = ["budget.trials_per_device=auto"]
    show_check(check_file("faces.yaml", sets=asked, studies=folder), as_json=False)
    assert f"trials at once      {words}" in lines(capsys)


MODELS = (
    FILE.replace("heads: [gender]\n", "")
    + """
models:
  one: {heads: [gender]}
  two: {heads: [gender], space: {image_size: 48}}
"""
)


def test_each_model_of_a_file_has_its_plan(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "faces.yaml").write_text(MODELS)
    show_checks(check_models("faces.yaml"), as_json=False)
    plans = "\n".join(lines(capsys)).split("\n\n")
    assert [plan.splitlines()[0].split() for plan in plans] == [
        ["study", "faces-one"],
        ["study", "faces-two"],
    ]
    assert ["image_size 32" in plans[0], "image_size 48" in plans[1]] == [True, True]
    show_checks(check_models("faces.yaml", "two"), as_json=True)
    assert json.loads(capsys.readouterr().out)["study"] == "faces-two"
    show_checks(check_models("faces.yaml"), as_json=True)
    told = json.loads(capsys.readouterr().out)["models"]
    assert {name: each["study"] for name, each in told.items()} == {
        "one": "faces-one",
        "two": "faces-two",
    }


def test_what_is_wrong_with_any_model_or_its_photos_is_told_once(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "faces.yaml").write_text(MODELS.replace("test_resnet", "test_resnot"))
    with pytest.raises(SpecError) as wrong:
        check_models("faces.yaml")
    assert len(str(wrong.value).splitlines()) == 1
    (folder / "faces.yaml").write_text(MODELS)
    draw_people(folder / "people", 10, seed=1)
    (min((folder / "people/train").iterdir()) / "normal.jpg").write_bytes(b"")
    for as_json in (False, True):
        checks = check_models("faces.yaml", data="people/train", studies=folder)
        with pytest.raises(DataError, match="1 photo is empty") as refusal:
            show_checks(checks, as_json=as_json)
        assert len(str(refusal.value).splitlines()) == 1
        assert "faces-two" in capsys.readouterr().out


def test_losses_and_weights_of_heads_are_rows_of_the_plan(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    attributes = "{gender: {classes: [male, female]}, age: {cuts: [30], names: [young, old]}}"
    sets = [
        f"data.attributes={attributes}",
        "heads=[gender, age]",
        "space.head_losses={gender: bce, age: [focal, ldam: {max_margin: {low: 0, high: 1}}]}",
        "space.head_weights=[equal, {age: {low: 1, high: 4}}]",
    ]
    show_check(check_file("faces.yaml", sets=sets), as_json=False)
    plan = {line[:34].strip(): line[34:].strip() for line in lines(capsys)}
    assert plan["head_losses.age"].startswith("focal(gamma=2, form=softmax, label_smoothing=0), ")
    assert plan["head_losses.age.ldam.max_margin"] == "0 to 1"
    assert plan["head_weights"] == "equal, fixed"
    assert plan["head_weights.fixed.age"] == "1 to 4"
    assert "head_losses.gender bce(positive_weight=1, label_smoothing=0)" in plan["fixed"]
