"""Networks that never saw a fold: the tiny study's fold 0 holds photos 0, 5, 10, ..., 55."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import islice
from math import isfinite, nan
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file

from maskopt.catalog.views import Input
from maskopt.data.decode import read_image
from maskopt.data.photos import PhotoTable
from maskopt.ensembles import VIEWS, Bundle, Ensemble, Member
from maskopt.labels import LabelSpace
from maskopt.records import EpochReport, TrialTask
from maskopt.vision import fit, held_out, trial
from maskopt.vision.failures import TrainingError
from maskopt.vision.voting import build_voter
from maskopt.votes.glimpse import read_facts
from maskopt.votes.out_of_fold import HeldOut, read_held_out

FULL = {"augmentation": "medium", "dropout": 0.3, "batch_size": 8}


@pytest.fixture
def fold_task(make_task) -> Callable[..., TrialTask]:
    """Make a task of four epochs that keeps the second and ends after the third."""

    def make(
        folder: Path, *, kept: int = 2, last: int = 3, whole: bool = False, **changes: object
    ) -> TrialTask:
        task = make_task(folder, **{"epochs": 4, **FULL, **changes})
        return replace(task, kept_epoch=kept, last_epoch=last, whole_curve=whole)

    return make


def files(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def told(reports: Iterable[EpochReport]) -> list[object]:
    """Return reports so that those with nan compare equal."""
    return [json.loads(json.dumps(report.to_dict()), parse_constant=str) for report in reports]


def same(one: HeldOut, two: HeldOut) -> bool:
    pairs = zip(one.log_probabilities.values(), two.log_probabilities.values(), strict=True)
    equal = all(np.array_equal(*heads) for a, b in pairs for heads in zip(a, b, strict=True))
    return equal and np.array_equal(one.rows, two.rows)


def test_a_network_is_trained_as_the_trial_was_and_keeps_the_epoch_it_is_told(
    make_task, fold_task, tmp_path, timeless
) -> None:
    running: Iterator[EpochReport] = trial.run(make_task(tmp_path / "trial", epochs=4, **FULL))
    wanted = timeless(islice(running, 3))
    running.close()
    assert timeless(held_out.run(fold_task(tmp_path / "fold", whole=True))) == wanted
    assert files(tmp_path / "fold") == ["best.safetensors", "held_out.npz", "log.txt"]
    assert read_facts(tmp_path / "fold/best.safetensors")["epoch"] == 2
    running = trial.run(make_task(tmp_path / "again", epochs=4, objective="accuracy", **FULL))
    list(islice(running, 2))
    running.close()
    kept = torch.load(tmp_path / "again/checkpoint.pt")["states"][0]["model"]
    found = load_file(tmp_path / "fold/best.safetensors")
    assert all(torch.equal(kept[name], found[name]) for name in kept)


def test_only_the_epoch_that_is_kept_is_judged(fold_task, tmp_path, timeless, monkeypatch) -> None:
    whole = timeless(held_out.run(fold_task(tmp_path / "whole", whole=True)))
    judged: list[int] = []

    def note(learner: fit.Learner, epoch: int) -> fit.Evaluated:
        judged.append(epoch)
        return evaluate(learner, epoch)

    evaluate = fit.evaluate
    monkeypatch.setattr(fit, "evaluate", note)
    reports = timeless(held_out.run(fold_task(tmp_path / "kept")))
    assert judged == [2]
    blank = [replace(each, score=nan, valid_loss=nan, scores={}) for each in whole]
    assert told(reports) == told([blank[0], whole[1], blank[2]])
    files_of = [load_file(tmp_path / name / "best.safetensors") for name in ("whole", "kept")]
    assert all(torch.equal(files_of[0][name], files_of[1][name]) for name in files_of[0])
    assert same(*(read_held_out(tmp_path / name / "held_out.npz") for name in ("whole", "kept")))
    lines = [line[21:] for line in (tmp_path / "kept/log.txt").read_text().splitlines()]
    told_of = [line.partition(" loss")[0] for line in lines if line.startswith("epoch")]
    assert [line.split()[2] for line in told_of] == ["train", "score", "train"]


def test_a_network_with_a_whole_curve_does_not_go_on_from_one_without(
    fold_task, tmp_path, timeless
) -> None:
    running = held_out.run(fold_task(tmp_path))
    list(islice(running, 2))
    running.close()
    reports = timeless(held_out.run(fold_task(tmp_path, whole=True)))
    assert [isfinite(report.score) for report in reports] == [True] * 3


def test_patience_ends_no_network_before_its_last_epoch(fold_task, tmp_path) -> None:
    task = fold_task(tmp_path, lr=1e-7, patience=1, epochs=5, last=5, kept=5)
    assert len(list(held_out.run(task))) == 5


def test_each_photo_of_the_fold_is_predicted_as_a_bundle_predicts_it(
    fold_task, tmp_path, table: PhotoTable, two_heads: LabelSpace
) -> None:
    list(held_out.run(fold_task(tmp_path, label_space=two_heads, lr=0.01)))
    said = read_held_out(tmp_path / "held_out.npz")
    assert (said.fold, said.rows.tolist()) == (0, list(range(0, 60, 5)))
    assert (said.features.shape, said.features.dtype) == ((12, 96), np.float16)
    assert tuple(said.log_probabilities) == VIEWS
    pixels = {Input(32): np.stack([read_image(table.file(row), 32) for row in said.rows])}
    member = Member("tiny", 0, two_heads, "test_resnet", {}, 32, (0.5,) * 3, (0.5,) * 3,
                    ("best.safetensors", "best.safetensors"), {})  # fmt: skip
    for views in VIEWS:
        mask, age = two_heads.attributes
        bundle = Bundle(
            (mask, age),
            (replace(member, views=views),),
            (Ensemble(("mask", "age"), {0: 1.0}),),
            {},
        )
        voted = build_voter(bundle, tmp_path, device="cpu", details=True)(pixels)
        for name, head in zip(("mask", "age"), said.log_probabilities[views], strict=True):
            assert np.abs(np.exp(head) - voted.probabilities[name]).max() < 1e-5
        assert np.abs(said.features - voted.features["age"][0]).max() < 2e-3
    ages = [np.exp(said.log_probabilities[views][1]) for views in VIEWS]
    assert np.abs(ages[0] - ages[1]).max() > 1e-4 < np.abs(ages[1] - ages[2]).max()


def test_a_network_that_was_stopped_goes_on_as_if_it_never_was(
    fold_task, tmp_path, timeless
) -> None:
    wanted = told(timeless(held_out.run(fold_task(tmp_path / "straight", kept=3))))
    running = held_out.run(fold_task(tmp_path / "stopped", kept=3))
    first = told(timeless(islice(running, 2)))  # before the epoch that is kept
    running.close()
    assert files(tmp_path / "stopped") == ["checkpoint.pt", "log.txt"]
    task = replace(fold_task(tmp_path / "stopped", kept=3), known_epochs=2)
    assert first + told(timeless(held_out.run(task))) == wanted
    both = [read_held_out(tmp_path / name / "held_out.npz") for name in ("straight", "stopped")]
    assert same(*both)
    log = (tmp_path / "stopped/log.txt").read_text()
    assert "goes on after epoch 2" in log
    assert "trained again" not in log


def test_a_network_that_was_stopped_before_it_predicted_only_predicts(
    fold_task, tmp_path, monkeypatch
) -> None:
    running = held_out.run(fold_task(tmp_path))
    list(islice(running, 3))
    running.close()
    assert files(tmp_path) == ["best.safetensors", "checkpoint.pt", "log.txt"]
    monkeypatch.setattr(trial, "_train", None)  # cannot be called
    assert list(held_out.run(replace(fold_task(tmp_path), known_epochs=3))) == []
    assert files(tmp_path) == ["best.safetensors", "held_out.npz", "log.txt"]


def test_a_network_goes_on_and_is_noted_by_its_trial_whatever_its_number_is(
    fold_task, tmp_path
) -> None:
    """Numbers count the networks of one export, and another one counts others."""
    first = replace(fold_task(tmp_path), number=1_000_700, trial=7)
    running = held_out.run(first)
    next(running)
    running.close()
    list(held_out.run(replace(first, number=700)))
    log = [line[21:] for line in (tmp_path / "log.txt").read_text().splitlines()]
    assert log.count(f"trial 7 of tiny, seed {first.seed}") == 2
    assert "goes on after epoch 1" in log


def test_where_everything_is_there_nothing_is_done(fold_task, tmp_path) -> None:
    list(held_out.run(fold_task(tmp_path)))
    log = (tmp_path / "log.txt").read_text()
    assert list(held_out.run(fold_task(tmp_path))) == []
    assert (tmp_path / "log.txt").read_text() == log


def test_a_network_with_another_epoch_to_keep_does_not_go_on_from_this_one(
    fold_task, tmp_path, timeless
) -> None:
    running = held_out.run(fold_task(tmp_path, kept=1))
    list(islice(running, 2))
    running.close()
    reports = timeless(held_out.run(fold_task(tmp_path, kept=2)))
    assert [report.epoch for report in reports] == [1, 2, 3]
    assert read_facts(tmp_path / "best.safetensors")["epoch"] == 2


def test_weights_that_a_trial_left_are_only_looked_at(make_task, fold_task, tmp_path) -> None:
    list(trial.run(make_task(tmp_path / "trial", epochs=4, **FULL)))
    (tmp_path / "fold").mkdir()
    weights = tmp_path / "fold/best.safetensors"
    weights.hardlink_to(tmp_path / "trial/best.safetensors")
    before = weights.read_bytes()
    assert list(held_out.run(fold_task(tmp_path / "fold", last=0))) == []
    assert files(tmp_path / "fold") == ["best.safetensors", "held_out.npz", "log.txt"]
    assert weights.read_bytes() == before
    assert len(read_held_out(tmp_path / "fold/held_out.npz").rows) == 12


def test_missing_weights_are_told_and_noted(fold_task, tmp_path) -> None:
    with pytest.raises(TrainingError) as raised:
        list(held_out.run(fold_task(tmp_path, last=0)))
    assert str(raised.value) == f"{tmp_path}/best.safetensors: no such weights file"
    assert (tmp_path / "log.txt").read_text().endswith("no such weights file\n")


def test_a_fold_run_needs_a_fold_and_epochs(make_task, fold_task, tmp_path) -> None:
    for task in (fold_task(tmp_path, folds=(0, 1)), make_task(tmp_path)):
        with pytest.raises(ValueError, match="takes one fold, the epoch to keep"):
            list(held_out.run(task))


def test_weights_are_plain_tensors_with_their_description(fold_task, tmp_path) -> None:
    list(held_out.run(fold_task(tmp_path)))
    with safe_open(tmp_path / "best.safetensors", "pt") as file:
        assert list(file.metadata()) == ["maskopt"]
