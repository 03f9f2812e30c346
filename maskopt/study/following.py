"""What is asked, and what is followed of each trial meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from maskopt.records import Start
from maskopt.space import TrialConfig
from maskopt.study.proposing import Proposal, Seen

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
        fills: Whether that one goes on only because nothing else fits.
    """

    number: int | None
    proposal: Proposal | None = None
    start: Start | None = None
    promoted: int | None = None
    fills: bool = False


@dataclass
class Tracked:
    """A trial as the strategy follows it."""

    seen: Seen
    config: TrialConfig | None
    epoch: int = 0
    is_refereed: bool = False
