"""What a trial in training leaves beside its best weights."""

from itertools import islice

import numpy as np
import pytest

from maskopt.catalog.views import Input
from maskopt.data.decode import read_image
from maskopt.ensembles import Bundle, Ensemble, Member
from maskopt.vision.trial import run
from maskopt.vision.voting import build_voter
from maskopt.votes.glimpse import read_facts, read_glimpse


def test_weights_and_what_they_said_are_of_the_best_epoch(make_task, tmp_path) -> None:
    reports = list(run(make_task(tmp_path, epochs=5)))
    best = max(reports, key=lambda report: report.score)
    glimpse = read_glimpse(tmp_path)
    assert glimpse.epoch == read_facts(tmp_path / "best.safetensors")["epoch"] == best.epoch
    (held_out,) = glimpse.held_out
    assert (held_out.fold, held_out.rows.tolist()) == (0, list(range(0, 60, 5)))
    (ages,) = held_out.log_probabilities["none"]
    assert np.abs(np.exp(ages).sum(axis=1) - 1).max() < 1e-5
    targets = np.repeat([0, 1, 2], [30, 20, 10])[held_out.rows]
    assert (ages.argmax(axis=1) == targets).mean() == pytest.approx(best.scores["accuracy"])


def test_a_trial_that_is_pruned_leaves_them_too(make_task, tmp_path) -> None:
    running = run(make_task(tmp_path, epochs=5))
    list(islice(running, 1))
    running.close()
    assert read_glimpse(tmp_path).epoch == read_facts(tmp_path / "best.safetensors")["epoch"] == 1


@pytest.mark.parametrize("folds", [(0,), (0, 3)], ids=["one fold", "two folds"])
def test_a_bundle_of_the_weights_says_the_same_of_the_photos_to_store(
    make_task, tmp_path, table, two_heads, folds
) -> None:
    list(run(make_task(tmp_path, folds=folds, label_space=two_heads, lr=0.01)))
    glimpse = read_glimpse(tmp_path)
    assert set(glimpse.stored) <= set(range(0, 60, 5))
    assert [each.fold for each in glimpse.held_out] == list(folds)
    names = tuple(sorted(file.name for file in tmp_path.glob("best*.safetensors")))
    facts = read_facts(tmp_path / names[0])
    member = Member("tiny", 0, two_heads, facts["backbone"]["name"], facts["backbone"]["options"],
                    facts["image_size"], facts["mean"], facts["std"], names, {})  # fmt: skip
    bundle = Bundle(two_heads.attributes, (member,), (Ensemble(("mask", "age"), {0: 1.0}),), {})
    pixels = np.stack([read_image(table.file(row), 32) for row in glimpse.stored])
    voted = build_voter(bundle, tmp_path, device="cpu")({Input(32): pixels})
    for name, head in zip(("mask", "age"), glimpse.probabilities, strict=True):
        assert head.shape[0] == len(folds)
        assert np.abs(head.mean(axis=0) - voted.probabilities[name]).max() < 1e-5
        assert np.ptp(head, axis=1).max() > 0.01


def test_what_is_kept_changes_nothing_of_the_training(
    make_task, tmp_path, timeless, monkeypatch
) -> None:
    full = {"augmentation": "medium", "dropout": 0.3}
    one = timeless(run(make_task(tmp_path / "one", **full)))
    monkeypatch.setattr("maskopt.vision.trial.take_glimpse", lambda *_: None)
    assert timeless(run(make_task(tmp_path / "two", **full))) == one
    assert not (tmp_path / "two/best.npz").exists()
