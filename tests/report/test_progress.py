from __future__ import annotations

from dataclasses import replace
from math import nan

import pytest

from maskopt.records import EpochReport, StudyRecord
from maskopt.report.progress import Progress
from maskopt.report.resting import Resting


@pytest.fixture
def progress(plan, clock):
    return Progress(plan, StudyRecord("age", "macro_f1"), clock())


def report(epoch, score=0.5, seconds=10.0):
    return EpochReport(epoch, score, 1.0, 1.0, seconds)


def test_nothing_is_known_before_the_first_report(progress, task, clock):
    progress.started(task(0), clock())
    assert progress.best is None
    assert progress.trial_left(progress.running[0], clock()) is None
    assert progress.plan_left(clock()) is None


def test_a_trial_is_left_its_epochs_less_what_passed_since_its_last_report(progress, task, clock):
    progress.started(task(0), clock())
    clock.wait(10)
    progress.reported(0, report(1), clock())
    clock.wait(4)
    assert progress.trial_left(progress.running[0], clock()) == 3 * 10 - 4


def test_a_trial_without_a_report_is_left_what_the_others_take(progress, trial, task, clock):
    progress.ended(trial(0, "complete", 0.5, 0.6))  # 10 s an epoch
    progress.started(task(1), clock())
    assert progress.trial_left(progress.running[1], clock()) == 40


def test_the_plan_counts_pruned_trials_and_divides_by_trials_at_once(progress, trial, task, clock):
    progress.ended(trial(0, "complete", 0.5, 0.6, 0.7, 0.8))  # 40 s
    progress.ended(trial(1, "pruned", 0.4, 0.4))  # 20 s
    progress.ended(trial(2, "failed", 0.4, error="x"))  # neither done nor a guide
    progress.started(task(3), clock())  # 40 s left
    # 12 - 2 done - 1 running = 9 to start at 30 s each; (9 * 30 + 40) / 2
    assert progress.plan_left(clock()) == 155


def test_the_last_trials_are_not_shared_by_idle_devices(plan, trial, task, clock):
    progress = Progress(replace(plan, trials=2), StudyRecord("age", "f1"), clock())
    progress.ended(trial(0, "complete", 0.5, 0.6))
    progress.started(task(1), clock())
    assert progress.plan_left(clock()) == 40


def test_time_caps_what_is_left(plan, trial, clock):
    progress = Progress(replace(plan, seconds=60.0), StudyRecord("age", "f1"), clock())
    assert progress.plan_left(clock()) is None
    progress.ended(trial(0, "complete", 0.5, 0.6))
    clock.wait(45)
    assert progress.plan_left(clock()) == 15
    clock.wait(45)
    assert progress.plan_left(clock()) == 0


def test_time_alone_ends_a_plan_without_a_number_of_trials(plan, clock):
    progress = Progress(replace(plan, trials=None, seconds=60.0), StudyRecord("a", "f1"), clock())
    assert progress.plan_left(clock()) == 60


def test_the_best_is_a_trial_that_can_still_win(progress, trial, task, clock):
    progress.ended(trial(0, "pruned", 0.9))
    progress.ended(trial(1, "failed", 0.95, error="x"))
    progress.ended(trial(2, "complete", 0.6, 0.5))
    progress.started(task(3), clock())
    progress.reported(3, report(1, nan), clock())
    assert (progress.best.number, progress.best.report.epoch) == (2, 1)
    progress.reported(3, report(2, 0.7), clock())
    assert progress.best.number == 3
    assert progress.is_best(3)


def test_the_earlier_of_equals_is_the_best(progress, trial):
    progress.ended(trial(4, "complete", 0.6))
    progress.ended(trial(2, "complete", 0.6))
    assert progress.best.number == 2


def test_a_trial_that_goes_on_keeps_what_it_reported(plan, trial, task, clock):
    record = StudyRecord("age", "f1", (trial(0, "running", 0.5, 0.6, 0.7),))
    progress = Progress(plan, record, clock())
    assert progress.states["waiting"] == 1
    progress.started(task(0, known_epochs=2), clock())
    assert [r.epoch for r in progress.running[0].reports] == [1, 2]
    assert progress.states == {
        "complete": 0,
        "pruned": 0,
        "failed": 0,
        "running": 1,
        "waiting": 0,
    }


def test_an_ending_gives_the_folder_of_a_trial_that_was_seen_to_start(
    progress, trial, task, clock
):
    progress.started(task(3), clock())
    assert progress.ended(trial(3, "complete", 0.5)) == "studies/age/trials/00003"
    assert progress.ended(trial(4, "complete", 0.5)) is None


def test_what_varies_is_watched_where_the_plan_does_not_say(plan, task, clock):
    progress = Progress(replace(plan, varying=()), StudyRecord("age", "f1"), clock())
    progress.started(task(0), clock())
    assert progress.varying == ()
    progress.started(task(1, lr=0.003), clock())
    assert progress.varying == ("lr",)


def test_sums_of_resting_trials_follow_what_is_added_and_taken(trial):
    resting = Resting([trial(0, "complete", 0.8, 0.7), trial(1, "complete", 0.6)])
    resting.add(trial(1, "pruned", 0.6, 0.5, 0.4))
    assert (resting.done, resting.trial_seconds, resting.epochs) == (2, 25, 5)
    assert resting.take(0).number == 0
    assert resting.take(0) is None
    assert (resting.done, resting.trial_seconds, resting.epoch_seconds) == (1, 30, 30)
    assert resting.best is None
    assert len(resting) == 1
