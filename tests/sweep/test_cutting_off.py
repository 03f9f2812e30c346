import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from maskopt.plan.alarm import OutOfTime
from maskopt.sweep.cutting_off import cutting_off


@contextmanager
def cleaning_up(done: list[str]) -> Iterator[None]:
    """Take its time to clean up: the alarm rings meanwhile."""
    try:
        yield
    finally:
        signal.raise_signal(signal.SIGALRM)
        done.append("waited for threads")


def test_an_alarm_that_rings_again_does_not_break_off_what_is_cleaning_up() -> None:
    """Threads that are not waited for would write on into a file that is closed."""
    done: list[str] = []
    with pytest.raises(OutOfTime), cutting_off(1000.0), cleaning_up(done):
        signal.raise_signal(signal.SIGALRM)
    assert done == ["waited for threads"]


def test_an_alarm_whose_word_was_lost_rings_again() -> None:
    """What is raised within a destructor goes nowhere, and an error on its way out is no alarm."""
    with cutting_off(1000.0):
        with suppress(OutOfTime):
            signal.raise_signal(signal.SIGALRM)
        with pytest.raises(OutOfTime), suppress(KeyError), cleaning_up([]):
            raise KeyError


def test_nothing_rings_any_more_afterwards_and_nothing_is_begun_where_no_time_is_left() -> None:
    before = signal.getsignal(signal.SIGALRM)
    with cutting_off(1000.0):
        pass
    assert signal.getsignal(signal.SIGALRM) is before
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    with pytest.raises(OutOfTime), cutting_off(0.0):
        pytest.fail("it is begun")
