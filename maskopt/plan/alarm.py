"""Ends what cannot be asked to stop: a calculation that takes longer than was reserved."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

AGAIN = 2.0
"""Seconds until it rings again: what is raised within a destructor is lost."""


class OutOfTime(Exception):  # noqa: N818 - it is no error
    """The time that was reserved for something is over."""


@contextmanager
def ringing(seconds: float | None) -> Iterator[None]:
    """Raise OutOfTime inside once so many seconds have passed; none lets it take its time.

    Python raises it between two of its own steps. Outside of the main thread nothing rings.
    """
    if seconds is None or threading.current_thread() is not threading.main_thread():
        yield
        return
    if seconds <= 0:
        raise OutOfTime

    def ring(number: int, frame: FrameType | None) -> None:
        raise OutOfTime

    former = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, former)
