from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from maskopt.labels import LabelSpace
from maskopt.records import (
    Ending,
    EpochReport,
    TrialRecord,
    TrialSetup,
    TrialState,
    Verdict,
    derive_seed,
)
from maskopt.space import TrialConfig
from maskopt.study.study import Asked
from maskopt.sweep.conduct import SweepConductor
from maskopt.sweep.until import Nothing, Until

SETUP = TrialSetup("age", LabelSpace(()), "photos.csv", "cache", (0,), "macro_f1", 4)
REPORT = EpochReport(1, 0.5, 1.0, 1.0, 1.0)


class Stub:
    """A study and a watcher that write down what they hear."""

    def __init__(
        self, reports: tuple[EpochReport, ...] = (), state: TrialState = TrialState.WAITING
    ) -> None:
        self.heard: list[Any] = []
        self.state = state
        self.reports = reports
        self.stop_reason: str | None = None
        self.strategy = SimpleNamespace(loosened=None, hopeless=list, by_least_hope=list)

    def give_up(self, numbers: Sequence[int]) -> None:
        self.heard += [("given up", number) for number in numbers]

    def ask(self, fits: Any, *, fills: bool = False) -> Asked:
        return Asked(7, TrialConfig({"lr": 0.1}), len(self.reports))

    def finished(self) -> bool:
        return False

    def report(self, number: int, report: EpochReport) -> Verdict:
        return Verdict.STOP

    def close(self, number: int, ending: Ending, error: str | None) -> None:
        self.heard.append((number, ending, error))

    def trial_record(self, number: int) -> TrialRecord:
        return TrialRecord(number, self.state, {}, self.reports)

    def tick(self) -> None:
        self.heard.append("tick")

    def started(self, task: Any) -> None:
        self.heard.append(task)

    def reported(self, *event: Any) -> None:
        self.heard.append(event)

    def ended(self, trial: TrialRecord) -> None:
        self.heard.append(trial.number)


def conductor(
    stub: Stub, now: float = 0.0, deadline: float | None = 10.0, folder: Path = Path("trials")
) -> SweepConductor:
    return SweepConductor(
        stub,  # type: ignore[arg-type]
        SETUP,
        folder,
        stub,  # type: ignore[arg-type]
        timetable=Until(deadline, lambda: now),
        memory=Nothing(),
    )


def test_a_task_has_its_own_seed_and_folder_and_is_shown() -> None:
    stub = Stub()
    task = conductor(stub).ask()
    assert task is not None
    assert (task.folder, task.seed) == ("trials/00007", derive_seed("age", 7))
    assert (task.known_epochs, task.setup, stub.heard) == (0, SETUP, [task])


def test_a_report_is_shown_with_its_answer() -> None:
    stub = Stub()
    assert conductor(stub).report(7, REPORT) is Verdict.STOP
    assert stub.heard == [(7, REPORT, Verdict.STOP)]


def test_when_time_is_over_nothing_is_asked_and_everything_stops() -> None:
    stub = Stub()
    late = conductor(stub, now=10.0)
    assert (late.ask(), late.finished(), late.tick()) == (None, True, False)
    assert conductor(stub, now=9.9).tick() is True
    assert conductor(stub, now=1e9, deadline=None).tick() is True


def test_when_too_many_trials_failed_everything_stops() -> None:
    stub = Stub()
    stub.stop_reason = "5 trials in a row failed"
    assert conductor(stub).tick() is False


def test_what_the_clock_cuts_off_is_told_stopped_if_it_has_a_report() -> None:
    begun, fresh, interrupted, broken = Stub((REPORT,)), Stub(), Stub((REPORT,)), Stub((REPORT,))
    conductor(begun, now=11.0).close(7, Ending.LOST)
    conductor(fresh, now=11.0).close(7, Ending.LOST)
    conductor(interrupted, now=5.0).close(7, Ending.LOST)
    conductor(broken, now=11.0).close(7, Ending.LOST, "killed")
    assert begun.heard == [(7, Ending.STOPPED, None), 7]
    assert fresh.heard == [(7, Ending.LOST, None), 7]
    assert interrupted.heard == [(7, Ending.LOST, None), 7]
    assert broken.heard == [(7, Ending.LOST, "killed"), 7]


@pytest.mark.parametrize(
    ("state", "stays"),
    [
        (TrialState.COMPLETE, False),
        (TrialState.PRUNED, False),
        (TrialState.FAILED, False),
        (TrialState.WAITING, True),
    ],
)
def test_a_checkpoint_stays_while_its_trial_can_go_on(
    tmp_path: Path, state: TrialState, stays: bool
) -> None:
    folder = tmp_path / "00007"
    folder.mkdir()
    for name in ("checkpoint.pt", "best.safetensors"):
        (folder / name).touch()
    conductor(Stub((REPORT,), state), folder=tmp_path).close(7, Ending.ENDED)
    assert (folder / "checkpoint.pt").exists() is stays
    assert (folder / "best.safetensors").exists()


def test_that_the_pruner_is_looser_is_said_once(capsys: pytest.CaptureFixture[str]) -> None:
    stub = Stub((REPORT,))
    sweep = conductor(stub)
    sweep.close(7, Ending.ENDED)
    stub.strategy.loosened = "3 of 10 were good"
    for _ in range(2):
        sweep.close(7, Ending.ENDED)
    assert capsys.readouterr().err == "note: the pruner is looser now: 3 of 10 were good\n"
    # What was said of an earlier sweep is not said again.
    conductor(stub).close(7, Ending.ENDED)
    assert capsys.readouterr().err == ""
