import math
from dataclasses import replace

import pytest

from maskopt.records import Ending, TrialState, Verdict


def states(study):
    return [trial.state for trial in study.record().trials]


def test_a_trial_that_ends_is_complete_and_worth_its_best_score(sweeper):
    study = sweeper.open()
    sweeper.run(study, scores=(0.1, 0.7, 0.3, 0.4))
    [trial] = study.record().trials
    assert (trial.state, trial.score, trial.best.epoch) == (TrialState.COMPLETE, 0.7, 2)
    assert study._study.best_value == 0.7


def test_every_report_is_kept_whole_and_as_the_dashboard_s_curve(sweeper, report):
    study = sweeper.open()
    sweeper.run(study)
    reports = tuple(report(epoch, epoch / 10) for epoch in (1, 2, 3, 4))
    assert study.trial_record(0).reports == reports
    curve = study._study.trials[0].intermediate_values
    assert curve == {1: 0.1, 2: 0.2, 3: 0.3, 4: 0.4}


def test_what_a_report_spent_is_kept_and_reports_without_it_are_still_read(sweeper, report):
    study = sweeper.open()
    number = study.ask().number
    told = replace(report(1), spent={"data": 0.5, "other": 1.5}, device="cpu")
    for each in (told, report(2)):
        study.report(number, each)
    assert study.trial_record(number).reports == (told, report(2))
    kept = study._study.trials[0].user_attrs
    assert {"spent", "device"} & set(kept["report:2"]) == set()


def test_a_pruned_trial_is_told_pruned_with_every_report(sweeper, monkeypatch):
    study = sweeper.open()
    monkeypatch.setattr(study._study.pruner, "prune", lambda study, trial: trial.last_step == 2)
    assert sweeper.run(study) == (0, Verdict.STOP)
    trial = study.trial_record(0)
    assert (trial.state, [r.epoch for r in trial.reports]) == (TrialState.PRUNED, [1, 2])


def test_a_trial_is_not_pruned_at_its_last_epoch(sweeper, monkeypatch):
    study = sweeper.open()
    monkeypatch.setattr(study._study.pruner, "prune", lambda study, trial: trial.last_step == 4)
    assert sweeper.run(study) == (0, Verdict.CONTINUE)
    assert states(study) == [TrialState.COMPLETE]


def test_a_trial_may_end_before_its_last_epoch_by_its_own_patience(sweeper):
    study = sweeper.open()
    sweeper.run(study, scores=(0.3, 0.2))
    assert states(study) == [TrialState.COMPLETE]


def test_an_exception_fails_the_trial_with_reason_and_traceback(sweeper, report):
    study = sweeper.open()
    number = study.ask().number
    study.report(number, report(1))
    study.close(number, Ending.FAILED, "RuntimeError: boom\n\nTraceback ...")
    trial = study.trial_record(number)
    assert (trial.state, len(trial.reports)) == (TrialState.FAILED, 1)
    assert trial.error == "RuntimeError: boom\n\nTraceback ..."


@pytest.mark.parametrize("score", [math.nan, math.inf, -math.inf], ids=str)
def test_a_score_that_is_no_number_stops_and_fails_the_trial(sweeper, score):
    study = sweeper.open()
    assert sweeper.run(study, scores=(0.1, score, 0.3)) == (0, Verdict.STOP)
    trial = study.trial_record(0)
    assert (trial.state, trial.error) == (TrialState.FAILED, f"epoch 2: the score is {score}")
    assert str(trial.reports[1].score) == str(score)


def test_a_trial_without_a_report_fails(sweeper):
    study = sweeper.open()
    assert sweeper.run(study, scores=()) == (0, Verdict.CONTINUE)
    trial = study.trial_record(0)
    assert (trial.state, trial.error) == (TrialState.FAILED, "the trial ended without a report")


def test_an_exception_after_a_stop_does_not_make_a_pruned_trial_failed(sweeper, report):
    study = sweeper.open()
    study._study.pruner.prune = lambda study, trial: True
    number = study.ask().number
    assert study.report(number, report(1)) is Verdict.STOP
    study.close(number, Ending.FAILED, "OSError: disk full")
    assert states(study) == [TrialState.PRUNED]


def test_a_known_report_changes_nothing_and_hears_the_same_answer(sweeper, report):
    study = sweeper.open()
    number = study.ask().number
    for epoch in (1, 2):
        study.report(number, report(epoch, 0.5))
    study._study.pruner.prune = lambda study, trial: True
    assert study.report(number, report(1, 0.9)) is Verdict.CONTINUE
    assert study.report(number, report(2, 0.9)) is Verdict.CONTINUE
    assert study.report(number, report(3, 0.9)) is Verdict.STOP
    assert study.report(number, report(3, 0.1)) is Verdict.STOP
    assert [r.score for r in study.trial_record(number).reports] == [0.5, 0.5, 0.9]


def test_the_target_is_reached_exactly_with_trials_side_by_side(sweeper, report):
    study = sweeper.open(trials=5)
    running, most = [], 0
    while not study.finished():
        while len(running) < 3 and (asked := study.ask()) is not None:
            running.append(asked.number)
        most = max(most, len(study.record().trials))
        number = running.pop(0)
        study.report(number, report(1))
        study.close(number, Ending.ENDED)
    assert running == []
    assert study.ask() is None
    assert (most, states(study)) == (5, [TrialState.COMPLETE] * 5)


def test_a_failed_trial_is_replaced(sweeper):
    study = sweeper.open(trials=2)
    study.close(study.ask().number, Ending.FAILED, "RuntimeError: boom")
    for _ in range(2):
        sweeper.run(study)
    assert study.finished()
    assert states(study) == [TrialState.FAILED, TrialState.COMPLETE, TrialState.COMPLETE]


def test_while_promised_trials_run_nothing_is_given_and_nothing_is_finished(sweeper):
    study = sweeper.open(trials=1)
    asked = study.ask()
    assert study.ask() is None
    assert not study.finished()
    study.close(asked.number, Ending.FAILED, "RuntimeError: boom")
    assert study.ask().number == 1


def test_five_failures_in_a_row_stop_the_sweep_and_say_why(sweeper):
    study = sweeper.open(trials=20)
    for count in (4, 5):
        sweeper.run(study)
        for _ in range(count):
            assert study.stop_reason is None
            study.close(study.ask().number, Ending.FAILED, "CudaError: no luck\n\nTraceback")
    assert study.stop_reason == "5 trials in a row failed; the last: CudaError: no luck"
    assert study.finished()
    assert study.ask() is None


def test_points_to_try_go_first_each_once_in_the_study_s_life(sweeper):
    points = ({"lr": 0.01, "loss": "focal"}, {"layers": 3, "loss.focal.gamma": 2.0})
    study = sweeper.open(try_first=points)
    first, second = study.ask(), study.ask()
    assert (first.config["lr"], first.config["loss"]) == (0.01, "focal")
    assert second.config["layers"] == 3
    study.shut()
    sweeper.studies.remove(study)
    again = sweeper.open(try_first=(*points, {"layers": 9}))
    assert [again.ask().number for _ in range(2)] == [0, 1]
    assert again.ask().config["layers"] == 9


def test_a_trial_that_somebody_closed_meanwhile_is_stopped_and_counted(sweeper, report):
    import optuna

    study = sweeper.open(trials=2)
    number = study.ask().number
    study.report(number, report(1))
    other = optuna.load_study(study_name="age", storage=sweeper.other())
    other.tell(number, state=optuna.trial.TrialState.FAIL)
    assert study.report(number, report(2)) is Verdict.STOP
    study.close(number, Ending.STOPPED)
    assert states(study) == [TrialState.FAILED]


def test_a_point_that_another_program_enqueues_meanwhile_is_tried(sweeper, report):
    import optuna

    study = sweeper.open(trials=3)
    first = study.ask().number
    other = optuna.load_study(study_name="age", storage=sweeper.other())
    other.enqueue_trial({"lr": 1e-2, "loss": "cross_entropy", "layers": 3})
    second = study.ask().number
    assert (first, second) == (0, 2)
    assert study.report(second, report(1)) is Verdict.CONTINUE
    assert study.trial_record(second).reports == (report(1),)
    enqueued = study.ask()
    assert (enqueued.number, enqueued.config["layers"]) == (1, 3)
    assert study.ask() is None
    assert [trial.number for trial in study.record().trials] == [0, 1, 2]


def test_the_config_is_kept_whole_and_typed(sweeper):
    from maskopt.space import Choice, Fixed, FloatRange, Option, SearchSpace

    space = SearchSpace(
        {
            "mean": Fixed((0.5, 0.5)),
            "view": Choice((Option((1, 2)), Option("whole"))),
            "flag": Choice((Option(True), Option(1))),
            "lr": FloatRange(0.1, 0.1),
        }
    )
    study = sweeper.open(space=space, try_first=({"view": (1, 2), "flag": True},))
    asked = study.ask()
    expected = {"mean": (0.5, 0.5), "view": (1, 2), "flag": True, "lr": 0.1}
    assert asked.config.values == expected
    assert asked.config["flag"] is True
    assert study.trial_record(0).config == expected
