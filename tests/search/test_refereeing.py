from dataclasses import replace

import pytest

from maskopt.records import EpochReport, StudyRecord, TrialRecord, TrialState
from maskopt.search.refereeing import (
    Finding,
    Referee,
    count_refereed,
    loosening,
    winning_score,
)


def spent(epochs, share=0.5):
    referee = Referee("age", share, 12)
    for _ in range(epochs):
        referee.note_epoch()
    return referee


def test_about_its_share_of_trials_is_chosen_always_the_same_and_by_study():
    first, again = spent(1000), spent(1000)
    chosen = [number for number in range(1000) if first.chooses(number, 2)]
    assert chosen == [number for number in range(1000) if again.chooses(number, 2)]
    assert 450 < len(chosen) < 550
    other = Referee("mask", 0.5, 12)
    for _ in range(1000):
        other.note_epoch()
    assert chosen != [number for number in range(1000) if other.chooses(number, 2)]


def test_refereed_trials_never_cost_more_than_their_share_of_all_epochs():
    number = next(number for number in range(100) if spent(1000).chooses(number, 2))
    # 10 epochs more must be at most half of all, those 10 included.
    assert not spent(9).chooses(number, 2)
    referee = spent(10)
    assert referee.chooses(number, 2)
    referee.note_chosen(2)
    assert not referee.chooses(number, 2)
    for _ in range(20):
        referee.note_epoch()
    assert referee.chooses(number, 2)


def test_a_share_of_nothing_chooses_nobody():
    assert not any(spent(1000, share=0.0).chooses(number, 2) for number in range(100))


@pytest.mark.parametrize(
    ("scores", "bar"),
    [
        ([], float("inf")),
        ([None], float("inf")),
        ([0.3, None, 0.7], 0.7),
        ([score / 100 for score in range(20)], 0.18),
    ],
    ids=["none", "no score", "few", "twenty"],
)
def test_a_winner_is_among_the_best_tenth(scores, bar):
    assert winning_score(scores) == bar


def trial(number, score, *, backbone="resnet34", refereed=False, state=TrialState.COMPLETE):
    report = EpochReport(1, score, 1.0, 1.0, 1.0)
    found = TrialRecord(number, state, {"backbone": backbone}, (report,))
    return replace(found, is_refereed=refereed)


def test_refereed_trials_are_counted_by_family_once_they_are_complete():
    trials = (
        trial(0, 0.7),
        trial(1, 0.6, backbone="mobilenetv2_100"),
        trial(2, 0.8, refereed=True),
        trial(3, 0.1, refereed=True),
        trial(4, 0.7, backbone="mobilenetv2_035", refereed=True),
        trial(5, 0.9, refereed=True, state=TrialState.RUNNING),
    )
    assert count_refereed(StudyRecord("age", "macro_f1", trials)) == (
        Finding("mobilenetv2", 1, 1),
        Finding("resnet", 2, 1),
    )
    assert count_refereed(StudyRecord("age", "macro_f1", trials[:2])) == ()


def test_a_pruner_is_loosened_when_more_than_one_in_ten_of_at_least_ten_was_a_winner():
    usual = [(0.5, False)] * 9 + [(0.8, False)]
    losers, winner = [(0.1, True)], (0.8, True)
    assert loosening([*usual, *losers * 7, winner, winner]) is None  # nine are too few
    assert loosening([*usual, *losers * 9, winner]) is None
    assert loosening([*usual, *losers * 8, winner, winner]) == (
        "2 of 10 trials that were finished although the pruner would have ended them are among "
        "the best tenth: from now on the better half of a rung goes on"
    )
    assert loosening([(0.9, True)] * 10) is None  # with nothing to compare with
