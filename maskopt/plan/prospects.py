"""What trials promise as members: what their networks take, those not found yet included."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import islice

from maskopt.plan.costs import Costs
from maskopt.plan.networks import Candidate
from maskopt.plan.ranking import Ranking, Seen
from maskopt.plan.speeds import Speeds


class Prospects:
    """Makes candidates of trials.

    Args:
        ranking: Trials, best first.
        speeds: What their epochs take.
        costs: What the start of a worker takes.
        epochs: Epochs of a full trial.
        most: The most trials that vote.
    """

    def __init__(
        self, ranking: Ranking, speeds: Speeds, costs: Costs, epochs: int, most: int
    ) -> None:
        self._ranking, self._speeds, self._costs = ranking, speeds, costs
        self._epochs, self._most = epochs, most

    def candidates(self, begun: Collection[int]) -> list[Candidate]:
        """Return what may become a member, best first; what was begun is always among them."""
        best = list(islice(self._ranking, self._most))
        others = [number for number in {*begun} - {*best} if number in self._ranking]
        others.sort(key=lambda number: (-self._ranking[number].score, number))
        return [self._candidate(self._ranking[number], number) for number in (*best, *others)]

    def padded(self, candidates: Sequence[Candidate]) -> Sequence[Candidate]:
        """Return candidates, with what is to be expected of those that are not found yet."""
        typical = self._speeds.typical()
        if typical is None:
            return candidates
        setup = self._costs.expected("setup")
        seconds = setup + (self._epochs + self._costs.expected("look")) * typical
        missing = range(-1, len(candidates) - self._most - 1, -1)
        return [*candidates, *(Candidate(number, seconds, setup) for number in missing)]

    def train(self, number: int) -> float:
        """Return the seconds that training a trial from its start takes."""
        epoch = self._speeds.seconds(self._ranking[number].key) or 0.0
        return self._costs.expected("setup") + self._epochs * epoch

    def epoch(self, candidates: Sequence[Candidate]) -> float:
        """Return the seconds of the slowest candidate's epoch, or of a typical one."""
        keys = [self._ranking[each.number].key for each in candidates]
        found = [self._speeds.seconds(key) or 0.0 for key in keys]
        return max(found, default=self._speeds.typical() or 0.0)

    def _candidate(self, seen: Seen, number: int) -> Candidate:
        epoch, setup = self._speeds.seconds(seen.key) or 0.0, self._costs.expected("setup")
        look = setup + self._costs.expected("look") * epoch
        return Candidate(number, look + seen.epoch * epoch, look)
