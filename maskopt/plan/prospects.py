"""What trials promise as members: what their networks take, those not found yet included."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import islice

from maskopt.plan.costs import Costs
from maskopt.plan.networks import Candidate, makespan
from maskopt.plan.ranking import Ranking
from maskopt.plan.slots import Slots
from maskopt.plan.speeds import Speeds, key_of
from maskopt.records import Owed


class Prospects:
    """Makes candidates of trials.

    Args:
        ranking: Trials, best first.
        speeds: What their epochs take.
        costs: What the start of a worker takes.
        epochs: Epochs of a full trial.
        most: The most trials that vote.
        limited: Whether time is short, so that it is for those only that a vote may gain by.
    """

    def __init__(
        self,
        ranking: Ranking,
        speeds: Speeds,
        costs: Costs,
        epochs: int,
        most: int,
        *,
        limited: bool,
    ) -> None:
        self._ranking, self._speeds, self._costs = ranking, speeds, costs
        self._epochs, self._most, self._limited = epochs, most, limited

    def candidates(self, begun: Collection[int], running: Collection[int] = ()) -> list[Candidate]:
        """Return what may become a member, best first.

        Args:
            begun: Trials with networks, which are always among them.
            running: Trials that go on, as far as is known to their end.
        """
        ranking, most = self._ranking, self._most
        best = ranking.promising(most) if self._limited else list(islice(ranking, most))
        others = [number for number in {*begun} - {*best} if number in self._ranking]
        others.sort(key=lambda number: (-self._ranking[number].score, number))
        return [self._candidate(number, number in running) for number in (*best, *others)]

    def padded(self, candidates: Sequence[Candidate]) -> Sequence[Candidate]:
        """Return candidates, with what is to be expected of those that are not found yet."""
        typical = self._speeds.typical()
        if typical is None:
            return candidates
        setup = self._costs.expected("setup")
        seconds = setup + (self._epochs + self._costs.expected("look")) * typical
        missing = range(-1, len(candidates) - self._most - 1, -1)
        return [*candidates, *(Candidate(number, seconds, setup) for number in missing)]

    def repeat(self) -> float:
        """Return the seconds that the trial with the highest score takes from its start."""
        if self._ranking.highest is None:
            return 0.0
        epoch = self._speeds.seconds(self._ranking[self._ranking.highest].key) or 0.0
        return self._costs.expected("setup") + self._epochs * epoch

    def epoch(self, candidates: Sequence[Candidate]) -> float:
        """Return the seconds of the slowest candidate's epoch, or of a typical one."""
        keys = [self._ranking[each.number].key for each in candidates]
        found = [self._speeds.seconds(key) or 0.0 for key in keys]
        return max(found, default=self._speeds.typical() or 0.0)

    def owed(self, owed: Iterable[Owed], running: Slots, slots: int) -> float:
        """Return the seconds until so many epochs are trained, with nothing else on the slots."""
        setup, left = self._costs.expected("setup"), []
        for each in owed:
            epoch = self._speeds.seconds(key_of(each.config)) or 0.0
            run = None if each.number is None else running.trials.get(each.number)
            done = -setup if run is None else min(epoch, running.spent(run))
            left.append(each.epochs * epoch - done)
        return makespan(sorted(left, reverse=True), slots)

    def _candidate(self, number: int, goes_on: bool) -> Candidate:
        seen = self._ranking[number]
        epochs = self._epochs if goes_on else seen.epoch
        epoch, setup = self._speeds.seconds(seen.key) or 0.0, self._costs.expected("setup")
        look = setup + self._costs.expected("look") * epoch
        return Candidate(number, look + epochs * epoch, look)
