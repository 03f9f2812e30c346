"""What is asked, and what is followed of each trial meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from maskopt.records import Start
from maskopt.space import SearchSpace, TrialConfig, Value
from maskopt.study.proposing import Proposal, Proposer, Seen

DRAWS = 3
"""How often a new point is drawn before it is said that nothing fits."""

Fits = Callable[[TrialConfig, int, int], bool]
"""Tells of a config, its known epochs and the epoch of its next decision whether there is time."""


@dataclass(frozen=True)
class Asked:
    """A trial to run.

    Attributes:
        known_epochs: Epochs already reported; above 0 it goes on from its checkpoint.
    """

    number: int
    config: TrialConfig
    known_epochs: int


@dataclass(frozen=True)
class Next:
    """What is to run next.

    Attributes:
        number: An open trial that goes on; none is a new one.
        proposal: The point of a new one; none where an open one has no point yet.
        start: What a new one's point rests on, if it was not drawn.
        promoted: The epoch at which it was paused, of one that is promoted.
    """

    number: int | None
    proposal: Proposal | None = None
    start: Start | None = None
    promoted: int | None = None


@dataclass
class Tracked:
    """A trial as the strategy follows it."""

    seen: Seen
    config: TrialConfig | None
    epoch: int = 0
    is_refereed: bool = False


class Draws:
    """Points that were drawn; those that did not fit are looked at again until there is news."""

    def __init__(self, space: SearchSpace, proposer: Proposer) -> None:
        self._space, self._proposer = space, proposer
        self._drawn: dict[tuple[int, int], Proposal] = {}

    def take(
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

    def clear(self) -> None:
        """Draw anew: there is news."""
        self._drawn.clear()
