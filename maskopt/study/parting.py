"""Trials parted into those that a model looks at, kept up to date by what has changed.

To look at each of ten thousand trials takes longer than to factorise what is known of them.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from math import nan

import numpy as np

from maskopt.records import TrialState
from maskopt.study.proposing import Seen, Trials
from maskopt.study.searchers import fixed_part

_UNTRIED, _OVER, _RUNNING, _FAILED = range(4)
_CODES = {TrialState.RUNNING: _RUNNING, TrialState.FAILED: _FAILED}


class Parts:
    """Trials that have values, parted; a trial may be in several parts.

    Attributes:
        new: Those that no one took out of here yet. One that another program enqueued has its
            values only once it runs.
    """

    def __init__(self) -> None:
        self.new: list[Seen] = []
        self._read = 0
        self._known: set[int] = set()
        self._follow_anew(())

    @property
    def tried(self) -> int:
        """How many have values."""
        return len(self._states) - self._states.count(_UNTRIED)

    @property
    def reported(self) -> int:
        """How many of those have a score."""
        return int(np.count_nonzero(~np.isnan(np.array(self._best))))

    def follow(self, seen: Sequence[Seen]) -> None:
        """Take up what has changed since the last time; of a plain list, all of it."""
        if seen is not self._seen or not isinstance(seen, Trials):
            self._follow_anew(seen)
        changed: Iterable[Seen] = seen
        if isinstance(seen, Trials):
            changed = seen.changed[self._read :]
            self._read = len(seen.changed)
        for trial in changed:
            self._take(trial)

    def best(self, most: int, others: int) -> list[Seen]:
        """Return the trials with the best scores, and a fixed part of the others.

        Those that failed are left out, unless all did.
        """
        scores, states = np.array(self._best), np.array(self._states)
        has_score = ~np.isnan(scores)
        able = np.flatnonzero(has_score & (states != _FAILED))
        if not len(able):
            return [self._seen[place] for place in np.flatnonzero(has_score)[-most:]]
        order = able[np.argsort(-scores[able], kind="stable")]
        rest = order[most:]
        numbers = np.array(self._numbers, dtype=np.int64)[rest]
        kept = rest[np.isin(numbers, [*fixed_part(numbers, others)])]
        places = sorted([*order[:most].tolist(), *kept.tolist()])
        return [self._seen[place] for place in places]

    def failed(self, most: int) -> list[Seen]:
        """Return the last of those that failed."""
        return self._last(_FAILED, most)

    def running(self, most: int) -> list[Seen]:
        """Return the last of those that run."""
        return self._last(_RUNNING, most)

    def _last(self, code: int, most: int) -> list[Seen]:
        places = np.flatnonzero(np.array(self._states) == code)[-most:]
        return [self._seen[place] for place in places]

    def _follow_anew(self, seen: Sequence[Seen]) -> None:
        self._seen, self._read = seen, 0
        self._places: dict[int, int] = {}
        self._best, self._states, self._numbers = array("d"), array("b"), array("q")

    def _take(self, trial: Seen) -> None:
        place = self._places.setdefault(trial.number, len(self._places))
        if place == len(self._states):
            self._best.append(nan)
            self._states.append(_UNTRIED)
            self._numbers.append(trial.number)
        if not trial.params:
            return
        self._best[place] = nan if trial.best is None else trial.best
        self._states[place] = _CODES.get(trial.state, _OVER)
        if trial.number not in self._known:
            self._known.add(trial.number)
            self.new.append(trial)
