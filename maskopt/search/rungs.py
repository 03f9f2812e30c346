"""Rungs: epochs at which trials are compared with all that came as far."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator


def default_first_rung(epochs: int) -> int:
    """Return the epochs before the first judgement: 4 % of them, but never only the first.

    With 8 % searches of 50 reports knew less after a tenth of their budget and no more at its
    end (`benchmarks/search.py`, the table tasks).

    Example:
        >>> [default_first_rung(epochs) for epochs in (3, 4, 12, 50, 100)]
        [1, 2, 2, 2, 4]
    """
    return max(round(0.04 * epochs), 2 if epochs > 3 else 1)


def rung_epochs(epochs: int, eta: float, first_rung: int | None = None) -> tuple[int, ...]:
    """Return the epochs at which trials are judged: each `eta` times the one before.

    Args:
        epochs: Epochs of a full trial, after which nobody is judged.
        eta: Above 1.
        first_rung: The first of them; none takes `default_first_rung`.

    Example:
        >>> rung_epochs(100, 4), rung_epochs(12, 4), rung_epochs(2, 4, 2)
        ((4, 16, 64), (2, 8), ())
    """
    if eta <= 1:
        raise ValueError(f"`eta > 1` must hold, got eta={eta:g}")
    found: list[int] = []
    rung = float(first_rung or default_first_rung(epochs))
    while round(rung) < epochs:
        found.append(round(rung))
        rung = max(rung * eta, found[-1] + 1)
    return tuple(found)


class Rung:
    """The trials that came to an epoch, best first; of equals the earliest.

    Attributes:
        epoch: The epoch that it stands at.
    """

    def __init__(self, epoch: int) -> None:
        self.epoch = epoch
        self._keys: dict[int, tuple[float, int]] = {}
        self._order: list[tuple[float, int]] = []
        self._paused: list[tuple[float, int]] = []

    def __len__(self) -> int:
        return len(self._keys)

    def __contains__(self, number: object) -> bool:
        return number in self._keys

    def enter(self, number: int, worth: float) -> None:
        """Note what a trial is worth here; higher is better."""
        self._keys[number] = (-worth, number)
        insort(self._order, self._keys[number])

    def leave(self, number: int) -> None:
        """Forget a trial that failed: it must hold no place that another could have."""
        self.resume(number)
        key = self._keys.pop(number, None)
        if key is not None:
            del self._order[bisect_left(self._order, key)]

    def position(self, number: int) -> int:
        """Return how many trials are before a trial."""
        return bisect_left(self._order, self._keys[number])

    def place_of(self, worth: float) -> int:
        """Return how many trials here are worth more."""
        return bisect_left(self._order, (-worth, -1))

    def pause(self, number: int) -> None:
        """Note that a trial waits here."""
        insort(self._paused, self._keys[number])

    def resume(self, number: int) -> None:
        """Note that a trial waits here no more, if it did."""
        key = self._keys.get(number)
        if (
            key is not None
            and key in self._paused[(at := bisect_left(self._paused, key)) : at + 1]
        ):
            del self._paused[at]

    def paused(self) -> Iterator[int]:
        """Give the trials that wait here, best first."""
        return (number for _, number in self._paused)

    @property
    def paused_count(self) -> int:
        """How many trials wait here."""
        return len(self._paused)
