"""Trials by their best score so far, kept in order: ten thousand of them cost no more than ten."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from maskopt.plan.speeds import Key, key_of
from maskopt.records import TrialRecord, TrialState
from maskopt.space import TrialConfig


@dataclass(frozen=True)
class Seen:
    """A trial's best report so far."""

    key: Key
    score: float
    epoch: int


class Ranking:
    """Trials that may become members: those preferred, then the best; of equals the earliest."""

    def __init__(self) -> None:
        self._seen: dict[int, Seen] = {}
        self._order: list[tuple[float, int]] = []
        self._dropped: set[int] = set()
        self._preferred: tuple[int, ...] = ()

    def __iter__(self) -> Iterator[int]:
        """Yield their numbers."""
        first = [number for number in self._preferred if number in self._seen]
        yield from first
        yield from (number for _, number in self._order if number not in first)

    def __contains__(self, number: int) -> bool:
        """Tell whether a trial is among them."""
        return number in self._seen

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._order)

    def __getitem__(self, number: int) -> Seen:
        """Return what is known of a trial."""
        return self._seen[number]

    def see(self, number: int, key: Key, score: float, epoch: int) -> None:
        """Note a trial's report, if it is its best."""
        known = self._seen.get(number)
        if number in self._dropped or (known and known.score >= score):
            return
        self._remove(number)
        self._seen[number] = Seen(key, score, epoch)
        insort(self._order, (-score, number))

    def take(self, trial: TrialRecord) -> None:
        """Note what is known of a trial; one that failed is taken out."""
        if trial.state is TrialState.FAILED:
            self.drop(trial.number)
        elif trial.best:
            key = key_of(TrialConfig(trial.config))
            self.see(trial.number, key, trial.best.score, trial.best.epoch)

    def prefer(self, numbers: Sequence[int]) -> bool:
        """Put trials before all others, in their order; answer whether that is new."""
        old, self._preferred = self._preferred, tuple(numbers)
        return old != self._preferred

    def drop(self, number: int) -> None:
        """Take a trial out for good."""
        self._remove(number)
        self._seen.pop(number, None)
        self._dropped.add(number)

    def _remove(self, number: int) -> None:
        known = self._seen.get(number)
        if known is not None:
            del self._order[bisect_left(self._order, (-known.score, number))]
