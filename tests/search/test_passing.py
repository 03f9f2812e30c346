"""Eta 4 over 12 epochs: rungs at 2 and 8."""

from maskopt.records import Verdict
from maskopt.search.halving import Halving


def go_on(halving, number, score, known, to):
    for epoch in range(known + 1, to + 1):
        halving.note(number, epoch, score)
    return halving.judge(number, to)


def begin(halving, number, score, reach=0):
    halving.add(number, reach)
    go_on(halving, number, score, 0, 2)


def test_a_trial_passes_rungs_until_the_one_that_it_is_to_reach():
    halving = Halving(12)
    begin(halving, 0, 0.9)
    begin(halving, 1, 0.1, reach=1)
    begin(halving, 2, 0.3, reach=2)
    halving.add(3, 1)
    halving.exempt(3)
    assert list(halving.passing()) == [(1, 2), (2, 2)]
    go_on(halving, 1, 0.1, 2, 7)
    go_on(halving, 2, 0.3, 2, 8)
    assert list(halving.passing()) == [(1, 7), (2, 8)]
    assert go_on(halving, 1, 0.1, 7, 8) is Verdict.PAUSE
    halving.pause(1, 8)
    assert list(halving.passing()) == [(2, 8)]
    halving.end(2, is_complete=True)
    assert list(halving.passing()) == []
