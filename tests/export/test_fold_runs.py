from pathlib import Path

import numpy as np

from maskopt.export.fold_runs import (
    HELD_OUT,
    WEIGHTS,
    keep_curve,
    plan_folds,
    prepare,
)
from maskopt.export.refits import refit_task, suggested_epochs
from maskopt.export.sources import read_sources
from maskopt.records import EpochReport, derive_seed
from maskopt.votes.out_of_fold import HeldOut, write_held_out


def planned(studies, *, whole_curve: bool = False, folds: int | None = None):
    (source,) = read_sources(studies.options("age", members=1))
    return plan_folds(
        source, 0, folds=folds, threads=1, whole_curve=whole_curve, cache=Path("cache")
    )


def finish(run) -> None:
    run.folder.mkdir(parents=True, exist_ok=True)
    (run.folder / WEIGHTS).write_bytes(b"weights")
    predicted = {"none": (np.zeros((1, 2), np.float32),)}
    held_out = HeldOut(run.fold, np.array([0]), predicted, np.zeros((1, 0), np.float16))
    write_held_out(run.folder / HELD_OUT, held_out)


def curve(*scores: float) -> tuple[EpochReport, ...]:
    return tuple(EpochReport(place + 1, s, 1.0, 1.0, 1.0) for place, s in enumerate(scores))


def test_the_fold_that_the_search_trained_is_only_predicted(studies) -> None:
    studies.add("age", "[age]", [0.1, 0.4, 0.3])
    own, other = planned(studies)
    assert [(run.own, run.task.kept_epoch, run.task.last_epoch) for run in (own, other)] == [
        (True, 2, 0),
        (False, 2, 2),
    ]
    assert [task.number for task in prepare([own, other])] == [0, 1]
    assert (own.folder / WEIGHTS).read_bytes() == b"weights"
    assert not (other.folder / WEIGHTS).exists()


def test_other_folds_are_trained_as_the_trial_was(studies) -> None:
    studies.add("age", "[age]", [0.1, 0.4, 0.3])
    task = planned(studies)[1].task
    assert (task.seed, task.setup.folds, task.setup.epochs, task.setup.patience) == (
        derive_seed("age", 0),
        (1,),
        3,
        None,
    )
    assert task.setup.scratch == ("test_resnet",)


def test_lost_weights_of_a_trial_are_trained_again(studies) -> None:
    studies.add("age", "[age]", [0.1, 0.4])
    (studies.folder / "age" / "trials" / "00000" / WEIGHTS).unlink()
    assert [run.own for run in planned(studies)] == [False, False]


def test_what_is_known_is_not_done_again(studies) -> None:
    studies.add("age", "[age]", [0.1, 0.4, 0.3])
    runs = planned(studies)
    for run in runs:
        finish(run)
    keep_curve(runs[1].task, curve(0.1, 0.2))
    assert prepare(planned(studies)) == []


def test_a_refit_on_all_photos_needs_the_whole_curve(studies) -> None:
    studies.add("age", "[age]", [0.1, 0.4, 0.3])
    runs = planned(studies)
    for run in runs:
        finish(run)
    keep_curve(runs[1].task, curve(0.1, 0.2))
    (task,) = prepare(planned(studies, whole_curve=True))
    assert (task.setup.folds, task.kept_epoch, task.last_epoch) == ((1,), 2, 3)
    assert not (runs[1].folder / HELD_OUT).exists()


def test_a_broken_prediction_is_made_again(studies) -> None:
    studies.add("age", "[age]", [0.1, 0.4, 0.3])
    runs = planned(studies)
    for run in runs:
        finish(run)
    keep_curve(runs[1].task, curve(0.1, 0.2))
    (runs[0].folder / HELD_OUT).write_bytes(b"PK broken")
    assert [task.number for task in prepare(planned(studies))] == [0]


def test_other_photos_lie_elsewhere(studies) -> None:
    studies.add("age", "[age]", [0.1])
    before = planned(studies)[0].folder
    file = studies.folder / "age" / "photos.csv"
    file.write_text(file.read_text().replace("stamp", "other"))
    assert planned(studies)[0].folder != before


def test_fewer_folds_begin_with_the_one_that_is_trained(studies) -> None:
    studies.add("age", "[age]", [0.1])
    assert [(run.fold, run.own) for run in planned(studies, folds=1)] == [(0, True)]


def test_the_epochs_of_a_refit_are_the_median_of_the_folds_best() -> None:
    curves = [curve(0.1, 0.2, 0.3), curve(0.3, 0.2, 0.1), curve(0.1, 0.3, 0.2)]
    assert suggested_epochs(curves) == 2
    assert suggested_epochs([*curves, curve(0.1, 0.1, 0.2)]) == 2  # between 2 and 3


def test_a_refit_trains_on_all_photos_for_the_epochs_of_its_folds(studies) -> None:
    studies.add("age", "[age]", [0.1, 0.4, 0.3])
    runs = planned(studies, whole_curve=True)
    runs[1].folder.mkdir(parents=True)
    keep_curve(runs[1].task, curve(0.1, 0.2, 0.3))
    task = refit_task(runs)
    assert (task.setup.folds, task.setup.epochs, task.last_epoch) == ((), 3, 2)
    assert Path(task.folder).name == "all-2"
    assert task.number not in {run.task.number for run in runs}
