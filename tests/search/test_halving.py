"""Eta 4 over 12 epochs: rungs at 2 and 8. Of n trials the best max(1, n // 4) go on."""

import math

import pytest

from maskopt.records import Verdict
from maskopt.search.halving import Halving

PAUSE, CONTINUE = Verdict.PAUSE, Verdict.CONTINUE


def begin(halving, number, score, reach=0, to=2):
    """Bring a trial to a rung with one score all along, and have it wait if it is told to."""
    halving.add(number, reach)
    return go_on(halving, number, score, 0, to)


def go_on(halving, number, score, known, to):
    for epoch in range(known + 1, to + 1):
        halving.note(number, epoch, score)
    verdict = halving.judge(number, to)
    if verdict is PAUSE:
        halving.pause(number, to)
    return verdict


def test_the_first_goes_on_and_then_who_is_in_the_top_quarter():
    halving = Halving(12)
    scores = (0.5, 0.4, 0.6, 0.55, 0.3, 0.2, 0.1, 0.58)
    answers = [begin(halving, number, score) for number, score in enumerate(scores)]
    # 1 place until the eighth comes, when 0.58 is second of eight: two places.
    assert [answer is CONTINUE for answer in answers] == [1, 0, 1, 0, 0, 0, 0, 1]


def test_between_rungs_and_at_the_end_nobody_is_judged():
    halving = Halving(12)
    begin(halving, 0, 0.5)
    begin(halving, 1, 0.9)
    for epoch in range(3, 13):
        halving.note(0, epoch, 0.1)
        assert halving.judge(0, epoch) is CONTINUE


def test_a_trial_is_worth_its_best_score_up_to_the_rung():
    halving, last = Halving(12), Halving(12, worth=lambda before, score: score)
    for table in (halving, last):
        begin(table, 0, 0.5)
        table.add(1)
        table.note(1, 1, 0.6)
        table.note(1, 2, 0.4)
    assert (halving.judge(1, 2), last.judge(1, 2)) == (CONTINUE, PAUSE)


def test_who_waits_goes_on_when_later_ones_push_it_into_the_top():
    halving = Halving(12)
    for number, score in enumerate((0.9, 0.5, 0.7, 0.6)):
        begin(halving, number, score)
    assert list(halving.promotable()) == []
    for number in range(4, 8):
        begin(halving, number, 0.1)
    assert list(halving.promotable()) == [2]
    halving.resume(2, 2)
    assert list(halving.promotable()) == []


def test_the_highest_rung_is_promoted_first_and_the_best_in_it():
    halving = Halving(12, share=0.5)
    for number, score in ((0, 0.9), (1, 0.8), (2, 0.7)):
        begin(halving, number, score, reach=1)
        go_on(halving, number, score, 2, 8)
    for number, score in ((3, 0.6), (4, 0.5), (5, 0.4), (6, 0.3), (7, 0.2), (8, 0.1)):
        begin(halving, number, score)
    # At 8 epochs 0.8 and 0.7 wait and one of three has a place; at 2 epochs 4 of 9 have.
    assert list(halving.promotable()) == [3]
    begin(halving, 9, 0.05, reach=1)
    go_on(halving, 9, 0.05, 2, 8)
    assert list(halving.promotable()) == [1, 3, 4]


@pytest.mark.parametrize(("reach", "answers"), [(0, [PAUSE]), (1, [CONTINUE, PAUSE])])
def test_a_trial_passes_as_many_rungs_as_it_may_whatever_its_score(reach, answers):
    halving = Halving(12)
    begin(halving, 0, 0.9)
    go_on(halving, 0, 0.9, 2, 8)
    found = [begin(halving, 1, 0.1, reach)]
    if found == [CONTINUE]:
        found.append(go_on(halving, 1, 0.1, 2, 8))
    assert found == answers


def test_the_next_decision_is_the_next_rung_that_counts():
    halving = Halving(12)
    known = {0: 2, 1: 2, 2: 8, 7: 8, 8: None, 12: None}
    assert {epochs: halving.next_decision(epochs) for epochs in known} == known
    assert [halving.next_decision(0, reach) for reach in (1, 2, 9)] == [8, None, None]


def test_an_exempt_trial_goes_on_and_takes_no_place_above():
    halving = Halving(12)
    begin(halving, 0, 0.5)
    assert begin(halving, 1, 0.1) is PAUSE
    halving.resume(1, 2)
    halving.exempt(1)
    assert go_on(halving, 1, 0.9, 2, 8) is CONTINUE
    assert go_on(halving, 0, 0.5, 2, 8) is CONTINUE


def test_a_failed_trial_holds_no_place():
    halving = Halving(12)
    begin(halving, 0, 0.9)
    begin(halving, 1, 0.5)
    halving.fail(0)
    assert list(halving.promotable()) == [1]


def test_a_complete_trial_that_ended_early_holds_its_place_above():
    halving = Halving(12)
    begin(halving, 0, 0.9)
    halving.end(0, is_complete=True)
    begin(halving, 1, 0.95)
    begin(halving, 2, 0.99)
    assert go_on(halving, 1, 0.8, 2, 8) is CONTINUE  # its best, 0.95, is what it is worth
    assert go_on(halving, 2, 0.5, 2, 8) is CONTINUE
    pruned = Halving(12)
    begin(pruned, 0, 0.9)
    pruned.end(0, is_complete=False)
    begin(pruned, 1, 0.5, reach=1)
    assert go_on(pruned, 1, 0.5, 2, 8) is CONTINUE


def test_who_cannot_go_on_even_if_all_later_ones_are_worse_is_hopeless():
    halving = Halving(12)
    for number, score in enumerate((0.9, 0.8, 0.7, 0.6)):
        begin(halving, number, score)
    halving.end(0, is_complete=True)
    # 4 there, 4 to come: 8 // 4 = 2 places, for 0.9 and 0.8.
    assert halving.hopeless(4) == [2, 3]
    assert halving.hopeless(8) == [3]
    assert halving.hopeless(12) == []
    assert halving.hopeless(3) == [1, 2, 3]


def test_a_trial_that_runs_may_fail_and_leave_its_place():
    halving = Halving(12)
    begin(halving, 0, 0.9)
    begin(halving, 1, 0.8)
    assert halving.hopeless(0) == []
    halving.end(0, is_complete=True)
    assert halving.hopeless(0) == [1]


def test_trials_below_may_still_come_to_a_higher_rung():
    halving = Halving(12)
    for number, score in enumerate((0.9, 0.8)):
        begin(halving, number, score, reach=1)
        go_on(halving, number, score, 2, 8)
    halving.end(0, is_complete=True)
    # Two are at 8 epochs: six more must come for a second place.
    assert halving.hopeless(5) == [1]
    assert halving.hopeless(6) == []


def test_least_hope_has_who_needs_most_trials_to_come():
    halving = Halving(12)
    for number, score in enumerate((0.9, 0.8)):
        begin(halving, number, score, reach=1)
        go_on(halving, number, score, 2, 8)
    for number, score in ((2, 0.7), (3, 0.6)):
        begin(halving, number, score)
    # 0.8 needs 8 - 2 = 6 more at 8 epochs, each worth 4 below: 24; 0.6 needs 16 - 4 = 12.
    assert halving.by_least_hope() == [1, 3, 2]


def test_what_is_rebuilt_from_reports_judges_alike():
    first, again = Halving(12), Halving(12)
    scores = [math.sin(number * 7) for number in range(20)]
    for number, score in enumerate(scores):
        begin(first, number, score)
    for number in reversed(range(20)):
        again.add(number)
        for epoch in (1, 2):
            again.note(number, epoch, scores[number])
        if number not in (0,) and first.judge(number, 2) is PAUSE:
            again.pause(number, 2)
    for halving in (first, again):
        halving.add(20)
        halving.note(20, 1, 0.5)
        halving.note(20, 2, 0.6)
    assert first.judge(20, 2) is again.judge(20, 2)
    assert [first.judge(n, 2) for n in range(20)] == [again.judge(n, 2) for n in range(20)]


def test_one_that_is_overtaken_between_two_rungs_pauses_at_once():
    halving = Halving(12, overtakes=4)
    begin(halving, 0, 0.1)  # the first goes on for want of others
    halving.note(0, 3, 0.1)
    for number, score in ((1, 0.3), (2, 0.4)):
        begin(halving, number, score)
    halving.note(0, 4, 0.2)
    assert halving.judge(0, 4) is CONTINUE  # three at its rung are too few
    begin(halving, 3, 0.5)
    halving.note(0, 5, 0.45)
    assert halving.judge(0, 5) is PAUSE  # worth 0.45 by now, and the best of four had 0.5
    halving.pause(0, 5)
    assert list(halving.promotable()) == []
    halving.fail(3)
    halving.fail(2)
    halving.fail(1)
    assert list(halving.promotable()) == [0]
    halving.resume(0, 5)
    assert halving.next_decision(5) == 8


def test_without_overtaking_a_trial_runs_to_its_next_rung():
    halving = Halving(12, overtakes=None)
    for number, score in enumerate((0.1, 0.3, 0.4, 0.5)):
        begin(halving, number, score)
    halving.note(0, 5, 0.1)
    assert halving.judge(0, 5) is CONTINUE


def test_one_that_has_become_better_than_all_were_at_its_rung_is_not_overtaken():
    halving = Halving(12, overtakes=4)
    for number, score in enumerate((0.1, 0.3, 0.4, 0.5)):
        begin(halving, number, score)
    halving.note(0, 5, 0.51)
    assert halving.judge(0, 5) is CONTINUE


def test_a_spared_trial_is_not_judged_until_it_waits_again():
    halving = Halving(12, overtakes=1)
    for number, score in enumerate((0.9, 0.5)):
        begin(halving, number, score)
    halving.resume(1, 2, is_spared=True)
    assert [go_on(halving, 1, 0.5, known, known + 1) for known in (2, 3)] == [CONTINUE] * 2
    halving.pause(1, 4)
    halving.resume(1, 4)
    assert go_on(halving, 1, 0.5, 4, 5) is PAUSE
