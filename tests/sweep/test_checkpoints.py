from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from maskopt.records import CHECKPOINT, TrialRecord, TrialState
from maskopt.sweep.checkpoints import Checkpoints, checkpoint_of, end_search

WAITING = TrialState.WAITING
KILOBYTE = 1e-6  # of a gigabyte


class StubStudy:
    """A study whose paused trials have least hope in the order given."""

    def __init__(self, least_hope: tuple[int, ...] = (), hopeless: tuple[int, ...] = ()) -> None:
        self.given_up: list[int] = []
        self.is_settled = False
        self.trials: tuple[TrialRecord, ...] = ()
        self._least_hope, self._hopeless = least_hope, hopeless
        self.strategy = SimpleNamespace(
            hopeless=lambda: self._left(self._hopeless),
            by_least_hope=lambda: self._left(self._least_hope),
        )

    def _left(self, numbers: tuple[int, ...]) -> list[int]:
        return [number for number in numbers if number not in self.given_up]

    def give_up(self, numbers: Any) -> None:
        self.given_up += numbers

    def settle(self) -> None:
        self.is_settled = True

    def record(self) -> SimpleNamespace:
        return SimpleNamespace(trials=self.trials)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Four trials with checkpoints of a kilobyte."""
    for number in range(4):
        file = checkpoint_of(tmp_path, number)
        file.parent.mkdir()
        file.write_bytes(b"x" * 1000)
        (file.parent / "best.safetensors").touch()
    return tmp_path


def left(folder: Path) -> list[int]:
    return sorted(int(file.parent.name) for file in folder.rglob(CHECKPOINT))


def paused(number: int) -> TrialRecord:
    return TrialRecord(number, WAITING, {}, paused=2)


def test_the_least_hopeful_lose_theirs_when_all_take_too_much(folder: Path) -> None:
    study = StubStudy(least_hope=(2, 0, 1))
    checkpoints = Checkpoints(study, folder, 2 * KILOBYTE)  # type: ignore[arg-type]
    checkpoints.ended(paused(1))
    assert (study.given_up, left(folder)) == ([2], [0, 1, 3])


def test_who_runs_again_takes_no_place(folder: Path) -> None:
    study = StubStudy(least_hope=(2, 0, 1))
    checkpoints = Checkpoints(study, folder, 2 * KILOBYTE)  # type: ignore[arg-type]
    checkpoints.started(0)
    checkpoints.ended(paused(1))
    assert (study.given_up, left(folder)) == ([], [0, 1, 2, 3])


def test_who_cannot_go_on_loses_its_checkpoint_at_once(folder: Path) -> None:
    study = StubStudy(hopeless=(1, 3))
    Checkpoints(study, folder, 20.0).ended(paused(0))  # type: ignore[arg-type]
    assert (study.given_up, left(folder)) == ([1, 3], [0, 2])


@pytest.mark.parametrize(
    ("state", "stays"),
    [
        (TrialState.COMPLETE, False),
        (TrialState.PRUNED, False),
        (TrialState.FAILED, False),
        (TrialState.WAITING, True),
    ],
)
def test_what_is_over_keeps_its_best_weights_alone(
    folder: Path, state: TrialState, stays: bool
) -> None:
    Checkpoints(StubStudy(), folder, 20.0).ended(TrialRecord(2, state, {}))  # type: ignore[arg-type]
    assert (2 in left(folder)) is stays
    assert (folder / "00002" / "best.safetensors").exists()


def test_at_the_end_of_a_search_all_are_removed_but_those_of_trials_that_wait(
    folder: Path,
) -> None:
    study = StubStudy()
    states = (TrialState.COMPLETE, TrialState.PRUNED, WAITING, TrialState.FAILED)
    study.trials = tuple(TrialRecord(number, state, {}) for number, state in enumerate(states))
    end_search(study, folder)  # type: ignore[arg-type]
    assert (study.is_settled, left(folder)) == (True, [2])
