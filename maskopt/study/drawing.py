"""Points of trials that are yet to begin: those to try first, and those that a searcher draws."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from maskopt.records import Start
from maskopt.space import SearchSpace, TrialConfig, Value
from maskopt.study.following import Next
from maskopt.study.proposing import Proposal, Proposer, Seen

DRAWS = 3
"""How often a new point is drawn before it is said that nothing fits."""

New = Callable[[TrialConfig, int], bool]
"""Tells of a new trial's config, and of the rungs that it passes, whether there is time."""


class Draws:
    """Points; those that did not fit are looked at again until there is news.

    Attributes:
        starts: Points to try, in their order.
    """

    def __init__(self, space: SearchSpace, proposer: Proposer) -> None:
        self.starts: list[Start] = []
        self._space, self._proposer = space, proposer
        self._drawn: dict[tuple[int, int], Proposal] = {}

    def choose_start(self, seen: Sequence[Seen], fits: New) -> Next | None:
        """Return the first point to try that fits; none where none does.

        Args:
            seen: All trials so far.
            fits: Tells what there is time for.
        """
        for place, start in enumerate(self.starts):
            proposal = self._take(seen, start.point, place, 0)
            if fits(proposal.config, start.reach):
                return Next(None, proposal, start)
            if start.reach and fits(proposal.config, 0):
                # No time for a fair probe any more, but for a known-good point.
                self.starts[place] = replace(start, reach=0)
                return Next(None, proposal, self.starts[place])
        return None

    def choose_new(self, seen: Sequence[Seen], fits: New) -> Next | None:
        """Return what the searcher proposes; none where that does not fit."""
        for attempt in range(DRAWS):
            proposal = self._take(seen, {}, -1, attempt)
            if fits(proposal.config, 0):
                return Next(None, proposal)
        return None

    def passing(self) -> Iterator[tuple[TrialConfig, int]]:
        """Give the configs of points that pass rungs, with how many; such points are whole."""
        for start in self.starts:
            if start.reach:
                yield self._space.draw(partial(_given, start.point)), start.reach

    def clear(self) -> None:
        """Draw anew: there is news."""
        self._drawn.clear()

    def _take(
        self, seen: Sequence[Seen], point: Mapping[str, Value], place: int, attempt: int
    ) -> Proposal:
        """Return a point.

        Args:
            seen: All trials so far.
            point: Values that are given.
            place: Its place among the points to try, or -1.
            attempt: How many were drawn in its place before.
        """
        key = (place, attempt)
        if key not in self._drawn:
            draw = len(seen) * (DRAWS + 1) + (attempt if place < 0 else DRAWS)
            self._drawn[key] = self._proposer.propose(self._space, seen, point, draw)
        return self._drawn[key]


def _given(point: Mapping[str, Value], path: str, domain: object) -> Value:
    return point[path]
