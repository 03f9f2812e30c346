"""Where networks out of fold lie: what is there, what is missing, what is put in place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from maskopt.export.fold_runs import FoldRun, keep_curve, plan_fold, prepare
from maskopt.export.sources import Source
from maskopt.plan.networks import Network
from maskopt.records import CHECKPOINT, EpochReport, TrialRecord

PLACE = 1
"""Of the study among those of the export; above 0, so that no network has a trial's number."""


class Shelf:
    """The networks of one study.

    Args:
        source: The study.
        threads: CPU threads of a network.
        cache: Where decoded images are kept.
    """

    def __init__(self, source: Source, threads: int, cache: Path) -> None:
        self._source, self._threads, self._cache = source, threads, cache
        self.study, self.searched = source.name, len(source.searched)

    def run_of(self, trial: TrialRecord, fold: int) -> FoldRun:
        """Return the network of a trial and fold."""
        return plan_fold(self._source, PLACE, trial, fold, self._threads, self._cache)

    def put_ready(self, run: FoldRun) -> bool:
        """Put in place what a network starts from; False if it is done already."""
        return bool(prepare([run]))

    def keep(self, run: FoldRun, reports: Sequence[EpochReport]) -> None:
        """Keep the reports of a network's epochs."""
        keep_curve(run.task, reports)

    def clear(self, run: FoldRun) -> None:
        """Remove what only a network that goes on would need."""
        (run.folder / CHECKPOINT).unlink(missing_ok=True)

    def left(self) -> Iterator[Network]:
        """Yield what earlier exports began, by trial and fold."""
        count = self._source.spec.folds.count
        for folder in sorted((self._source.folder / "members").glob("*-*/fold-*")):
            number = folder.parent.name.partition("-")[0]
            fold = folder.name.removeprefix("fold-")
            if number.isdigit() and fold.isdigit() and int(fold) < count:
                yield int(number), int(fold)
