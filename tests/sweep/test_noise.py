from pathlib import Path
from typing import Any

import pytest

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
    TrialTask,
)
from maskopt.sweep.noise import Repeats, repeat_task, seeds_left

SETUP = TrialSetup("age", LabelSpace(()), "photos.csv", "cache", (0,), "macro_f1", 2)
LEFT = (CHECKPOINT, "best.safetensors", "best.npz", "log.txt")


def trial(number: int, score: float, *repeats: Repeat) -> TrialRecord:
    reports = (EpochReport(1, score, 1.0, 1.0, 3.0),)
    return TrialRecord(number, TrialState.COMPLETE, {"lr": 0.1}, reports, repeats=repeats)


class Keeper:
    """A study that writes down the repeats that it is given."""

    def __init__(self) -> None:
        self.kept: list[tuple[int, Repeat]] = []

    def add_repeat(self, number: int, repeat: Repeat) -> None:
        self.kept.append((number, repeat))


@pytest.fixture
def keeper() -> Keeper:
    return Keeper()


def tasks(folder: Path, *seeds: int) -> list[TrialTask]:
    return [repeat_task(trial(3, 0.8), seed, SETUP, folder / "00003") for seed in seeds]


def train(repeats: Repeats, ending: Ending = Ending.ENDED, error: str | None = None) -> None:
    task = repeats.ask()
    assert task is not None
    Path(task.folder).mkdir(parents=True)
    for name in LEFT:
        (Path(task.folder) / name).touch()
    for epoch in (1, 2):
        score = 0.70 + task.number / 100 - epoch / 1000
        repeats.report(task.number, EpochReport(epoch, score, 1.0, 1.0, 2.0))
    repeats.close(task.number, ending, error)


def test_a_repeat_is_the_same_configuration_with_a_seed_and_a_folder_of_its_own(
    tmp_path: Path,
) -> None:
    made = tasks(tmp_path, 1, 2, 3)
    assert len({task.seed for task in made}) == 3
    assert [Path(task.folder).relative_to(tmp_path) for task in made] == [
        Path(f"00003/seed-{seed}") for seed in (1, 2, 3)
    ]
    assert all((task.trial_number, task.config["lr"]) == (3, 0.1) for task in made)
    again = repeat_task(trial(4, 0.8), 1, SETUP, tmp_path)
    assert again.seed != made[0].seed


def test_what_each_seed_gave_is_kept(keeper: Any, tmp_path: Path) -> None:
    repeats = Repeats(keeper, trial(3, 0.8), tasks(tmp_path, 1, 2), lambda: False)
    train(repeats)
    assert not repeats.finished()
    train(repeats)
    assert repeats.finished()
    assert repeats.ask() is None
    assert keeper.kept == [
        (3, Repeat(seed, pytest.approx(0.699 + seed / 100), 1, 4.0)) for seed in (1, 2)
    ]


def test_of_a_seed_that_ended_the_log_stays(keeper: Any, tmp_path: Path) -> None:
    train(Repeats(keeper, trial(3, 0.8), tasks(tmp_path, 1), lambda: False))
    files = [file.relative_to(tmp_path) for file in tmp_path.rglob("*") if file.is_file()]
    assert files == [Path("00003/seed-1/log.txt")]


@pytest.mark.parametrize(
    ("ending", "waits"), [(Ending.STOPPED, False), (Ending.LOST, True)], ids=["stopped", "lost"]
)
def test_a_seed_that_is_cut_off_keeps_its_checkpoint(
    keeper: Any, tmp_path: Path, ending: Ending, waits: bool
) -> None:
    repeats = Repeats(keeper, trial(3, 0.8), tasks(tmp_path, 1), lambda: False)
    train(repeats, ending)
    assert keeper.kept == []
    assert (tmp_path / "00003" / "seed-1" / CHECKPOINT).exists()
    assert (repeats.waits(), repeats.finished()) == (waits, not waits)


def test_nothing_is_given_when_the_time_is_over(keeper: Any, tmp_path: Path) -> None:
    repeats = Repeats(keeper, trial(3, 0.8), tasks(tmp_path, 1), lambda: True)
    assert repeats.ask() is None
    assert (repeats.waits(), repeats.finished()) == (False, True)


def test_a_seed_that_fails_is_told_and_counts_for_nothing(
    keeper: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    repeats = Repeats(keeper, trial(3, 0.8), tasks(tmp_path, 1), lambda: False)
    train(repeats, Ending.FAILED, "ValueError: boom\nTraceback")
    assert keeper.kept == []
    warning = "warning: trial 3 could not be trained with seed 1: ValueError: boom\n"
    assert capsys.readouterr().err == warning


def test_seeds_that_are_missing_are_left() -> None:
    best = trial(3, 0.8, Repeat(2, 0.7, 1, 4.0))
    record = StudyRecord("age", "macro_f1", (trial(1, 0.7), best))
    assert seeds_left(record, 3) == (1, 3)
    assert seeds_left(record, 0) == ()
    assert seeds_left(StudyRecord("age", "macro_f1", (*record.trials, trial(9, 0.9))), 2) == (1, 2)
    assert seeds_left(StudyRecord("age", "macro_f1"), 3) == ()
