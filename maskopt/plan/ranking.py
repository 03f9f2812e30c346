"""Trials by what they promise as members: ten thousand of them cost no more than ten.

Scores of a few hundred photos lie as far apart by luck as trials do, and the highest of several is
the luckiest. The validation loss of the same photos tells trials apart sooner, as it hears of each
photo how sure a network was, but it is not what is asked for. So among the trials that lie within
two standard errors of the best score those with less loss go first (see `records.LUCK`).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from math import inf, isfinite

from maskopt.plan.speeds import Key, key_of
from maskopt.records import (
    EpochReport,
    TrialRecord,
    TrialState,
    least_by_luck,
    settled_epoch,
    settled_loss,
)
from maskopt.space import TrialConfig

MOST_NEAR = 100
"""Of trials so near the best these many are ordered by loss; a handful vote."""


USELESS = 1.05
"""So many times the best trial's validation loss, and a vote of both gains nothing over the best:
of 57 networks of 3,000 faces, judged in pairs on 2,962 others, a second one with up to 1 % more
loss lowered the better one's log loss by 0.012, with 3 to 4 % by 0.005, with 5 to 7 % by 0.000."""


@dataclass(frozen=True)
class Seen:
    """What is known of a trial so far.

    Attributes:
        score: Its best.
        epoch: To which networks of it would be trained, see `records.settled_epoch`.
        loss: The validation loss of that epoch.
    """

    key: Key
    score: float
    reports: tuple[EpochReport, ...]
    epoch: int
    loss: float


class Ranking:
    """Trials that may vote: those preferred, those near the best, the rest.

    The second are in the order of their loss, the last in that of their score; of equals the one
    with the higher score goes first, then the earlier.

    Args:
        photos: Those that a trial's scores are of.
    """

    def __init__(self, photos: int = 1) -> None:
        self._photos = photos
        self._seen: dict[int, Seen] = {}
        self._order: list[tuple[float, int]] = []
        self._dropped: dict[int, Seen | None] = {}
        self._preferred: tuple[int, ...] = ()

    def __iter__(self) -> Iterator[int]:
        """Yield their numbers."""
        first = [number for number in self._preferred if number in self._seen]
        yield from first
        near = [number for _, number in self._order[: self._near()]]
        near.sort(key=lambda number: (self._seen[number].loss, -self._seen[number].score, number))
        yield from (number for number in near if number not in first)
        yield from (number for _, number in self._order[len(near) :] if number not in first)

    def __contains__(self, number: int) -> bool:
        """Tell whether a trial is among them."""
        return number in self._seen

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._order)

    def __getitem__(self, number: int) -> Seen:
        """Return what is known of a trial, be it one that was taken out."""
        known = self._seen.get(number) or self._dropped.get(number)
        if known is None:
            raise KeyError(number)
        return known

    @property
    def highest(self) -> int | None:
        """The trial with the highest score; none while there is none."""
        return self._order[0][1] if self._order else None

    def promising(self, most: int) -> list[int]:
        """Return the first trials, at most so many, but those that a vote can gain nothing by.

        These lie further from the best score than luck goes, and have `USELESS` times the loss of
        the first.
        """
        first = list(islice(self, most))
        able = {*self._preferred, *(number for _, number in self._order[: self._near()])}
        limit = USELESS * self._seen[first[0]].loss if first else inf
        return [n for n in first if n in able or self._seen[n].loss < limit]

    def see(self, number: int, key: Key, report: EpochReport) -> None:
        """Note a trial's next report."""
        known = self._seen.get(number)
        self._put(number, key, (*(known.reports if known else ()), report))

    def take(self, trial: TrialRecord) -> None:
        """Note what is known of a trial; one that failed is taken out."""
        if trial.state is TrialState.FAILED:
            self.drop(trial.number)
        elif trial.best:
            key = key_of(TrialConfig(trial.config))
            self._put(trial.number, key, trial.reports)

    def prefer(self, numbers: Sequence[int]) -> bool:
        """Put trials before all others, in their order; answer whether that is new."""
        old, self._preferred = self._preferred, tuple(numbers)
        return old != self._preferred

    def drop(self, number: int) -> None:
        """Take a trial out for good."""
        self._remove(number)
        self._dropped.setdefault(number, self._seen.pop(number, None))

    def _put(self, number: int, key: Key, reports: tuple[EpochReport, ...]) -> None:
        if number in self._dropped:
            return
        score = max(report.score for report in reports if isfinite(report.score))
        self._remove(number)
        settled = settled_epoch(reports, self._photos), settled_loss(reports, self._photos)
        self._seen[number] = Seen(key, score, reports, *settled)
        insort(self._order, (-score, number))

    def _near(self) -> int:
        """Return how many trials luck alone may keep from having the best score."""
        if not self._order:
            return 0
        least = least_by_luck(-self._order[0][0], self._photos)
        return min(MOST_NEAR, bisect_right(self._order, (-least, inf)))

    def _remove(self, number: int) -> None:
        known = self._seen.get(number)
        if known is not None:
            del self._order[bisect_left(self._order, (-known.score, number))]
