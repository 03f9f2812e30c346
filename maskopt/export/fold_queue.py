"""Networks out of fold under a deadline: the next one is chosen when a slot is free."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

from maskopt.export.fold_runs import FoldRun
from maskopt.export.networks import Members
from maskopt.export.runs import MOST_LOSSES
from maskopt.export.shelf import Shelf
from maskopt.plan.networks import Network, whole_part
from maskopt.plan.timetable import Timetable
from maskopt.records import (
    Ending,
    EpochReport,
    TrialRecord,
    TrialState,
    TrialTask,
    Verdict,
)


class FoldQueue:
    """Gives networks as a timetable wants them, and says which of them make members.

    A trial's epoch and score stay what they were when its first network was begun.

    Args:
        shelf: Where networks lie.
        record_of: Tells what is known of a trial.
        timetable: Knows what is worth the time.
        members: The most trials that vote.
        ties: Gives the trials that noise alone may keep from being the best, in the order in
            which they are to vote; none where that is not known.
        warn: Is handed one line where a network failed.
    """

    def __init__(
        self,
        shelf: Shelf,
        record_of: Callable[[int], TrialRecord],
        timetable: Timetable,
        *,
        members: int,
        warn: Callable[[str], None],
        ties: Callable[[], Sequence[int]] = tuple,
    ) -> None:
        self._shelf, self._record_of, self._timetable = shelf, record_of, timetable
        self._members, self._warn, self._ties = members, warn, ties
        self._records: dict[int, TrialRecord] = {}
        self._runs: dict[Network, FoldRun] = {}
        self._open: dict[int, FoldRun] = {}
        self._reports: dict[int, list[EpochReport]] = {}
        self._losses: Counter[int] = Counter()
        self._adopt()

    def __contains__(self, number: int) -> bool:
        """Tell whether a task's number is that of a network which runs."""
        return number in self._open

    def ask(self) -> TrialTask | None:
        """Return the next network to train or to look at, or none."""
        self._timetable.prefer(self._ties())
        for trial, fold in self._timetable.next_networks(self._is_able):
            run = self._plan(trial, fold)
            if not self._shelf.put_ready(run):  # an earlier export has done it
                self._timetable.network_ended((trial, fold), is_done=True)
                return self.ask()
            self._open[run.task.number] = run
            known = self._reports.setdefault(run.task.number, [])
            self._timetable.network_started((trial, fold), run.task.last_epoch or 0)
            return replace(run.task, known_epochs=len(known))
        return None

    def wants(self) -> bool:
        """Tell whether there is a network for a slot, be its trial still running."""
        return next(self._timetable.next_networks(lambda number: True), None) is not None

    def finished(self) -> bool:
        """Tell whether nothing runs and nothing is wanted."""
        return not self._open and not self.wants()

    def report(self, number: int, report: EpochReport) -> Verdict:
        """Note an epoch."""
        run, known = self._open[number], self._reports[number]
        self._timetable.network_reported(_network(run), report)
        if report.epoch > len(known):
            known.append(report)
            self._shelf.keep(run, known)
        return Verdict.CONTINUE

    def close(self, number: int, ending: Ending, error: str | None = None) -> None:
        """Note how a run ended; one whose worker died goes on, a few times."""
        run = self._open.pop(number)
        done = ending is Ending.ENDED and run.is_done()
        if done:
            self._shelf.clear(run)
        self._timetable.network_ended(_network(run), is_done=done)
        if ending is Ending.LOST and error is not None:
            self._losses[number] += 1
        if ending is Ending.FAILED or self._losses[number] >= MOST_LOSSES:
            self._timetable.drop(run.trial.number)
            reason = (error or "it failed without a reason").partition("\n")[0]
            self._warn(
                f"{run.name} failed, and no further one of this trial is trained: {reason}; "
                f"its log: {run.folder / 'log.txt'}"
            )

    def members(self) -> Members:
        """Return the members and folds that are whole, the best first."""
        done: dict[int, set[int]] = {}
        for (trial, fold), run in self._runs.items():
            if run.is_done():
                done.setdefault(trial, set()).add(fold)
        order = dict.fromkeys((*self._ties(), *self._timetable.ranking))
        place = {number: place for place, number in enumerate(order)}
        ranking = sorted(
            done,
            key=lambda number: (
                place.get(number, len(place)),
                -(self._records[number].score or 0),
                number,
            ),
        )
        trials, folds = whole_part(ranking, done, self._shelf.searched, self._members)
        name = self._shelf.study
        return {(name, trial): [self._runs[trial, fold] for fold in folds] for trial in trials}

    def _adopt(self) -> None:
        """Take up what an earlier export of these trials left."""
        able = {number for number in self._timetable.ranking if self._is_able(number)}
        for network in dict.fromkeys(self._shelf.left()):
            if network[0] in able and self._plan(*network).is_done():
                self._timetable.network_ended(network, is_done=True)

    def _is_able(self, number: int) -> bool:
        """Tell whether a trial may become a member.

        Complete ones always; under a deadline also those that it ended, once it has.
        """
        if number in self._records:
            return True
        record = self._record_of(number)
        over = record.state in (TrialState.PRUNED, TrialState.WAITING)
        cut_off = over and self._timetable.is_limited and self._timetable.search_is_over()
        able = record.state is TrialState.COMPLETE or cut_off
        return able and record.best is not None

    def _plan(self, number: int, fold: int) -> FoldRun:
        record = self._records.setdefault(number, self._record_of(number))
        if (number, fold) not in self._runs:
            self._runs[number, fold] = self._shelf.run_of(record, fold)
        return self._runs[number, fold]


def _network(run: FoldRun) -> Network:
    return run.trial.number, run.fold
