"""Trials are parted the same way whether all are looked at or only those that changed."""

import numpy as np

from maskopt.records import TrialState
from maskopt.study.parting import Parts
from maskopt.study.proposing import Seen, Trials

STATES = (TrialState.COMPLETE, TrialState.FAILED, TrialState.WAITING, TrialState.PRUNED)


def numbers(trials):
    return [trial.number for trial in trials]


def told(parts):
    return (
        parts.tried,
        parts.reported,
        numbers(parts.best(5, 3)),
        numbers(parts.failed(4)),
        numbers(parts.running(4)),
    )


def test_what_changed_is_enough_to_know_all():
    chance, trials, kept = np.random.default_rng(0), Trials(), Parts()
    for step in range(300):
        what = chance.integers(4)
        trial = trials[chance.integers(len(trials))] if trials else None
        if what == 0 or trial is None:
            trials.append(Seen(len(trials), {"lr": 0.1}, {}))
        elif what == 1:
            trials.turn(trial, STATES[chance.integers(len(STATES))])
        elif what == 2:
            trials.turn(trial, TrialState.RUNNING)
        else:
            trials.score(trial, len(trial.scores) + 1, round(float(chance.random()), 1))
        if step % 3 == 0:
            fresh = Parts()
            fresh.follow([*trials])
            kept.follow(trials)
            assert told(kept) == told(fresh)
    kept.follow(trials)
    assert numbers(kept.new) == list(range(len(trials)))


def test_the_best_come_in_the_order_of_their_numbers_without_those_that_failed():
    scores = (0.1, 0.9, 0.5, 0.8)
    trials = [Seen(n, {"lr": 0.1}, {}, {1: score}) for n, score in enumerate(scores)]
    trials[1].state = TrialState.FAILED
    parts = Parts()
    parts.follow(trials)
    assert numbers(parts.best(2, 0)) == [2, 3]
    assert numbers(parts.best(1, 9)) == [0, 2, 3]
    for trial in trials:
        trial.state = TrialState.FAILED
    parts.follow(trials)
    assert numbers(parts.best(2, 0)) == [2, 3]


def test_a_trial_without_values_is_new_once_it_has_them():
    trials, parts = Trials(), Parts()
    trials.append(Seen(0, {}, {}, {1: 0.5}))
    parts.follow(trials)
    assert (parts.tried, parts.reported, parts.new) == (0, 0, [])
    trials[0].params = {"lr": 0.1}
    trials.turn(trials[0], TrialState.RUNNING)
    parts.follow(trials)
    assert (parts.tried, parts.reported, parts.new) == (1, 1, [trials[0]])
    parts.new.clear()
    trials.turn(trials[0], TrialState.COMPLETE)
    parts.follow(trials)
    assert parts.new == []
