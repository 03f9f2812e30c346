"""One contract for every entry of the catalog that training builds."""

import inspect
from dataclasses import replace
from itertools import islice
from math import isfinite

import numpy as np
import pytest

from maskopt.catalog import load
from maskopt.catalog.parts import DEFAULT_PARTS, NUMBERS, PARTS
from maskopt.data.faces import Box
from maskopt.labels import LabelSpace
from maskopt.space import TrialConfig
from maskopt.vision.fit import evaluate, train_epoch
from maskopt.vision.fold_photos import take_photos
from maskopt.vision.learner import build_learner
from maskopt.vision.parts import builder, chosen, number, value
from maskopt.vision.trial import run

# Builders that are bound to one of many names are held to the same in test_timm_optimizers.py.
ENTRIES = [
    (key, name) for key, entries in PARTS.items() for name in entries if not entries[name].bound
]
NAMES = [f"{key}: {name}" for key, name in ENTRIES]


@pytest.mark.parametrize(("key", "name"), ENTRIES, ids=NAMES)
def test_a_builders_keywords_are_the_catalogs_parameters(key: str, name: str) -> None:
    entry = PARTS[key][name]
    given = inspect.signature(load(entry.builder)).parameters.values()
    keywords = {each.name for each in given if each.kind is each.KEYWORD_ONLY}
    assert keywords == set(entry.parameters)
    assert any(each.kind is each.VAR_KEYWORD for each in given) == (entry.named is not None)


def heads_for(key: str, name: str, two_heads: LabelSpace) -> dict[str, LabelSpace]:
    """Give the heads that an entry needs, where those of every test do not do."""
    if key == "head_weights":
        return {"label_space": two_heads}
    return {"label_space": LabelSpace(two_heads.heads[:1])} if name == "bce" else {}


@pytest.mark.parametrize(("key", "name"), ENTRIES, ids=NAMES)
def test_every_entry_trains_and_repeats_itself(
    make_task, tmp_path, timeless, two_heads, key, name
) -> None:
    heads = heads_for(key, name, two_heads)
    tasks = [make_task(tmp_path / str(time), epochs=1, **heads, **{key: name}) for time in (0, 1)]
    one, two = (timeless(islice(run(task), 1)) for task in tasks)
    assert one == two


@pytest.mark.parametrize(("key", "name"), ENTRIES, ids=NAMES)
def test_every_entry_survives_a_class_without_training_photos(
    make_task, tmp_path, two_heads, build_parts, key, name
) -> None:
    heads = heads_for(key, name, two_heads)
    task = make_task(tmp_path, epochs=1, **heads, **{key: name})
    train, valid = build_parts(task)
    rest = take_photos(train, train.joint != train.joint.max())
    learner = build_learner(task, rest, valid, 0)
    assert isfinite(train_epoch(learner, 1))
    assert isfinite(evaluate(learner, 1).loss)


NOT_DEFAULT = {
    "loss.cross_entropy.label_smoothing": 0.2,
    "loss.cross_entropy.class_weights": "inverse",
    "loss.focal.gamma": 0.5,
    "loss.focal.form": "cross_entropy",
    "loss.focal.label_smoothing": 0.2,
    "loss.focal.class_weights": "effective",
    "loss.lade.weight": 1.0,
    "loss.lade.penalty": 5.0,
    "loss.logit_adjusted.tau": 0.5,
    "loss.ldam.max_margin": 0.1,
    "loss.ldam.scale": 10.0,
    "loss.ldam.deferred": 0.0,
    "loss.bce.positive_weight": 3.0,
    "loss.bce.label_smoothing": 0.2,
    "label_policy.cut.to": 50.0,
    "label_policy.cut.attribute": "height",
    "label_policy.soft.spread": 20.0,
    "label_policy.bins.width": 15.0,
    "label_policy.bins.spread": 20.0,
    "label_policy.bins.weight": 3.0,
    "label_policy.ordinal.width": 15.0,
    "label_policy.ordinal.spread": 20.0,
    "label_policy.ordinal.weight": 3.0,
    "label_policy.regression.weight": 3.0,
    "label_policy.regression.apart": 0.4,
    "sampler.class_targets.senior": 30,
    "sampler.factors.senior": 3.0,
    "sampler.factors.40-48": 0.0,
    "sampler.under.ratio": 1.0,
    "augmentation.custom.flip": 1.0,
    "augmentation.custom.center_crop": 0.5,
    "augmentation.custom.random_resized_crop": 0.5,
    "augmentation.custom.affine": 0.5,
    "augmentation.custom.grid_shuffle": 1.0,
    "augmentation.custom.brightness": 0.5,
    "augmentation.custom.contrast": 0.5,
    "augmentation.custom.color_jitter": 0.5,
    "augmentation.custom.sharpness": 1.0,
    "augmentation.custom.edges": 1.0,
    "augmentation.custom.blur": 2.0,
    "augmentation.custom.noise": 0.2,
    "augmentation.custom.erasing": 1.0,
    "augmentation.by_class.others": "medium",
    "augmentation.by_class.senior": "heavy",
    "mixup": 1.0,
    "cutmix": 1.0,
    "optimizer.adam.beta1": 0.1,
    "optimizer.adam.beta2": 0.5,
    "optimizer.adamw.beta1": 0.1,
    "optimizer.adamw.beta2": 0.5,
    "optimizer.sgd.momentum": 0.1,
    "optimizer.sgd.nesterov": False,
    "schedule.cosine.floor": 0.9,
    "schedule.step.epochs": 1,
    "schedule.step.factor": 0.9,
    "schedule.warm_restarts.period": 1.0,
    "schedule.warm_restarts.mult": 1.0,
    "schedule.warm_restarts.floor": 0.9,
    "schedule.one_cycle.rise": 0.7,
    "schedule.one_cycle.start_divisor": 2.0,
    "schedule.one_cycle.final_divisor": 1.0,
    "schedule.plateau.factor": 0.5,
    "schedule.plateau.patience": 0,
    "schedule.plateau.floor": 0.5,
    "batch_size": 8,
    "lr": 0.0001,
    "weight_decay": 1.0,
    "warmup_epochs": 1.0,
    "dropout": 0.5,
    "layer_decay": 0.5,
    "freeze_epochs": 1,
    "freeze_stages": 2,
    "clip": 0.001,
    "accumulate": 3,
    "ema": 0.9,
    "image_size": 40,
    "view.center.size": 16,
    "view.face.margin": 0.0,
    "view.mixed.view": "face",
    "view.mixed.originals": 3,
}


def test_no_parameter_of_the_catalog_is_forgotten_here() -> None:
    known = {
        f"{key}.{name}.{parameter}"
        for key, name in ENTRIES
        for parameter in PARTS[key][name].parameters
    }
    of_classes = [e for e in ENTRIES if PARTS[e[0]][e[1]].names == "classes"]
    named = {f"{key}.{name}" for key, name in of_classes if PARTS[key][name].named}
    others = set(NOT_DEFAULT) - known - set(NUMBERS)
    assert set(NOT_DEFAULT) >= known | set(NUMBERS)
    assert {path.rpartition(".")[0] for path in others} == named


def face_in_the_middle(pixels: np.ndarray) -> Box:
    height, width = pixels.shape[:2]
    return Box(width / 2, height / 2, width / 4, height / 4)


BESIDE = {
    "loss.focal.form": {"loss.focal.label_smoothing": 0.2},  # without it both forms are one
    "label_policy.cut.attribute": {"label_policy.cut.to": 50.0},  # so that a cut moves
    "schedule.step.factor": {"schedule.step.epochs": 1},  # so that there is a step to see
    "schedule.warm_restarts.mult": {"schedule.warm_restarts.period": 0.5},
}
LOSSES = (1.0, 1.0, 1.0)
"""What a plateau goes by: it falls after the third epoch, or after the second."""


@pytest.mark.parametrize("path", list(NOT_DEFAULT))
def test_every_parameter_changes_the_training(
    make_task, tmp_path, timeless, two_heads, path, monkeypatch
) -> None:
    monkeypatch.setattr("maskopt.data.views.find_face", face_in_the_middle)  # of noise
    key, *rest = path.split(".")
    part = {key: rest[0], **heads_for(key, rest[0], two_heads)} if rest else {}
    if key == "view":
        part["cache_folder"] = str(tmp_path / "cache")
    part |= BESIDE.get(path, {})
    epochs = 4 if path.startswith("schedule.plateau") else 2
    plain = make_task(tmp_path / "plain", epochs=epochs, **part)
    changed = make_task(tmp_path / "changed", epochs=epochs, **part, **{path: NOT_DEFAULT[path]})
    one, two = (timeless(run(replace(task, losses=LOSSES))) for task in (plain, changed))
    assert one != two


NAMED = {
    "head_weights.fixed.age": 3.0,
    "head_weights.fixed.mask": 0.25,
    "head_losses.age": "focal",
    "head_losses.mask": "bce",
}


def test_no_entry_with_names_of_heads_is_forgotten_here() -> None:
    entries = {f"{key}.{name}" for key, name in ENTRIES if PARTS[key][name].names == "heads"}
    assert entries == {path.rpartition(".")[0] for path in NAMED} - {"head_losses"}


@pytest.mark.parametrize("path", list(NAMED))
def test_what_is_said_of_a_head_changes_the_training(
    make_task, tmp_path, timeless, two_heads, path
) -> None:
    key, option, _ = [*path.split("."), ""][:3]
    part = {key: option} if key == "head_weights" else {"loss": "logit_adjusted"}
    plain = make_task(tmp_path / "plain", epochs=2, label_space=two_heads, **part)
    changed = {**part, path: NAMED[path]}
    other = make_task(tmp_path / "changed", epochs=2, label_space=two_heads, **changed)
    assert timeless(run(plain)) != timeless(run(other))


def test_learned_weights_of_heads_change_the_training(
    make_task, tmp_path, timeless, two_heads
) -> None:
    tasks = [
        make_task(tmp_path / kind, epochs=2, label_space=two_heads, head_weights=kind)
        for kind in ("equal", "learned", "fixed")
    ]
    equal, learned, fixed = (timeless(run(task)) for task in tasks)
    assert equal == fixed  # which names no head
    assert equal != learned


def test_what_is_left_out_takes_the_catalogs_default() -> None:
    config = TrialConfig({"loss": "focal", "lr": 0.5})
    assert str(chosen(config, "loss")) == (
        "focal(gamma=2, form=softmax, label_smoothing=0, class_weights=none)"
    )
    assert chosen(config, "optimizer").name == DEFAULT_PARTS["optimizer"] == "adamw"
    assert (number(config, "lr"), value(config, "clip")) == (0.5, None)
    assert number(config, "batch_size") == NUMBERS["batch_size"].default


def test_an_unknown_part_is_no_silent_default() -> None:
    with pytest.raises(KeyError, match="focul"):
        builder(TrialConfig({"loss": "focul"}), "loss")
