"""Checkpoints of a sweep's trials: each goes as soon as nothing can go on from it.

A checkpoint is three times the model's size; the best weights stay.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from maskopt.records import CHECKPOINT, TrialRecord, TrialState
from maskopt.study.study import Study

_OVER = (TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAILED)
_GIGABYTE = 10**9


def end_search(study: Study, folder: Path) -> None:
    """Tell all open trials how the search ended for them; nothing goes on from a checkpoint then.

    Args:
        study: What was searched.
        folder: Where each trial's own folder lies.
    """
    study.settle()
    for trial in study.record().trials:
        if trial.state in _OVER:
            checkpoint_of(folder, trial.number).unlink(missing_ok=True)


def checkpoint_of(folder: Path, number: int) -> Path:
    """Return where a trial's checkpoint lies."""
    return folder / f"{number:05d}" / CHECKPOINT


class Checkpoints:
    """Keeps the checkpoints of paused trials within a limit.

    Args:
        study: Told of trials that are given up for their checkpoint's place.
        folder: Where each trial's own folder lies.
        gigabytes: What the checkpoints of paused trials may take.
    """

    def __init__(self, study: Study, folder: Path, gigabytes: float) -> None:
        self._study, self._folder = study, folder
        self._most = gigabytes * _GIGABYTE
        self._sizes: dict[int, int] = {}
        for number in study.strategy.by_least_hope():
            self._measure(number)

    def started(self, number: int) -> None:
        """Note that a trial runs: its checkpoint is none of a paused one."""
        self._sizes.pop(number, None)

    def ended(self, trial: TrialRecord) -> None:
        """Remove what nothing goes on from, now that a trial's run has ended."""
        if trial.state in _OVER:
            checkpoint_of(self._folder, trial.number).unlink(missing_ok=True)
        elif trial.paused is not None:
            self._measure(trial.number)
        self._give_up(self._study.strategy.hopeless())
        if (excess := sum(self._sizes.values()) - self._most) > 0:
            self._give_up(self._least_hopeful(excess))

    def _least_hopeful(self, excess: float) -> list[int]:
        found: list[int] = []
        for number in self._study.strategy.by_least_hope():
            if excess <= 0:
                break
            if size := self._sizes.get(number, 0):
                excess -= size
                found.append(number)
        return found

    def _give_up(self, numbers: Sequence[int]) -> None:
        # Told first: a trial that is told to go on needs its checkpoint.
        self._study.give_up(numbers)
        for number in numbers:
            self._sizes.pop(number, None)
            checkpoint_of(self._folder, number).unlink(missing_ok=True)

    def _measure(self, number: int) -> None:
        file = checkpoint_of(self._folder, number)
        self._sizes[number] = file.stat().st_size if file.exists() else 0
