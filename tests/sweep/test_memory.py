"""What a conductor need not train: it was trained before."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from maskopt.records import Ending, EpochReport, TrialState
from maskopt.sweep import memory
from maskopt.sweep.memory import MOST_IN_A_ROW


def test_what_another_study_trained_is_reported_at_once_and_takes_no_time(
    tmp_path: Path, sweeping: Any
) -> None:
    with sweeping(tmp_path, "old") as old:
        old.train(old.conductor.ask(), 0.4, 0.6, 0.5)
    with sweeping(tmp_path, "new") as new:
        task = new.conductor.ask()
        assert task is not None
        assert task.number > 0
        first = new.study.trial_record(0)
        assert (first.state, [r.score for r in first.reports]) == (
            TrialState.COMPLETE,
            [0.4, 0.6, 0.5],
        )
        assert first.seconds < 5 < sum(report.seconds for report in first.reports)
        assert new.files(0) == ["best.npz", "best.safetensors", "log.txt", "origin.json"]
        assert (new.heard.taught, new.heard.shown[:3]) == ([], [(0, 1), (0, 2), (0, 3)])


def test_what_was_interrupted_goes_on_from_its_checkpoint(tmp_path: Path, sweeping: Any) -> None:
    with sweeping(tmp_path, "old") as old:
        old.train(old.conductor.ask(), 0.4, 0.6, ending=Ending.LOST)
    with sweeping(tmp_path, "new") as new:
        task = new.conductor.ask()
        assert task is not None
        assert (task.number, task.known_epochs) == (0, 2)
        assert "checkpoint.pt" in new.files(0)
        new.train(task, 0.7)
        assert new.heard.taught == [3]
        assert [r.score for r in new.study.trial_record(0).reports] == [0.4, 0.6, 0.7]


@pytest.mark.parametrize(
    ("sets", "changes"),
    [
        (("objective=accuracy",), {}),
        (("folds.use=2",), {}),
        (("budget.patience=2",), {}),
        (("budget.epochs=2",), {}),
        (("data.attributes.mask.classes=[worn,none]",), {}),
        ((), {"stamp": "2"}),
        ((), {"digest": "1 photo (b)"}),
        ((), {"digest": "1 photo (a), numbers (b)"}),
        ((), {"scratch": ("resnet18",)}),
    ],
    ids=[
        "objective",
        "folds",
        "patience",
        "epochs",
        "classes",
        "changed",
        "photos",
        "numbers",
        "scratch",
    ],
)
def test_other_data_and_other_aims_are_other_work(
    tmp_path: Path, sets: tuple[str, ...], changes: Any, sweeping: Any
) -> None:
    with sweeping(tmp_path, "old", *sets, **changes) as old:
        scores = (0.4, 0.6, 0.5)[: 2 if "budget.epochs=2" in sets else 3]
        old.train(old.conductor.ask(), *scores)
    with sweeping(tmp_path, "new") as new:
        task = new.conductor.ask()
        assert task is not None
        # Two epochs of a constant learning rate are the same work; their checkpoint is gone.
        assert (task.number, task.known_epochs) == (0, 0)
        assert not (tmp_path / "new" / "trials" / "00000").exists()


def test_other_epochs_are_told_once(tmp_path: Path, sweeping: Any) -> None:
    with sweeping(tmp_path, "old", "budget.epochs=2") as old:
        old.train(old.conductor.ask(), 0.4, 0.6)
    with sweeping(tmp_path, "new") as new:
        assert new.archive.notes == [
            "study 'old' trains for 2 epochs, not 3: a schedule that fills its epochs is another "
            "one then, and trials that have one are trained again"
        ]


def test_fewer_epochs_of_a_constant_learning_rate_are_the_same_work(
    tmp_path: Path, sweeping: Any
) -> None:
    with sweeping(tmp_path, "old") as old:
        old.train(old.conductor.ask(), 0.4, 0.6, 0.5)
    with sweeping(tmp_path, "new", "budget.epochs=2") as new:
        new.conductor.ask()
        assert [r.score for r in new.study.trial_record(0).reports] == [0.4, 0.6]


def test_failed_work_is_none(tmp_path: Path, sweeping: Any) -> None:
    with sweeping(tmp_path, "old") as old:
        old.train(old.conductor.ask(), 0.4, ending=Ending.FAILED)
    with sweeping(tmp_path, "new") as new:
        task = new.conductor.ask()
        assert task is not None
        assert (task.number, task.known_epochs) == (0, 0)


def test_a_study_repeats_none_of_its_own_work_until_there_is_nothing_else(
    tmp_path: Path, sweeping: Any
) -> None:
    """Two configurations: one trial each, eight answers from memory, then one is trained again."""
    with sweeping(tmp_path, "new") as new:
        trained = []
        for _ in range(3):
            task = new.conductor.ask()
            assert task is not None
            trained.append(task.number)
            new.train(task, 0.4, 0.6, 0.5)
        record = new.study.record()
        configs = {number: record.trials[number].config["lr"] for number in trained}
        assert trained[0] == 0
        assert configs[trained[0]] != configs[trained[1]]
        assert trained[2] - trained[1] - 1 == MOST_IN_A_ROW
        assert {t.state for t in record.trials} == {TrialState.COMPLETE}


def test_a_study_that_is_taken_up_again_remembers_its_own_work(
    tmp_path: Path, sweeping: Any
) -> None:
    with sweeping(tmp_path, "new") as new:
        new.train(new.conductor.ask(), 0.4, 0.6, 0.5)
    with sweeping(tmp_path, "new") as again:
        task = again.conductor.ask()
        assert task is not None
        assert task.config["lr"] == 0.01
        again.train(task, 0.1, 0.2, 0.3)


def test_a_driver_that_died_while_it_recalled_work_recalls_it_again(
    tmp_path: Path, sweeping: Any
) -> None:
    scores = (0.4, 0.6, 0.5)
    with sweeping(tmp_path, "old") as old:
        old.train(old.conductor.ask(), *scores)
        reports = old.study.trial_record(0).reports
    with sweeping(tmp_path, "new") as new:
        asked = new.study.ask()
        assert asked is not None
        new.study.report(asked.number, reports[0])
        new.study.close(asked.number, Ending.LOST, "killed")
    with sweeping(tmp_path, "new") as again:
        again.conductor.ask()
        first = again.study.trial_record(0)
        assert (first.state, first.reports) == (TrialState.COMPLETE, reports)


def test_reports_of_its_own_are_not_mixed_with_others(tmp_path: Path, sweeping: Any) -> None:
    with sweeping(tmp_path, "new") as new:
        task = new.conductor.ask()
        new.train(task, 0.3, ending=Ending.LOST)
    (tmp_path / "new" / "trials" / "00000" / "checkpoint.pt").unlink()
    with sweeping(tmp_path, "old") as old:
        old.train(old.conductor.ask(), 0.4, 0.6, 0.5)
    with sweeping(tmp_path, "new") as again:
        task = again.conductor.ask()
        assert task is not None
        assert (task.number, task.known_epochs) == (0, 1)


def test_a_configuration_of_before_there_were_views_is_that_of_whole_photos() -> None:
    key = memory._key({"lr": 0.1})
    assert key == memory._key({"lr": 0.1, "view": "whole"})
    assert key != memory._key({"lr": 0.1, "view": "no_background"})


@pytest.mark.parametrize(
    ("number", "left_out", "other"),
    [("freeze_stages", 0, 2), ("ema", None, 0.98), ("dropout", 0.0, 0.1)],
)
def test_a_configuration_of_before_there_was_a_number_is_that_which_leaves_it_out(
    number: str, left_out: object, other: object
) -> None:
    key = memory._key({"lr": 0.1})
    assert key == memory._key({"lr": 0.1, number: left_out})
    assert key != memory._key({"lr": 0.1, number: other})


def test_what_really_ran_comes_with_what_is_recalled(tmp_path: Path, sweeping: Any) -> None:
    ran = {"optimizer": {"is": "AdamW"}}
    with sweeping(tmp_path, "old") as old:
        task = old.conductor.ask()
        old.conductor.report(task.number, EpochReport(1, 0.4, 1.0, 1.0, 9.0, effective=ran))
        old.train(replace(task, known_epochs=1), 0.6, 0.5)
    with sweeping(tmp_path, "new") as new:
        new.conductor.ask()
        assert new.study.trial_record(0).effective == ran
