"""Networks trained on all 60 photos of the tiny study."""

from dataclasses import replace
from itertools import islice
from math import isnan

import pytest
import torch
from safetensors.torch import load_file

from maskopt.vision.refit import run
from maskopt.votes.glimpse import read_facts


@pytest.fixture
def refit_task(make_task):
    def make(folder, *, last=3, **changes):
        task = make_task(folder, folds=(), **{"epochs": 3, **changes})
        return replace(task, last_epoch=last)

    return make


def files(folder):
    return sorted(file.name for file in folder.iterdir())


def test_all_photos_train_and_nothing_is_scored(refit_task, tmp_path) -> None:
    reports = list(run(refit_task(tmp_path)))
    assert [report.epoch for report in reports] == [1, 2, 3]
    assert all(isnan(report.score) and isnan(report.valid_loss) for report in reports)
    assert reports[-1].train_loss < reports[0].train_loss
    assert [dict(report.scores) for report in reports] == [{}, {}, {}]
    assert files(tmp_path) == ["best.safetensors", "log.txt"]
    assert read_facts(tmp_path / "best.safetensors")["epoch"] == 3
    log = (tmp_path / "log.txt").read_text()
    assert (
        "all folds: 60 training photos, 0 validation photos, 4 steps (60 photos) an epoch" in log
    )


def test_a_refit_that_was_stopped_goes_on_as_if_it_never_was(refit_task, tmp_path) -> None:
    list(run(refit_task(tmp_path / "straight", augmentation="medium")))
    running = run(refit_task(tmp_path / "stopped", augmentation="medium"))
    list(islice(running, 1))
    running.close()
    assert files(tmp_path / "stopped") == ["checkpoint.pt", "log.txt"]
    rest = run(replace(refit_task(tmp_path / "stopped", augmentation="medium"), known_epochs=1))
    assert [report.epoch for report in rest] == [2, 3]
    one, two = (
        load_file(tmp_path / name / "best.safetensors") for name in ("straight", "stopped")
    )
    assert all(torch.equal(one[name], two[name]) for name in one)


def test_a_refit_has_the_falls_of_its_trials_plateau(refit_task, tmp_path) -> None:
    """It has no validation photos; with losses that never fall the schedule does."""
    told = {"schedule": "plateau", "schedule.plateau.patience": 0}
    fell = replace(refit_task(tmp_path / "fell", **told), losses=(1.0, 1.0))
    flat = replace(refit_task(tmp_path / "flat", **told), losses=(1.0, 0.5))
    one, two = ([report.train_loss for report in run(task)] for task in (fell, flat))
    assert one[:2] == two[:2]
    assert one[2] != two[2]


def test_a_refit_may_end_before_its_schedule(refit_task, tmp_path) -> None:
    long = list(run(refit_task(tmp_path / "long", epochs=6)))
    short = list(run(refit_task(tmp_path / "short")))
    assert len(long) == len(short) == 3
    assert long[-1].train_loss != short[-1].train_loss


def test_a_refit_that_is_there_is_left_alone(refit_task, tmp_path) -> None:
    list(run(refit_task(tmp_path)))
    before = (tmp_path / "log.txt").read_text()
    assert list(run(refit_task(tmp_path))) == []
    assert (tmp_path / "log.txt").read_text() == before


def test_a_refit_takes_no_fold_and_a_last_epoch(make_task, refit_task, tmp_path) -> None:
    for task in (make_task(tmp_path), refit_task(tmp_path, last=None)):
        with pytest.raises(ValueError, match="takes no fold, and a last epoch"):
            list(run(task))
