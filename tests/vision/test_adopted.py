"""A trial that goes on from the checkpoint of another one of the same configuration."""

from itertools import islice
from pathlib import Path

import pytest

from maskopt.records import CHECKPOINT, ORIGIN, EpochReport, TrialTask
from maskopt.sweep.works import Work, adopt
from maskopt.vision.trial import run


def train(task: TrialTask, epochs: int) -> tuple[EpochReport, ...]:
    """Train the first epochs of a trial, which is then stopped."""
    reports = run(task)
    done = tuple(islice(reports, epochs))
    reports.close()
    return done


def work_of(task: TrialTask, reports: tuple[EpochReport, ...]) -> Work:
    setup = task.setup
    return Work(setup.study, task.number, setup.epochs, Path(task.folder), reports, False)


def last_note(folder: Path) -> str:
    return [line[21:] for line in (folder / "log.txt").read_text().splitlines()][-1]


def test_a_trial_goes_on_from_the_checkpoint_that_was_laid_into_its_folder(
    make_task, tmp_path
) -> None:
    first = make_task(tmp_path / "one", number=1, epochs=4)
    reports = train(first, 2)
    assert adopt(work_of(first, reports), make_task(tmp_path / "two", number=2, epochs=4))
    assert last_note(tmp_path / "two") == "has 2 epochs and their weights of study tiny, trial 1"
    second = make_task(tmp_path / "two", number=2, epochs=4, known=2)
    assert [report.epoch for report in run(second)] == [3, 4]
    log = (tmp_path / "two" / "log.txt").read_text()
    assert "goes on after epoch 2" in log
    assert "trained again" not in log


def test_the_checkpoint_of_a_trial_that_had_it_itself_will_do(make_task, tmp_path) -> None:
    first = make_task(tmp_path / "one", number=1, epochs=3)
    reports = train(first, 2)
    second = make_task(tmp_path / "two", number=2, epochs=3)
    assert adopt(work_of(first, reports), second)
    assert adopt(work_of(second, reports), make_task(tmp_path / "three", number=3, epochs=3))
    third = make_task(tmp_path / "three", number=3, epochs=3, known=2)
    assert [report.epoch for report in run(third)] == [3]


def test_files_are_shared_and_the_first_trial_keeps_its_own(make_task, tmp_path, timeless) -> None:
    first = make_task(tmp_path / "one", number=1, epochs=4)
    reports = train(first, 2)
    assert adopt(work_of(first, reports), make_task(tmp_path / "two", number=2, epochs=4))
    shared = [(tmp_path / name / CHECKPOINT).stat().st_ino for name in ("one", "two")]
    assert shared[0] == shared[1]
    list(run(make_task(tmp_path / "two", number=2, epochs=4, known=2)))
    rest = timeless(run(make_task(tmp_path / "one", number=1, epochs=4, known=2)))
    whole = timeless(run(make_task(tmp_path / "alone", number=1, epochs=4)))
    assert [*timeless(reports), *rest] == whole


@pytest.mark.parametrize(
    "changes",
    [{"lr": 0.001}, {"folds": (1,)}, {"objective": "accuracy"}],
    ids=["lr", "fold", "score"],
)
def test_a_checkpoint_of_another_configuration_is_none_whatever_its_origin(
    make_task, tmp_path, changes
) -> None:
    first = make_task(tmp_path / "one", number=1)
    reports = train(first, 2)
    task = make_task(tmp_path / "two", number=2, **changes)
    for name in ("best.safetensors", "best-fold1.safetensors"):
        (tmp_path / "one" / name).touch()
    assert adopt(work_of(first, reports), make_task(tmp_path / "two", number=2))
    assert [report.epoch for report in run(task)] == [1, 2, 3]


def test_a_broken_origin_is_none(make_task, tmp_path) -> None:
    first = make_task(tmp_path / "one", number=1)
    assert adopt(work_of(first, train(first, 2)), make_task(tmp_path / "two", number=2))
    (tmp_path / "two" / ORIGIN).write_text('[{"study": "tiny"}]')
    again = make_task(tmp_path / "two", number=2, known=2)
    assert [report.epoch for report in run(again)] == [3]
    assert "the checkpoint is of another trial" in (tmp_path / "two" / "log.txt").read_text()


@pytest.mark.parametrize(
    ("schedule", "same"), [("constant", True), ("step", True), ("cosine", False)]
)
def test_schedules_that_do_not_know_of_the_end_are_the_same_in_longer_trials(
    make_task, tmp_path, timeless, schedule, same
) -> None:
    """Why work of a study with other epochs is only taken over where its schedule is endless."""
    short = timeless(run(make_task(tmp_path / "short", epochs=2, schedule=schedule)))
    long = timeless(train(make_task(tmp_path / "long", epochs=4, schedule=schedule), 2))
    assert (short == long) is same


def test_a_longer_trial_with_a_constant_learning_rate_goes_on(make_task, tmp_path) -> None:
    first = make_task(tmp_path / "one", number=1, epochs=2, schedule="constant")
    reports = tuple(run(first))
    assert adopt(
        work_of(first, reports), make_task(tmp_path / "two", number=2, schedule="constant")
    )
    second = make_task(tmp_path / "two", number=2, epochs=4, schedule="constant", known=2)
    assert [report.epoch for report in run(second)] == [3, 4]
