"""What a slot does that nothing fits: it brings a paused trial further, rather than stand idle."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice

from maskopt.study.following import Fits, Next, Tracked

MOST_LOOKED_AT = 100
"""Trials that are asked whether there is time for them."""


def choose_paused(
    paused: Iterable[int], trials: Mapping[int, Tracked], fits: Fits | None
) -> Next | None:
    """Return the first trial that has time for one more epoch; none where none has.

    Args:
        paused: Numbers, in the order in which they are looked at.
        trials: What is followed, by number.
        fits: Tells what there is time for.
    """
    for number in islice(paused, MOST_LOOKED_AT):
        config, known = trials[number].config, trials[number].epoch
        if fits is None or config is None or fits(config, known, known + 1):
            return Next(number, promoted=known, fills=True)
    return None
