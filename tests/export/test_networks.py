from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from maskopt.cluster.devices import DevicePlan
from maskopt.errors import StudyError
from maskopt.export import networks
from maskopt.export.fold_runs import plan_folds
from maskopt.export.networks import read_out_of_fold, train_folds
from maskopt.export.sources import read_sources
from maskopt.records import BEST, Ending, EpochReport
from maskopt.votes.out_of_fold import HELD_OUT, HeldOut, write_held_out

from .weights import write_weights

PLAN = DevicePlan(1, 1, 0.0, "1 CPU core")


def runs_of(studies, members: int):
    (source,) = read_sources(studies.options("age", members=members))
    return source, plan_folds(
        source, 0, folds=None, threads=1, whole_curve=False, cache=Path("cache")
    )


@pytest.fixture
def trained(monkeypatch: pytest.MonkeyPatch):
    """Train at once: each network says of its fold's photos what its trial's number is."""

    def train(failing: set[int]):
        def run_trials(conductor, function, plan):
            assert function == "maskopt.vision.held_out:run"
            while task := conductor.ask():
                if task.number in failing:
                    conductor.close(task.number, Ending.FAILED, "TrainingError: no\n\ntraceback")
                    continue
                for epoch in range(1, task.last_epoch + 1):
                    conductor.report(task.number, EpochReport(epoch, 0.5, 1.0, 1.0, 1.0))
                folder, (fold,) = Path(task.folder), task.setup.folds
                write_weights(folder / BEST, task.setup.label_space, task.kept_epoch)
                said = np.full((4, 2), task.number // 10_000, np.float32)
                held_out = HeldOut(
                    fold, np.arange(fold, 8, 2), {"none": (said,)}, np.zeros((4, 0))
                )
                write_held_out(folder / HELD_OUT, held_out)
                conductor.close(task.number, Ending.ENDED)

        monkeypatch.setattr(networks, "run_trials", run_trials)

    return train


def test_every_photo_is_predicted_by_each_member(studies, trained, capsys) -> None:
    studies.add("age", "[age]", [0.1, 0.4], [0.3, 0.5])
    trained(set())
    source, runs = runs_of(studies, 2)
    known = read_out_of_fold(source, train_folds(runs, PLAN))
    assert (known.trials, len(known), known.searched) == ((1, 0), 8, {0})
    assert known.log_probabilities["none"][0][:, :, 0].tolist() == [[1.0] * 8, [0.0] * 8]
    assert known.photos[0] == str(studies.folder.parent / "photos" / "0.png")
    told = capsys.readouterr().err.splitlines()
    assert told[:-1] == [
        "training 2 networks for 4 epochs, predicting 4 ...",
        "note: age trial 1, fold 1: 2 epochs done",
        "note: age trial 0, fold 1: 2 epochs done",
    ]


def test_where_nothing_is_trained_networks_are_counted(
    studies, trained, capsys, monkeypatch: pytest.MonkeyPatch
) -> None:
    studies.add("age", "[age]", [0.1, 0.4], [0.3, 0.5])
    trained(set())
    counted = []

    @contextmanager
    def progress(label: str, total: int):
        counted.append((label, total))
        yield lambda done, total: counted.append((done, total))

    monkeypatch.setattr(networks, "progress", progress)
    train_folds([run for run in runs_of(studies, 2)[1] if run.own], PLAN)
    assert counted == [("predicting the unseen folds of 2 networks", 2), (1, 2), (2, 2)]


def test_a_curve_is_kept_before_its_network_has_ended(studies, monkeypatch) -> None:
    """Killed after its last epoch, what a worker still finishes is not trained again."""
    studies.add("age", "[age]", [0.1, 0.4])
    run = runs_of(studies, 1)[1][1]

    def run_trials(conductor, function, plan):
        task = conductor.ask()
        for epoch in (1, 2):
            conductor.report(task.number, EpochReport(epoch, 0.5, 1.0, 1.0, 1.0))
        raise KeyboardInterrupt

    monkeypatch.setattr(networks, "run_trials", run_trials)
    with pytest.raises(KeyboardInterrupt):
        train_folds([run], PLAN)
    assert [report.epoch for report in run.curve()] == [1, 2]


def test_a_second_export_finds_all_that_the_first_one_trained(studies, trained, capsys) -> None:
    studies.add("age", "[age]", [0.1, 0.4])
    trained(set())
    train_folds(runs_of(studies, 1)[1], PLAN)
    capsys.readouterr()
    train_folds(runs_of(studies, 1)[1], PLAN)
    assert capsys.readouterr().err == "note: 2 networks out of fold known already\n"


def test_a_trial_whose_network_fails_is_left_out_and_told(studies, trained, capsys) -> None:
    studies.add("age", "[age]", [0.1, 0.4], [0.3, 0.5])
    trained({10_001})  # trial 1, fold 1
    _, runs = runs_of(studies, 2)
    assert list(train_folds(runs, PLAN)) == [("age", 0)]
    log = next(run for run in runs if run.task.number == 10_001).folder / "log.txt"
    assert (
        "warning: age trial 1, fold 1 failed, and the trial is left out: TrainingError: no; "
        f"its log: {log}\n" in capsys.readouterr().err
    )


def test_a_study_without_a_network_left_is_refused(studies, trained) -> None:
    studies.add("age", "[age]", [0.1, 0.4])
    trained({1})
    with pytest.raises(StudyError) as told:
        train_folds(runs_of(studies, 1)[1], PLAN)
    assert str(told.value) == "no trial of 'age' could be predicted out of fold"
