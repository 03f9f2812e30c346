import pytest

from maskopt.search.rungs import Rung, default_first_rung, rung_epochs


@pytest.mark.parametrize(
    ("epochs", "rung"), [(1, 1), (3, 1), (4, 2), (12, 2), (50, 2), (100, 4)], ids=str
)
def test_the_first_judgement_is_early_but_never_after_one_epoch(epochs, rung):
    assert default_first_rung(epochs) == rung


@pytest.mark.parametrize(
    ("arguments", "rungs"),
    [
        ((100, 4), (4, 16, 64)),
        ((52, 4), (2, 8, 32)),
        ((12, 4), (2, 8)),
        ((12, 3, 1), (1, 3, 9)),
        ((5, 1.2, 2), (2, 3, 4)),
        ((4, 4, 4), ()),
        ((1, 4), ()),
    ],
    ids=str,
)
def test_rungs_grow_by_eta_and_end_before_the_last_epoch(arguments, rungs):
    assert rung_epochs(*arguments) == rungs


def test_an_eta_that_does_not_grow_is_refused():
    with pytest.raises(ValueError, match="`eta > 1` must hold, got eta=1"):
        rung_epochs(12, 1)


def filled(*worths):
    rung = Rung(2)
    for number, worth in enumerate(worths):
        rung.enter(number, worth)
    return rung


def test_positions_are_by_worth_and_of_equals_the_earliest_is_first():
    rung = filled(0.5, 0.9, 0.5, 0.1)
    assert [rung.position(number) for number in range(4)] == [1, 0, 2, 3]


def test_who_waits_is_given_best_first_until_it_goes_on_or_leaves():
    rung = filled(0.5, 0.9, 0.5, 0.1)
    for number in (3, 2, 0):
        rung.pause(number)
    assert list(rung.paused()) == [0, 2, 3]
    rung.resume(0)
    rung.resume(0)
    rung.leave(3)
    assert (list(rung.paused()), len(rung), 3 in rung) == ([2], 3, False)
    rung.leave(3)
    assert rung.position(2) == 2
