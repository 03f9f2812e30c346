from pathlib import Path

import pytest

from maskopt.export.runs import MOST_LOSSES, RunConductor
from maskopt.labels import LabelSpace
from maskopt.records import CHECKPOINT, Ending, EpochReport, TrialSetup, TrialTask, Verdict
from maskopt.space import TrialConfig

SETUP = TrialSetup("age", LabelSpace(()), "photos.csv", "cache", (0,), "macro_f1", 4)


def report(epoch: int) -> EpochReport:
    return EpochReport(epoch, 0.5, 1.0, 1.0, 1.0)


@pytest.fixture
def heard() -> list:
    return []


@pytest.fixture
def conductor(tmp_path: Path, heard: list) -> RunConductor:
    tasks = [
        TrialTask(number, TrialConfig({}), 0, 0, str(tmp_path / str(number)), SETUP)
        for number in (3, 5)
    ]
    return RunConductor(
        tasks,
        heard.append,
        lambda task, reports: heard.append(f"{task.number}: {len(reports)}"),
        lambda task, reports: heard.append((task.number, len(reports))),
    )


def test_each_task_is_given_once(conductor: RunConductor, heard: list) -> None:
    assert [conductor.ask().number, conductor.ask().number, conductor.ask()] == [3, 5, None]
    assert conductor.report(3, report(1)) is Verdict.CONTINUE
    conductor.close(3, Ending.ENDED)
    assert not conductor.finished()
    conductor.close(5, Ending.ENDED)
    assert conductor.finished()
    assert heard == ["3: 1", 1, (3, 1), (5, 0)]


def test_an_ended_task_needs_its_checkpoint_no_more(conductor: RunConductor) -> None:
    task = conductor.ask()
    checkpoint = Path(task.folder) / CHECKPOINT
    checkpoint.parent.mkdir()
    checkpoint.write_bytes(b"state")
    conductor.close(task.number, Ending.ENDED)
    assert not checkpoint.exists()


def test_a_dead_worker_s_task_is_given_again_with_its_epochs(conductor: RunConductor) -> None:
    conductor.ask(), conductor.ask()
    conductor.report(3, report(1))
    conductor.close(3, Ending.LOST, "the worker died")
    again = conductor.ask()
    assert (again.number, again.known_epochs) == (3, 1)
    assert conductor.failures == {}


def test_a_task_that_kills_its_workers_is_given_up(conductor: RunConductor) -> None:
    for _ in range(MOST_LOSSES):
        while (task := conductor.ask()).number != 3:
            conductor.close(task.number, Ending.ENDED)
        conductor.close(3, Ending.LOST, "the worker died")
    assert (conductor.finished(), conductor.failures) == (True, {3: "the worker died"})


def test_a_failed_task_is_remembered_with_its_reason(conductor: RunConductor) -> None:
    conductor.close(conductor.ask().number, Ending.FAILED, "ValueError: no\n\ntraceback")
    assert conductor.failures == {3: "ValueError: no\n\ntraceback"}


def test_a_task_whose_devices_were_taken_is_given_again_with_its_epochs(
    conductor: RunConductor, heard: list
) -> None:
    """As often as it takes: Ray says itself when it was ended too often."""
    conductor.ask(), conductor.ask()
    conductor.report(3, report(1))
    conductor.close(5, Ending.ENDED)
    for _ in range(MOST_LOSSES + 1):
        conductor.close(3, Ending.LOST)
        assert (conductor.waits(), conductor.finished(), conductor.failures) == (True, False, {})
        again = conductor.ask()
        assert (again.number, again.known_epochs) == (3, 1)
    conductor.report(3, report(2))
    conductor.close(3, Ending.ENDED)
    assert (conductor.finished(), heard[-1]) == (True, (3, 2))


def test_a_task_that_was_stopped_is_neither_given_again_nor_a_failure(
    conductor: RunConductor,
) -> None:
    conductor.ask(), conductor.ask()
    conductor.close(3, Ending.STOPPED)
    conductor.close(5, Ending.ENDED)
    assert (conductor.ask(), conductor.finished(), conductor.failures) == (None, True, {})


def test_what_runs_waits_no_more(conductor: RunConductor) -> None:
    assert conductor.waits()
    conductor.ask(), conductor.ask()
    assert (conductor.waits(), conductor.finished()) == (False, False)
