from pathlib import Path
from typing import Any

import pytest

from maskopt.cluster.devices import DevicePlan
from maskopt.labels import LabelSpace
from maskopt.records import (
    CHECKPOINT,
    Ending,
    EpochReport,
    Repeat,
    StudyRecord,
    TrialRecord,
    TrialSetup,
    TrialState,
)
from maskopt.sweep import noise
from maskopt.sweep.noise import noise_seconds, run_noise, seeds_left

SETUP = TrialSetup("age", LabelSpace(()), "photos.csv", "cache", (0,), "macro_f1", 2)
DEVICES = DevicePlan(2, 1, 0.0, "CPU")


def trial(number: int, score: float, *repeats: Repeat) -> TrialRecord:
    reports = (EpochReport(1, score, 1.0, 1.0, 3.0), EpochReport(2, score / 2, 1.0, 1.0, 3.0))
    return TrialRecord(number, TrialState.COMPLETE, {"lr": 0.1}, reports, repeats=repeats)


class Stub:
    """A study of two trials that keeps repeats, and devices that end every task at once."""

    def __init__(self) -> None:
        self.repeats: dict[int, list[Repeat]] = {3: [], 8: []}
        self.tasks: list[Any] = []
        self.ticks = 0
        self.ends = Ending.ENDED

    def record(self) -> StudyRecord:
        trials = trial(3, 0.8, *self.repeats[3]), trial(8, 0.7, *self.repeats[8])
        return StudyRecord("age", "macro_f1", trials)

    def add_repeat(self, number: int, repeat: Repeat) -> None:
        self.repeats[number].append(repeat)

    def tick(self) -> None:
        self.ticks += 1

    def run_trials(self, conductor: Any, function: str, plan: DevicePlan) -> None:
        assert (function, plan) == ("maskopt.vision.trial:run", DEVICES)
        while not conductor.finished() and conductor.tick():
            task = conductor.ask()
            self.tasks.append(task)
            folder = Path(task.folder)
            folder.mkdir(parents=True)
            for name in (CHECKPOINT, "best.safetensors", "best.npz", "log.txt"):
                (folder / name).touch()
            for epoch in (1, 2):
                score = 0.70 + task.number / 100 - epoch / 1000
                conductor.report(task.number, EpochReport(epoch, score, 1.0, 1.0, 2.0))
            conductor.close(task.number, self.ends, "boom" if self.ends is Ending.FAILED else None)


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> Stub:
    stub = Stub()
    monkeypatch.setattr(noise, "run_trials", stub.run_trials)
    return stub


def run(stub: Any, folder: Path, seeds: int = 3, until: Any = lambda: False, **more: Any) -> None:
    run_noise(stub, SETUP, folder, DEVICES, seeds=seeds, until=until, **more)


def test_the_best_configuration_is_trained_with_each_other_seed(
    stub: Stub, tmp_path: Path
) -> None:
    run(stub, tmp_path)
    assert stub.repeats[3] == [
        Repeat(seed, pytest.approx(0.699 + seed / 100), 1, 4.0) for seed in (1, 2, 3)
    ]
    assert len({task.seed for task in stub.tasks}) == 3
    assert all((task.trial, task.config["lr"]) == (3, 0.1) for task in stub.tasks)
    assert (stub.repeats[8], stub.ticks) == ([], 3)


def test_of_a_seed_that_ended_the_log_stays(stub: Stub, tmp_path: Path) -> None:
    run(stub, tmp_path, seeds=1)
    files = [file.relative_to(tmp_path) for file in tmp_path.rglob("*") if file.is_file()]
    assert files == [Path("00003/seed-1/log.txt")]


def test_what_was_done_is_not_done_again(stub: Stub, tmp_path: Path) -> None:
    stub.repeats[3] = [Repeat(2, 0.7, 1, 4.0)]
    run(stub, tmp_path)
    assert [task.number for task in stub.tasks] == [1, 3]
    run(stub, tmp_path)
    assert len(stub.tasks) == 2


def test_it_ends_when_its_time_is_over_and_goes_on_another_time(
    stub: Stub, tmp_path: Path
) -> None:
    run(stub, tmp_path, until=lambda: True)
    assert stub.tasks == []
    run(stub, tmp_path, until=lambda: len(stub.tasks) >= 2)
    assert [repeat.seed for repeat in stub.repeats[3]] == [1, 2]
    run(stub, tmp_path)
    assert [repeat.seed for repeat in stub.repeats[3]] == [1, 2, 3]


def test_epochs_are_told_as_they_come(stub: Stub, tmp_path: Path) -> None:
    heard: list[Any] = []
    run(
        stub,
        tmp_path,
        seeds=2,
        reported=lambda task, report: heard.append((task.number, report.epoch)),
        tick=lambda: heard.append("tick"),
    )
    assert heard == ["tick", (1, 1), (1, 2), "tick", (2, 1), (2, 2)]


def test_a_seed_that_fails_is_told_and_counts_for_nothing(
    stub: Stub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stub.ends = Ending.FAILED
    run(stub, tmp_path, seeds=1)
    assert stub.repeats[3] == []
    assert "trial 3 could not be trained with seed 1: boom" in capsys.readouterr().err


def test_a_study_without_a_complete_trial_has_nothing_to_repeat() -> None:
    assert seeds_left(StudyRecord("age", "macro_f1"), 3) == ()
    assert noise_seconds(StudyRecord("age", "macro_f1"), 3, 1) == 0.0


@pytest.mark.parametrize(("at_once", "seconds"), [(1, 18.0), (2, 12.0), (64, 6.0)])
def test_it_takes_as_long_as_the_best_trial_did(at_once: int, seconds: float) -> None:
    record = StudyRecord("age", "macro_f1", (trial(3, 0.8), trial(8, 0.7)))
    assert noise_seconds(record, 3, at_once) == seconds
    done = StudyRecord("age", "macro_f1", (trial(3, 0.8, Repeat(1, 0.7, 1, 4.0)),))
    assert noise_seconds(done, 1, at_once) == 0.0
