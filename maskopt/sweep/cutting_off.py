"""Ends decoding when its time is over, with every thread that writes gone first."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from maskopt.plan.alarm import OutOfTime, ringing


@contextmanager
def cutting_off(seconds: float) -> Iterator[None]:
    """Raise OutOfTime inside once so many seconds have passed, and let what it ends clean up.

    An alarm rings again, as what it raises may get lost. While OutOfTime is on its way out, that
    would break off the wait for threads, which would go on writing to a file that is closed.
    """
    with ringing(seconds):
        if threading.current_thread() is threading.main_thread():
            _ring_unless_leaving()
        yield


def _ring_unless_leaving() -> None:
    ring = signal.getsignal(signal.SIGALRM)

    def ring_again(number: int, frame: FrameType | None) -> None:
        if callable(ring) and not isinstance(sys.exception(), OutOfTime):
            ring(number, frame)

    signal.signal(signal.SIGALRM, ring_again)  # `ringing` puts back what was there before it
