"""Who waits for whom while workers warm up."""

import pytest

from maskopt.cluster.warming import LEAST_SECONDS, PATIENCE, Warming


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def two(clock):
    """Two workers that have begun to warm up."""
    two = Warming(2, clock)
    two.begin("a")
    assert not two.is_begun
    two.begin("b")
    assert two.is_begun
    return two


def test_it_is_over_when_all_are_warm(two):
    two.warmed("a")
    assert not two.is_over
    two.warmed("b")
    assert two.is_over
    assert len(two) == 2


def test_one_that_died_is_waited_for_no_more(two):
    two.left("a")
    assert not two.is_over
    two.warmed("b")
    assert two.is_over
    assert ("a" in two, "b" in two, len(two)) == (False, True, 1)


def test_it_is_over_when_all_have_died(two):
    two.left("a")
    two.left("b")
    assert two.is_over


def test_it_is_not_over_before_all_have_begun(clock):
    two = Warming(2, clock)
    two.begin("a")
    two.warmed("a")
    assert not two.is_over


@pytest.mark.parametrize(
    ("first", "least"),
    [(1.0, LEAST_SECONDS), (30.0, PATIENCE * 30.0)],
    ids=["a quick first", "a slow first"],
)
def test_one_that_never_starts_is_waited_for_as_the_first_one_took(two, clock, first, least):
    clock.now += 3600.0
    assert not two.is_over
    clock.now = 100.0 + first
    two.warmed("a")
    clock.now = 100.0 + least - 0.01
    two.warmed("a")
    assert not two.is_over
    clock.now = 100.0 + least
    assert two.is_over
    assert "b" in two
