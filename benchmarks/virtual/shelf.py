"""Networks without files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from maskopt.labels import LabelSpace
from maskopt.plan.networks import Network
from maskopt.records import EpochReport, TrialRecord, TrialSetup, TrialTask
from maskopt.space import TrialConfig

FIRST = 10**11


@dataclass
class VirtualRun:
    """A network: done once the shelf hears so."""

    trial: TrialRecord
    fold: int
    task: TrialTask
    done: bool = False
    name: str = "network"
    folder: Path = Path()

    def is_done(self) -> bool:
        """Tell whether nothing is left to do."""
        return self.done


class VirtualShelf:
    """Stands in for `export.shelf.Shelf`."""

    def __init__(self, searched: int, epochs: int) -> None:
        self.study, self.searched = "virtual", searched
        self._setup = TrialSetup("virtual", LabelSpace(()), "", "", (0,), "macro_f1", epochs)
        self.runs: dict[int, VirtualRun] = {}

    def run_of(self, trial: TrialRecord, fold: int) -> VirtualRun:
        """Return the network of a trial and fold."""
        assert trial.best is not None
        number = FIRST + trial.number * 10_000 + fold
        last = 0 if fold < self.searched else trial.best.epoch
        task = TrialTask(
            number, TrialConfig(trial.config), 0, 0, "", self._setup, trial.best.epoch, last
        )
        self.runs[number] = VirtualRun(trial, fold, task)
        return self.runs[number]

    def put_ready(self, run: VirtualRun) -> bool:
        """Tell whether something is left to do."""
        return not run.done

    def keep(self, run: VirtualRun, reports: Sequence[EpochReport]) -> None:
        """Keep nothing."""

    def clear(self, run: VirtualRun) -> None:
        """Remove nothing."""

    def left(self) -> Iterator[Network]:
        """Yield nothing."""
        yield from ()
