from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
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
    Verdict,
)
from maskopt.sweep.noise_queue import FIRST, NoiseQueue

BACKBONES = ("resnet18", "resnet18", "resnet18", "mobilenetv2_100")
SETUP = TrialSetup("age", LabelSpace(()), "photos.csv", "cache", (0,), "macro_f1", 2)


@dataclass
class Times:
    """A timetable that says what it is told to say."""

    is_over: bool = True
    room: int = 3
    no_time: bool = False
    heard: list[Any] = field(default_factory=list)

    @property
    def plan(self) -> SimpleNamespace:
        return SimpleNamespace(noise=self.room)

    def search_is_over(self) -> bool:
        return self.is_over

    def repeats_over(self) -> bool:
        return self.no_time

    def repeats_begin(self, number: int, count: int) -> None:
        self.heard.append((number, count))

    def repeat_ended(self, seed: int) -> None:
        self.heard.append(seed)


class Searched:
    """A study whose trial 3 is complete, and whose records are counted."""

    def __init__(self, *scores: float) -> None:
        self.scores, self.read = list(scores), 0
        self.repeats: list[Repeat] = []

    @property
    def strategy(self) -> SimpleNamespace:
        seen = SimpleNamespace(state=TrialState.COMPLETE)
        trials = {number: SimpleNamespace(seen=seen) for number in range(len(self.scores))}
        return SimpleNamespace(trials=trials)

    def record(self) -> StudyRecord:
        self.read += 1
        trials = [
            TrialRecord(
                n,
                TrialState.COMPLETE,
                {"lr": 0.1, "backbone": BACKBONES[n]},
                (EpochReport(1, s, 1, 1, 1),),
                repeats=tuple(self.repeats) if n == 1 else (),
            )
            for n, s in enumerate(self.scores)
        ]
        return StudyRecord("age", "macro_f1", tuple(trials))

    def add_repeat(self, number: int, repeat: Repeat) -> None:
        self.repeats.append(repeat)


@pytest.fixture
def times() -> Times:
    return Times()


@pytest.fixture
def study() -> Searched:
    return Searched(0.5, 0.8, 0.6)


def make(study: Any, folder: Path, times: Any, seeds: int = 3) -> NoiseQueue:
    return NoiseQueue(study, SETUP, folder, seeds, times, 100)


def test_seeds_have_slots_and_numbers_of_their_own(
    study: Searched, times: Times, tmp_path: Path
) -> None:
    queue = make(study, tmp_path, times)
    given = [queue.ask() for _ in range(4)]
    assert [task and task.number - FIRST for task in given] == [1, 2, 3, None]
    assert {task.trial_number for task in given if task} == {1}
    assert FIRST + 1 in queue
    assert 1 not in queue
    for task in given[:3]:
        assert task is not None
        Path(task.folder).mkdir(parents=True)
        assert queue.report(task.number, EpochReport(1, 0.7, 1, 1, 1)) is Verdict.CONTINUE
        queue.report(task.number, EpochReport(2, 0.6, 1, 1, 1))
        queue.close(task.number, Ending.ENDED)
    assert [repeat.seed for repeat in study.repeats] == [1, 2, 3]
    assert queue.finished()
    assert times.heard == [(1, 3), 1, 2, 3]


def test_once_all_seeds_are_in_it_tells_who_is_as_good_as_the_best(
    times: Times, tmp_path: Path
) -> None:
    study = Searched(0.5, 0.8, 0.7, 0.6)
    queue = make(study, tmp_path, times)
    tasks = [task for _ in range(3) if (task := queue.ask())]
    # Repeats 0.6, 0.7, 0.8: what scored 0.7 - 2.92 * 0.1 * sqrt(4 / 3) = 0.363 is no worse.
    for task, score in zip(tasks, (0.6, 0.7, 0.8), strict=True):
        assert queue.ties() == ()
        Path(task.folder).mkdir(parents=True)
        queue.report(task.number, EpochReport(1, score, 1, 1, 1))
        queue.report(task.number, EpochReport(2, 0.1, 1, 1, 1))
        queue.close(task.number, Ending.ENDED)
    read = study.read
    assert [queue.ties() for _ in range(9)] == [(1, 3, 2, 0)] * 9  # the other backbone goes first
    assert study.read == read + 1


def test_no_seed_is_given_while_the_search_goes_on(
    study: Searched, times: Times, tmp_path: Path
) -> None:
    times.is_over = False
    queue = make(study, tmp_path, times)
    assert (queue.wants(), queue.ask(), study.read) == (False, None, 0)
    times.is_over = True
    assert queue.wants()


@pytest.mark.parametrize(("seeds", "room"), [(0, 3), (3, 0)], ids=["none wanted", "no time"])
def test_none_is_wanted_where_none_is_asked_for_or_fits(
    study: Searched, times: Times, tmp_path: Path, seeds: int, room: int
) -> None:
    times.room = room
    queue = make(study, tmp_path, times, seeds)
    assert (queue.wants(), queue.ask(), queue.finished()) == (False, None, True)


def test_a_seed_that_runs_wants_no_slot_of_a_trial(
    study: Searched, times: Times, tmp_path: Path
) -> None:
    queue = make(study, tmp_path, times)
    wanted = [queue.wants()]
    first, *others = [queue.ask(), queue.ask(), queue.ask()]
    wanted.append(queue.wants())
    for task in others:
        assert task is not None
        Path(task.folder).mkdir(parents=True)
        queue.report(task.number, EpochReport(1, 0.7, 1, 1, 1))
        queue.close(task.number, Ending.ENDED)
        wanted.append(queue.wants())
    assert (wanted, queue.ask(), queue.finished()) == ([True, False, False, False], None, False)
    assert first is not None
    queue.close(first.number, Ending.LOST)  # Ray was ended from outside
    assert (queue.wants(), queue.finished()) == (True, False)
    again = queue.ask()
    assert again is not None
    assert again.number == first.number


def test_only_as_many_as_fit_are_trained(study: Searched, times: Times, tmp_path: Path) -> None:
    times.room = 2
    queue = make(study, tmp_path, times)
    assert [task and task.number - FIRST for task in (queue.ask(), queue.ask(), queue.ask())] == [
        1, 2, None
    ]  # fmt: skip


def test_a_seed_whose_time_is_over_pauses_and_keeps_its_checkpoint(
    study: Searched, times: Times, tmp_path: Path
) -> None:
    queue = make(study, tmp_path, times)
    task = queue.ask()
    assert task is not None
    checkpoint = Path(task.folder) / CHECKPOINT
    checkpoint.parent.mkdir(parents=True)
    checkpoint.touch()
    times.no_time = True
    assert queue.report(task.number, EpochReport(1, 0.7, 1, 1, 1)) is Verdict.PAUSE
    queue.close(task.number, Ending.STOPPED)
    assert (study.repeats, checkpoint.exists(), queue.finished()) == ([], True, True)


def test_a_study_is_read_again_only_when_a_trial_was_completed(
    study: Searched, times: Times, tmp_path: Path
) -> None:
    queue = make(study, tmp_path, times)
    assert [queue.wants() for _ in range(50)] == [True] * 50
    assert study.read == 1
    study.scores.append(0.9)
    assert queue.wants()
    assert study.read == 2


def test_where_nothing_is_complete_there_is_nothing_to_repeat(
    times: Times, tmp_path: Path
) -> None:
    queue = make(Searched(), tmp_path, times)
    assert (queue.wants(), queue.ask(), queue.finished()) == (False, None, True)
