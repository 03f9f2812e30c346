import signal
import time
from collections import deque

import pytest

from maskopt.plan.alarm import OutOfTime, ringing


def test_a_calculation_that_never_ends_is_ended() -> None:
    with pytest.raises(OutOfTime), ringing(0.05):
        deque(iter(lambda: sum(range(9)), -1))


def test_what_is_done_in_time_hears_nothing_afterwards() -> None:
    before = signal.getsignal(signal.SIGALRM)
    with ringing(0.05):
        pass
    time.sleep(0.1)
    assert signal.getsignal(signal.SIGALRM) is before


def test_where_no_time_is_left_nothing_is_begun() -> None:
    begun = []
    with pytest.raises(OutOfTime), ringing(-1.0):
        begun.append("it")
    assert begun == []


def test_without_a_deadline_nothing_rings() -> None:
    with ringing(None):
        assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
