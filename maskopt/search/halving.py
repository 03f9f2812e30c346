"""Hybrid asynchronous halving: a trial goes on while it is at the top of its rung, else it pauses.

Nothing waits for a rung to fill: a trial is judged when it comes to the rung, by those that came
before it. One that paused goes on when later ones have pushed it into the top. All of it follows
from the trials' reports, so that a new driver knows what a dead one knew.

References:
    Li et al., A System for Massively Parallel Hyperparameter Tuning, 2020, promotes late trials
    only; going on at once where a trial is good enough is the stopping variant of it.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Iterator

from maskopt.records import Verdict
from maskopt.search.rungs import Rung, rung_epochs

_NEVER = 1 << 30


class Halving:
    """Judges trials by the best that came as far.

    Attributes:
        rungs: The epochs at which it judges.
        share: The share of a rung's trials that go on; the first one always does.
    """

    def __init__(
        self,
        epochs: int,
        *,
        eta: float = 4,
        first_rung: int | None = None,
        share: float | None = None,
        overtakes: int | None = 4,
        worth: Callable[[float, float], float] = max,
    ) -> None:
        """Start with empty rungs.

        Args:
            epochs: Epochs of a full trial.
            eta: What each rung's epoch is multiplied by.
            first_rung: The first rung's epoch; none takes `rungs.default_first_rung`.
            share: The share that goes on; none is 1 / eta.
            overtakes: Trials at a rung from which on one that has left it pauses as soon as it is
                among the best there no longer, even by what it is worth by then: the first ones
                of a search go on for want of others, and would spend a full training each. None
                lets them run to the next rung.
            worth: What a trial is worth after a score, given what it was worth before; the best
                score so far as it stands.
        """
        self.rungs = rung_epochs(epochs, eta, first_rung)
        self.share = share or 1 / eta
        self._eta, self._worth_of, self._overtakes = eta, worth, overtakes
        self._tables = [Rung(epoch) for epoch in self.rungs]
        self._worth: dict[int, float] = {}
        self._reach: dict[int, int] = {}
        self._spared: set[int] = set()
        self._last: dict[int, int] = {}  # of trials that are open and do not wait

    def add(self, number: int, reach: int = 0) -> None:
        """Take up a trial that begins; it passes `reach` rungs whatever its score."""
        self._reach[number] = reach
        self._last[number] = 0

    def exempt(self, number: int) -> None:
        """Let a trial pass every further rung without a place in it."""
        self._reach[number] = _NEVER

    def note(self, number: int, epoch: int, score: float) -> None:
        """Note a score; a trial's epochs come in order."""
        known = self._worth.get(number)
        self._worth[number] = score if known is None else self._worth_of(known, score)
        if number in self._last:
            self._last[number] = epoch
        if epoch in self.rungs and self._reach.get(number) != _NEVER:
            self._tables[self.rungs.index(epoch)].enter(number, self._worth[number])

    def judge(self, number: int, epoch: int) -> Verdict:
        """Answer a score that was noted."""
        if number in self._spared:
            return Verdict.CONTINUE
        place = bisect_right(self.rungs, epoch) - 1
        if place < 0 or place < self._reach.get(number, 0) or number not in self._tables[place]:
            return Verdict.CONTINUE
        if self._is_top(place, number):
            return Verdict.CONTINUE
        if epoch == self.rungs[place]:
            return Verdict.PAUSE
        return Verdict.PAUSE if self._is_overtaken(place, number) else Verdict.CONTINUE

    def pause(self, number: int, epoch: int) -> None:
        """Note that a trial waits at an epoch, at a rung or after it, as it was told."""
        self._last.pop(number, None)
        self._spared.discard(number)
        self._table_of(epoch).pause(number)

    def resume(self, number: int, epoch: int, *, is_spared: bool = False) -> None:
        """Note that a trial that waited goes on; a spared one is not judged while it runs."""
        self._table_of(epoch).resume(number)
        if is_spared:
            self._spared.add(number)
        self._last[number] = epoch

    def end(self, number: int, *, is_complete: bool) -> None:
        """Note that a trial is over; a complete one holds its place in the rungs it never saw."""
        self._last.pop(number, None)
        for table in self._tables:
            table.resume(number)
            is_exempt = self._reach.get(number) == _NEVER
            if is_complete and not is_exempt and number not in table and number in self._worth:
                table.enter(number, self._worth[number])

    def fail(self, number: int) -> None:
        """Note that a trial failed: it holds no place any more."""
        self._last.pop(number, None)
        for table in self._tables:
            table.leave(number)

    def next_decision(self, known_epochs: int, reach: int = 0) -> int | None:
        """Return the epoch at which a trial is judged next; none where it only ends."""
        first = max(bisect_right(self.rungs, known_epochs), reach)
        return self.rungs[first] if first < len(self.rungs) else None

    def can_pause_at(self, epoch: int) -> bool:
        """Tell whether a trial can wait at an epoch: at the first rung or later."""
        return bool(self.rungs) and epoch >= self.rungs[0]

    def reach_of(self, number: int) -> int:
        """Return how many rungs a trial passes whatever its score."""
        return self._reach.get(number, 0)

    def passing(self) -> Iterator[tuple[int, int]]:
        """Give the trials that pass the rungs they come to yet, with the epochs they have."""
        for number, known in self._last.items():
            reach = self._reach[number]
            if 0 < reach < _NEVER and bisect_right(self.rungs, known) <= reach:
                yield number, known

    def promotable(self) -> Iterator[int]:
        """Give the waiting trials that may go on: highest rung first, and best first there."""
        for place in reversed(range(len(self._tables))):
            for number in self._tables[place].paused():
                if not self._is_top(place, number):
                    break
                yield number

    def hopeless(self, trials_to_come: int) -> list[int]:
        """Return waiting trials that cannot go on even if all later ones were worse.

        Args:
            trials_to_come: Trials that may yet begin.
        """
        lost: list[int] = []
        lasts = sorted(self._last.values())
        arrivals = trials_to_come
        for place, table in enumerate(self._tables):
            below = 0 if place == 0 else self.rungs[place - 1]
            ahead = bisect_right(lasts, table.epoch - 1)
            arrivals += ahead - (0 if place == 0 else bisect_right(lasts, below - 1))
            # Those that still run there may fail, and leave their places to others.
            going = len(lasts) - ahead
            limit = self._places(len(table) + arrivals) + going
            here = list(table.paused())
            gone = [number for number in here if table.position(number) >= limit]
            lost += gone
            arrivals += len(here) - len(gone)
        return lost

    def by_least_hope(self) -> list[int]:
        """Return waiting trials, the one first that needs the most trials to come to go on."""
        needs: dict[int, float] = {}
        for place, table in enumerate(self._tables):
            for number in table.paused():
                missing = (table.position(number) + 1) / self.share - len(table)
                needs[number] = missing * self._eta**place
        return sorted(needs, key=lambda number: (-needs[number], -number))

    def _is_overtaken(self, place: int, number: int) -> bool:
        """Tell whether even what a trial is worth by now is not among the best at its rung."""
        table = self._tables[place]
        if self._overtakes is None or len(table) < self._overtakes:
            return False
        return table.place_of(self._worth[number]) >= self._places(len(table))

    def _table_of(self, epoch: int) -> Rung:
        return self._tables[bisect_right(self.rungs, epoch) - 1]

    def _is_top(self, place: int, number: int) -> bool:
        table = self._tables[place]
        return table.position(number) < self._places(len(table))

    def _places(self, trials: int) -> int:
        return max(1, math.floor(trials * self.share + 1e-9))
