from math import nan
from pathlib import Path
from shutil import rmtree

import numpy as np

from maskopt.export.fold_runs import (
    keep_curve,
    plan_folds,
    prepare,
)
from maskopt.export.refits import is_trained, refit_task, refit_weights, suggested_epochs
from maskopt.export.sources import read_sources
from maskopt.records import BEST, CHECKPOINT, EpochReport, derive_seed
from maskopt.votes.out_of_fold import HELD_OUT, HeldOut, write_held_out

from .weights import write_weights


def planned(studies, *, whole_curve: bool = False, folds: int | None = None):
    (source,) = read_sources(studies.options("age", members=1))
    return plan_folds(
        source, 0, folds=folds, threads=1, whole_curve=whole_curve, cache=Path("cache")
    )


def finish(run) -> None:
    run.folder.mkdir(parents=True, exist_ok=True)
    write_weights(run.folder / BEST, run.source.spec.label_space, run.task.kept_epoch)
    rows = np.arange(run.fold, 8, 2)
    predicted = {"none": (np.zeros((4, 2), np.float32),)}
    held_out = HeldOut(run.fold, rows, predicted, np.zeros((4, 0), np.float16))
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
    assert own.has_weights()
    assert not (other.folder / BEST).exists()


def test_other_folds_are_trained_to_an_epoch_that_luck_did_not_choose(studies) -> None:
    """Four photos are judged: a score of 0.9 has a standard error of 0.15.

    The trial kept the best score's weights, as earlier versions did, and then those of that epoch.
    """
    studies.add("age", "[age]", [0.7, 0.9, 0.8], losses=[0.2, 0.5, 0.4])
    own, other = planned(studies)
    assert [(run.own, run.task.kept_epoch, run.task.last_epoch) for run in (own, other)] == [
        (True, 2, 0),
        (False, 3, 3),
    ]
    assert own.folder.parent == other.folder.parent
    kept = studies.folder / "age" / "trials" / "00000" / BEST
    write_weights(kept, own.source.spec.label_space, 3)
    assert [(run.own, run.task.kept_epoch) for run in planned(studies)] == [(True, 3), (False, 3)]


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
    (studies.folder / "age" / "trials" / "00000" / BEST).unlink()
    assert [run.own for run in planned(studies)] == [False, False]


def test_what_is_known_is_not_done_again(studies) -> None:
    studies.add("age", "[age]", [0.1, 0.4, 0.3])
    runs = planned(studies)
    for run in runs:
        finish(run)
    keep_curve(runs[1].task, curve(0.1, 0.2))
    assert prepare(planned(studies)) == []


def test_networks_out_of_fold_are_given_the_losses_of_their_trial(studies) -> None:
    """A schedule that follows them sees nothing of the fold that is predicted."""
    studies.add("age", "[age]", [0.1, 0.4, 0.3])
    runs = planned(studies)
    wanted = {tuple(report.valid_loss for report in run.trial.reports) for run in runs}
    assert {run.task.losses for run in runs} == wanted
    assert {len(losses) for losses in wanted} == {3}


def test_a_refit_on_all_photos_needs_the_whole_curve(studies) -> None:
    studies.add("age", "[age]", [0.1, 0.4, 0.3])
    runs = planned(studies)
    for run in runs:
        finish(run)
    keep_curve(runs[1].task, curve(0.1, 0.2))
    (task,) = prepare(planned(studies, whole_curve=True))
    assert (task.setup.folds, task.kept_epoch, task.last_epoch) == ((1,), 2, 3)
    assert not (runs[1].folder / HELD_OUT).exists()


def test_a_refit_on_all_photos_needs_each_epoch_judged(studies) -> None:
    """Here the last epoch is kept, so that both exports train equally long."""
    studies.add("age", "[age]", [0.1, 0.2, 0.4])
    runs = planned(studies)
    for run in runs:
        finish(run)
    assert runs[1].task.kept_epoch == 3
    keep_curve(runs[1].task, curve(nan, nan, 0.4))
    assert prepare(planned(studies)) == []
    (task,) = prepare(planned(studies, whole_curve=True))
    assert (task.setup.folds, task.kept_epoch, task.whole_curve) == ((1,), 3, True)
    assert not (runs[1].folder / BEST).exists()


def test_a_broken_prediction_is_made_again(studies) -> None:
    studies.add("age", "[age]", [0.1, 0.4, 0.3])
    runs = planned(studies)
    for run in runs:
        finish(run)
    keep_curve(runs[1].task, curve(0.1, 0.2))
    (runs[0].folder / HELD_OUT).write_bytes(b"PK broken")
    assert [task.number for task in prepare(planned(studies))] == [0]


def test_weights_that_lack_a_byte_are_made_again(studies) -> None:
    """The machine died: a file's name can reach the disk before its content."""
    studies.add("age", "[age]", [0.1, 0.4, 0.3])
    runs = planned(studies)
    for run in runs:
        finish(run)
        torn = (run.folder / BEST).read_bytes()[:-1]
        (run.folder / BEST).write_bytes(torn)
    keep_curve(runs[1].task, curve(0.1, 0.2))
    assert [task.last_epoch for task in prepare(planned(studies))] == [0, 2]
    assert [run.has_weights() for run in runs] == [True, False]  # brought again, and to train
    assert not (runs[1].folder / BEST).exists()


def test_a_trial_s_torn_weights_are_trained_again(studies) -> None:
    studies.add("age", "[age]", [0.1, 0.4])
    write_weights(
        studies.folder / "age" / "trials" / "00000" / BEST,
        planned(studies)[0].source.spec.label_space,
        1,
    )
    assert [run.own for run in planned(studies)] == [False, False]


def test_what_another_fold_s_network_said_is_not_taken(studies) -> None:
    studies.add("age", "[age]", [0.1, 0.4, 0.3])
    runs = planned(studies)
    for run in runs:
        finish(run)
    keep_curve(runs[1].task, curve(0.1, 0.2))
    (runs[0].folder / HELD_OUT).write_bytes((runs[1].folder / HELD_OUT).read_bytes())
    assert [task.number for task in prepare(planned(studies))] == [0]


def test_what_is_known_outlives_the_trial_s_own_folder(studies) -> None:
    studies.add("age", "[age]", [0.1, 0.4, 0.3])
    runs = planned(studies)
    for run in runs:
        finish(run)
    keep_curve(runs[1].task, curve(0.1, 0.2))
    rmtree(studies.folder / "age" / "trials")
    assert prepare(planned(studies)) == []


def test_a_checkpoint_that_outlived_its_work_is_removed(studies) -> None:
    studies.add("age", "[age]", [0.1, 0.4, 0.3])
    run = planned(studies)[1]
    finish(run)
    keep_curve(run.task, curve(0.1, 0.2))
    (run.folder / CHECKPOINT).write_bytes(b"state")
    assert prepare([planned(studies)[1]]) == []
    assert not (run.folder / CHECKPOINT).exists()


def test_a_network_is_of_its_trial_wherever_its_study_was_named(studies) -> None:
    """Checkpoints and logs name the trial; numbers count networks and change with the place."""
    studies.add("age", "[age]", [0.1], [0.3])
    (source,) = read_sources(studies.options("age"))
    tasks = [
        run.task
        for place in (0, 1)
        for run in plan_folds(
            source, place, folds=1, threads=1, whole_curve=False, cache=Path("cache")
        )
    ]
    assert [task.number for task in tasks] == [10_000, 0, 100_000_010_000, 100_000_000_000]
    assert [task.trial_number for task in tasks] == [1, 0, 1, 0]


def test_broken_weights_of_a_refit_are_trained_again(studies) -> None:
    studies.add("age", "[age]", [0.1, 0.4, 0.3])
    runs = planned(studies, whole_curve=True)
    runs[1].folder.mkdir(parents=True)
    keep_curve(runs[1].task, curve(0.1, 0.2, 0.3))
    task = refit_task(runs)
    assert not is_trained(task)
    write_weights(refit_weights(task), task.setup.label_space, 2)
    assert is_trained(task)
    refit_weights(task).write_bytes(b"")
    assert not is_trained(task)
    assert not refit_weights(task).exists()  # a worker would take it for done


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
