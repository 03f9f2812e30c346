"""Whole trials of a tiny backbone on the CPU: 48 training photos of 32 px, 12 of validation."""

import json
from dataclasses import replace
from math import log
from pathlib import Path

import pytest
import torch
from safetensors import safe_open

from maskopt.records import settled_epoch
from maskopt.space import Part, TrialConfig
from maskopt.vision import precision
from maskopt.vision.failures import TrainingError
from maskopt.vision.networks import build_network
from maskopt.vision.trial import run
from maskopt.votes.glimpse import read_facts, read_glimpse

FULL = {
    "augmentation": "medium",
    "dropout": 0.3,
    "sampler": "class_balanced",
    "warmup_epochs": 0.5,
    "accumulate": 2,
    "batch_size": 8,
    "clip": 1.0,
}


def log_of(folder: Path) -> list[str]:
    """The log's lines without their times."""
    return [line[21:] for line in (folder / "log.txt").read_text().splitlines()]


def test_a_trial_learns_and_reports_every_epoch(make_task, tmp_path) -> None:
    reports = list(run(make_task(tmp_path, epochs=8)))
    assert [report.epoch for report in reports] == list(range(1, 9))
    assert max(report.score for report in reports) > 0.9
    assert reports[-1].train_loss < reports[0].train_loss < 1.3 * log(3)
    assert set(reports[0].scores) == {
        "accuracy", "f1/age", "f1/age:young", "f1/age:middle", "f1/age:senior",
    }  # fmt: skip
    assert all(report.seconds > 0 for report in reports)


def test_the_same_trial_gives_the_same_reports_bit_for_bit(make_task, tmp_path, timeless) -> None:
    one = timeless(run(make_task(tmp_path / "one", **FULL)))
    torch.rand(7)  # whatever else ran in between
    two = timeless(run(make_task(tmp_path / "two", **FULL)))
    assert one == two


def test_another_number_gives_another_trial(make_task, tmp_path, timeless) -> None:
    one = timeless(run(make_task(tmp_path / "one", number=1)))
    assert one != timeless(run(make_task(tmp_path / "two", number=2)))


def test_patience_ends_a_trial_after_epochs_without_a_better_score(make_task, tmp_path) -> None:
    task = make_task(tmp_path, epochs=9, patience=2, lr=1e-7)
    scores = [report.score for report in run(task)]
    best = scores.index(max(scores))
    assert len(scores) == best + 3 < 9
    again = make_task(tmp_path, epochs=9, patience=2, lr=1e-7, known=len(scores))
    assert list(run(again)) == []


def test_two_folds_train_two_models_and_report_their_mean(make_task, tmp_path, timeless) -> None:
    both = timeless(run(make_task(tmp_path / "both", folds=(0, 3))))
    alone = [timeless(run(make_task(tmp_path / str(f), folds=(f,)))) for f in (0, 3)]
    for joint, one, two in zip(both, *alone, strict=True):
        assert joint.score == pytest.approx((one.score + two.score) / 2)
        assert joint.train_loss == pytest.approx((one.train_loss + two.train_loss) / 2)
        assert joint.scores["accuracy"] == pytest.approx(
            (one.scores["accuracy"] + two.scores["accuracy"]) / 2
        )
    files = sorted(file.name for file in (tmp_path / "both").iterdir())
    assert files == [
        "best-fold0.safetensors",
        "best-fold3.safetensors",
        "best.npz",
        "checkpoint.pt",
        "log.txt",
    ]


@pytest.mark.parametrize("joint", [False, True], ids=["two heads", "one joint head"])
def test_heads_are_scored_together_and_each_alone(make_task, tmp_path, two_heads, joint) -> None:
    space = type(two_heads)((two_heads.joint,)) if joint else two_heads
    reports = list(run(make_task(tmp_path, epochs=8, label_space=space)))
    assert {"f1/mask", "f1/age", "f1/mask:wear", "accuracy"} <= set(reports[0].scores)
    assert max(report.score for report in reports) > 0.3  # six classes: chance is about 0.1


def test_an_auxiliary_head_changes_what_is_scored_and_not_what_is_learned(
    make_task, tmp_path, two_heads
) -> None:
    both = next(run(make_task(tmp_path / "both", label_space=two_heads)))
    space = replace(two_heads, auxiliary=("mask",))
    first = next(run(make_task(tmp_path / "age", label_space=space)))
    assert first.train_loss == both.train_loss
    assert first.scores["f1/mask"] == both.scores["f1/mask"]
    assert first.score == both.scores["f1/age"] != both.score
    assert first.valid_loss != both.valid_loss


def test_the_objective_can_be_accuracy(make_task, tmp_path) -> None:
    first = next(run(make_task(tmp_path / "f1")))
    other = next(run(make_task(tmp_path / "accuracy", objective="accuracy")))
    assert other.score == first.scores["accuracy"]
    assert other.scores["macro_f1"] == first.score


def test_the_best_weights_are_those_of_the_settled_epoch(make_task, tmp_path) -> None:
    """Of 12 photos nearly all scores are within an error, and the loss falls to the last epoch."""
    reports, kept = [], []
    for report in run(make_task(tmp_path, epochs=6)):
        reports.append(report)
        kept.append(read_facts(tmp_path / "best.safetensors")["epoch"])
    photos = len(read_glimpse(tmp_path).held_out[0].rows)
    assert kept == [settled_epoch(reports[:count], photos) for count in range(1, 7)]
    assert kept[-1] == read_glimpse(tmp_path).epoch
    best = max(reports, key=lambda report: report.score).epoch
    assert (best, kept[-1]) == (1, 6)


def test_the_best_weights_tell_how_to_build_their_model_again(
    make_task, tmp_path, label_space
) -> None:
    list(run(make_task(tmp_path, epochs=1)))
    with safe_open(tmp_path / "best.safetensors", "pt") as file:
        facts = json.loads(file.metadata()["maskopt"])
        names = set(file.keys())
    assert {"heads.0.weight", "heads.0.bias", "backbone.conv1.0.weight"} <= names
    assert facts == {
        "backbone": {"name": "test_resnet", "options": {}},
        "image_size": 32,
        "view": {"name": "whole", "parameters": {}},
        "mean": [0.5, 0.5, 0.5],
        "std": [0.5, 0.5, 0.5],
        "features": 96,
        "heads": label_space.to_dict(),
        "epoch": 1,
    }


def test_a_backbones_own_keywords_are_told_too_and_build_it_again(
    make_task, tmp_path, label_space
) -> None:
    told = {"backbone": "test_vit", "backbone.test_vit.patch_size": 8}
    list(run(make_task(tmp_path, epochs=1, **told)))
    with safe_open(tmp_path / "best.safetensors", "pt") as file:
        backbone = json.loads(file.metadata()["maskopt"])["backbone"]
    assert backbone == {"name": "test_vit", "options": {"patch_size": 8}}
    part = Part(backbone["name"], backbone["options"])
    model = build_network(part, label_space, 32, tmp_path / "best.safetensors")
    assert model.backbone.patch_embed.patch_size == (8, 8)


def test_the_log_tells_what_really_ran(make_task, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(precision, "has_bfloat16_products", lambda: False)
    (report,) = run(make_task(tmp_path, epochs=1, backbone="test_efficientnet"))
    assert log_of(tmp_path) == [
        "trial 0 of tiny, seed 1502607587",
        "  backbone = test_efficientnet",
        "  image_size = 32",
        "  batch_size = 16",
        "  lr = 0.003",
        "  augmentation = none",
        "fold 0: 48 training photos, 12 validation photos, 3 steps (48 photos) an epoch",
        "  device cpu, float32, channels last, 1 thread",
        "  model test_efficientnet: 99,967 parameters; none: from scratch",
        "  pixels less [0.485, 0.456, 0.406], over [0.229, 0.224, 0.225]",
        "  augmentation none; AdamW",
        f"epoch 1: score {report.score:.4f}, train loss {report.train_loss:.4f}, "
        f"valid loss {report.valid_loss:.4f}, {report.seconds:.1f} s",
        "over",
    ]


def test_a_trial_uses_the_threads_that_it_was_given(make_task, tmp_path, monkeypatch) -> None:
    asked: list[int] = []
    monkeypatch.setattr(torch, "set_num_threads", asked.append)
    list(run(make_task(tmp_path, epochs=1, threads=5)))
    assert asked == [5]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"backbone": "test_resnett"}, "timm knows no backbone 'test_resnett'; did you mean "),
        ({"folds": (9,)}, "fold 9 holds 0 of 60 photos"),
    ],
    ids=["unknown backbone", "empty fold"],
)
def test_a_trial_that_cannot_be_trained_says_why(make_task, tmp_path, changes, message) -> None:
    with pytest.raises(TrainingError) as raised:
        list(run(make_task(tmp_path, **changes)))
    assert str(raised.value).startswith(message)


def test_weights_that_cannot_be_had_fail_the_trial_with_the_reason(
    make_task, tmp_path, monkeypatch
) -> None:
    from maskopt.vision import models

    def refuse(name: str) -> Path:
        raise TrainingError("huggingface.co cannot be reached")

    monkeypatch.setattr(models, "cached_weights", lambda name: None)
    monkeypatch.setattr(models, "fetch_weights", refuse)
    with pytest.raises(TrainingError) as raised:
        list(run(make_task(tmp_path, scratch=())))
    assert str(raised.value) == (
        "weights of test_resnet cannot be had on this machine: huggingface.co cannot be reached"
    )


def test_what_a_configuration_leaves_out_takes_the_catalogs_default(
    make_task, tmp_path, timeless
) -> None:
    bare, full = make_task(tmp_path / "bare"), make_task(tmp_path / "full")
    said = {"loss": "cross_entropy", "loss.cross_entropy.label_smoothing": 0.0, "dropout": 0.0,
            "optimizer": "adamw", "schedule": "cosine", "schedule.cosine.floor": 0.0}  # fmt: skip
    config = TrialConfig({**full.config.values, **said})
    full = type(full)(**{**full.__dict__, "config": config})
    assert timeless(run(bare)) == timeless(run(full))


def test_the_log_of_a_failed_trial_ends_with_the_reason_and_the_traceback(
    make_task, tmp_path
) -> None:
    with pytest.raises(TrainingError):
        list(run(make_task(tmp_path, lr=float("inf"))))
    log = (tmp_path / "log.txt").read_text().splitlines()
    begins = next(index for index, line in enumerate(log) if line.endswith("  failed"))
    assert log[begins + 1] == "Traceback (most recent call last):"
    assert any("in check_losses" in line for line in log[begins:])
    assert log[-1].endswith("lower lr or set clip")
