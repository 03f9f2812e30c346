"""What a search owes: epochs that no score may spare."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from maskopt.records import Owed
from maskopt.search.halving import Halving
from maskopt.study.drawing import Draws
from maskopt.study.following import Tracked


def owed(
    draws: Draws, halving: Halving, trials: Mapping[int, Tracked], epochs: int
) -> Iterator[Owed]:
    """Give what trials that pass a rung train yet until they are judged.

    Args:
        draws: Knows the points to try, of which probes pass rungs.
        halving: Knows the rungs, and the trials that run.
        trials: What is followed, by number.
        epochs: Epochs of a full trial.
    """
    for config, reach in draws.passing():
        yield Owed(config, halving.next_decision(0, reach) or epochs)
    for number, known in halving.passing():
        running, reach = trials[number].config, halving.reach_of(number)
        if running is not None:
            until = halving.next_decision(known, reach) or epochs
            yield Owed(running, until - known, number)
