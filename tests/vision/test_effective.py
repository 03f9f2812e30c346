"""The record of what really ran: every entry and every parameter stands in it, or acts."""

import json
from importlib.util import module_from_spec, spec_from_file_location
from itertools import islice
from math import cos, pi
from pathlib import Path

import pytest
from safetensors.torch import save_file

from maskopt.catalog.parts import BACKBONE_PARAMETERS, DEFAULT_PARTS
from maskopt.data.photos import read_photos
from maskopt.space import Part
from maskopt.vision.effective import effective
from maskopt.vision.fold_photos import open_photos, split_photos
from maskopt.vision.learner import build_learner
from maskopt.vision.models import build_model
from maskopt.vision.trial import run


def _load(name):
    spec = spec_from_file_location(name, Path(__file__).parent / f"{name}.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


PARTS = _load("test_parts")  # the table of every entry, and of another value of each parameter
ALONE_IDLE = {
    "schedule.step.factor": {"schedule.step.epochs": 1},  # so that there is a step to see
    "label_policy.cut": {"label_policy.cut.to": 50.0},  # so that there is a cut to move
    "label_policy.cut.attribute": {"label_policy.cut.to": 50.0},
    "sampler.class_targets": {"sampler.class_targets.senior": 40},  # so that a class has one
    "sampler.under": {"sampler.under.ratio": 1.0},  # no class is three times as frequent
    "view.center": {"view.center.size": 16},  # of photos of 32
}
"""What an entry or a parameter needs beside it to act on 60 photos of 32 pixels."""

OTHERS = [(key, name) for key, name in PARTS.ENTRIES if DEFAULT_PARTS.get(key) != name]


def record(task):
    table = read_photos(task.setup.photos_table)
    images = open_photos(task, table)
    folds = {
        fold: split_photos(images, table, task.setup.label_space, fold)
        for fold in task.setup.folds
    }
    learners = [build_learner(task, *parts, fold) for fold, parts in folds.items()]
    told = effective(task, learners)
    assert json.loads(json.dumps(told, allow_nan=False)) == told, "plain JSON, nan left out"
    return told


@pytest.fixture
def acts(make_task, tmp_path, timeless, monkeypatch):
    """Tell whether a change stands in the record, or else changes the first epochs."""
    monkeypatch.setattr("maskopt.data.views.find_face", PARTS.face_in_the_middle)  # of noise

    def tell(before, after):
        own = {"cache_folder": str(tmp_path / "cache")} if "view" in after else {}
        plain, changed = (
            make_task(tmp_path / name, epochs=2, **own, **each)
            for name, each in (("plain", before), ("changed", after))
        )
        if record(plain) != record(changed):
            return True
        one, two = (timeless(islice(run(each), 2)) for each in (plain, changed))
        return one != two

    return tell


@pytest.mark.parametrize(("key", "name"), OTHERS, ids=[f"{k}: {n}" for k, n in OTHERS])
def test_every_entry_of_the_catalog_stands_in_the_record_or_acts(
    acts, two_heads, key, name
) -> None:
    heads = PARTS.heads_for(key, name, two_heads)
    beside = {**heads, **ALONE_IDLE.get(f"{key}.{name}", {})}
    assert acts({**heads, key: DEFAULT_PARTS[key]}, {**beside, key: name})


@pytest.mark.parametrize("path", list(PARTS.NOT_DEFAULT))
def test_every_parameter_of_the_catalog_stands_in_the_record_or_acts(
    acts, two_heads, path
) -> None:
    key, *rest = path.split(".")
    part = {key: rest[0], **PARTS.heads_for(key, rest[0], two_heads)} if rest else {}
    before = {**part, **ALONE_IDLE.get(path, {})}
    assert acts(before, {**before, path: PARTS.NOT_DEFAULT[path]})


@pytest.mark.parametrize(
    ("parameter", "value"),
    [("pad_type", "same"), ("mean", (0.1, 0.1, 0.1)), ("std", (1.0, 1.0, 1.0)),
     ("drop_path_rate", 0.3), ("weights", "file")],
)  # fmt: skip
def test_everything_that_a_backbone_carries_stands_in_the_record(
    make_task, tmp_path, label_space, parameter, value
) -> None:
    name = "test_resnet" if parameter == "drop_path_rate" else "test_efficientnet"
    if parameter == "weights":
        model = build_model(Part(name), label_space, image_size=32, dropout=0.0, scratch=True)
        value = str(tmp_path / "own.safetensors")
        save_file(model.backbone.state_dict(), value)
    plain = make_task(tmp_path, backbone=name)
    changed = make_task(tmp_path, backbone=name, **{f"backbone.{name}.{parameter}": value})
    assert parameter in BACKBONE_PARAMETERS
    assert record(plain)["model"] != record(changed)["model"]


def test_the_record_tells_what_a_training_is_made_of(make_task, tmp_path, two_heads) -> None:
    changes = {
        "sampler": "class_balanced",
        "schedule": "cosine",
        "loss": "focal",
        "loss.focal.class_weights": "inverse",
        "label_policy": "soft",
        "optimizer": "sgd",
        "dropout": 0.25,
        "ema": 0.9,
    }
    told = record(make_task(tmp_path, epochs=2, folds=(0, 3), label_space=two_heads, **changes))
    assert told["photos"]["folds"] == {
        "0": {"train": 48, "valid": 12},
        "3": {"train": 48, "valid": 12},
    }
    assert told["photos"]["size"] == 32
    # 48 photos of six combinations: eight each.
    assert told["sampler"]["photos"] == 48
    assert set(told["sampler"]["shares"].values()) == {0.1667}
    assert told["heads"] == {
        "mask": {"classes": 2, "outputs": 2},
        "age": {"classes": 3, "outputs": 3},
    }
    mask, age = told["loss"]["taught"]
    # Of 48 photos 32 wear a mask: weights go with 1 / n, and their mean over photos is 1.
    assert mask == {
        "is": "Focal",
        "gamma": 2.0,
        "form": "softmax",
        "label_smoothing": 0.0,
        "weights": [0.75, 1.5],
    }
    assert (age["is"], age["loss"]["is"]) == ("SoftLoss", "Focal")
    assert told["optimizer"]["is"] == "SGD"
    assert [group["weight_decay"] for group in told["optimizer"]["groups"]] == [0.01, 0.0]
    assert (
        sum(group["weights"] for group in told["optimizer"]["groups"])
        == (told["model"]["parameters"]["learning"])
    )
    assert told["model"]["parameters"]["heads"] == (96 + 1) * (2 + 3)
    assert told["model"]["dropout"] == 0.25
    assert told["steps"]["average"] == {"decay": 0.9}
    # Three steps an epoch, of two epochs: the first is at 1/12 of half a cosine.
    assert told["schedule"]["first step"] == pytest.approx(
        0.003 * (1 + cos(pi / 12)) / 2, rel=1e-5
    )


def test_transforms_stand_in_the_record_with_their_numbers(make_task, tmp_path) -> None:
    told = record(make_task(tmp_path, augmentation="light"))["augmentation"]
    assert [each["is"] for each in told] == ["HorizontalFlip", "CropAndPad"]
    assert (told[0]["p"], told[1]["percent"]) == (0.5, [-0.08, 0.08])
    assert record(make_task(tmp_path, augmentation="none"))["augmentation"] == []


def test_a_record_changes_nothing_of_what_is_trained(make_task, tmp_path, timeless, monkeypatch):
    told = timeless(run(make_task(tmp_path / "told", dropout=0.3, sampler="class_balanced")))
    monkeypatch.setattr("maskopt.vision.trial.effective", lambda *_: {})
    untold = timeless(run(make_task(tmp_path / "untold", dropout=0.3, sampler="class_balanced")))
    assert told == untold


def test_the_first_report_of_each_run_tells_it_and_no_other(make_task, tmp_path) -> None:
    task = make_task(tmp_path)
    running = run(task)
    first = next(running)
    assert first.effective == record(task)
    assert "effective" not in first.to_dict()
    running.close()
    # The study may know nothing of it yet. What the checkpoint holds is told, then what was built.
    again = list(run(task))
    assert [bool(report.effective) for report in again] == [True, True, False]
    assert again[0].effective == first.effective
    assert [bool(report.effective) for report in run(task)] == [True, False, False]
    later = list(run(make_task(tmp_path, known=2)))
    assert [report.effective for report in later] == [first.effective]
