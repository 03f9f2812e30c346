import pytest

from maskopt.errors import StudyError
from maskopt.records import Ending, TrialState, Verdict
from maskopt.space import Part


def test_an_interrupted_trial_goes_on_before_anything_new(sweeper, report):
    study = sweeper.open(try_first=({"layers": 1}, {"layers": 2}))
    asked = study.ask()
    study.report(asked.number, report(1))
    study.close(asked.number, Ending.LOST)
    assert study.trial_record(0).state is TrialState.WAITING
    again = study.ask()
    assert (again.number, again.known_epochs, again.config) == (0, 1, asked.config)
    assert study.ask().config["layers"] == 2


def test_a_dead_driver_s_trials_go_on_with_their_history(sweeper, report):
    study = sweeper.open(trials=3)
    configs = [study.ask().config for _ in range(3)]
    study.report(0, report(1, 0.3))
    study.report(0, report(2, 0.4))
    sweeper.die(study)
    resumed = sweeper.open(trials=3)
    assert resumed.record().states["waiting"] == 3
    asked = [resumed.ask() for _ in range(3)]
    assert [a.number for a in asked] == [0, 1, 2]
    assert [a.known_epochs for a in asked] == [2, 0, 0]
    assert [a.config for a in asked] == configs
    assert resumed.ask() is None
    resumed.report(0, report(3, 0.5))
    scores = [r.score for r in resumed.trial_record(0).reports]
    assert scores == [0.3, 0.4, 0.5]


def test_a_trial_that_had_done_all_epochs_is_complete_and_not_run_again(sweeper, report):
    study = sweeper.open(epochs=2)
    study.ask()
    for epoch in (1, 2):
        study.report(0, report(epoch, epoch / 4))
    sweeper.die(study)
    resumed = sweeper.open(epochs=2)
    trial = resumed.trial_record(0)
    assert (trial.state, trial.score, trial.interruptions) == (TrialState.COMPLETE, 0.5, 0)
    assert resumed.ask().number == 1


def test_a_trial_that_had_been_stopped_is_pruned_at_recovery(sweeper, report):
    study = sweeper.open()
    study._study.pruner.prune = lambda study, trial: True
    study.ask()
    assert study.report(0, report(1)) is Verdict.STOP
    sweeper.die(study)
    assert sweeper.open().trial_record(0).state is TrialState.PRUNED


def test_a_report_that_was_never_answered_is_judged_when_it_comes_again(sweeper, report):
    """The driver dies between the pruner's note of a rung and the answer."""
    halving = Part("successive_halving", {"eta": 2, "first_rung": 1})
    study = sweeper.open(pruner=halving)
    sweeper.run(study, scores=(0.9, 0.9, 0.9, 0.9))
    number = study.ask().number
    study._storage.set_trial_intermediate_value(study._runs[number].trial_id, 1, 0.1)
    assert study._study.pruner.prune(study._study, study._study.get_trials()[number])
    sweeper.die(study)
    resumed = sweeper.open(pruner=halving)
    assert resumed.ask().known_epochs == 0
    assert resumed.report(number, report(1, 0.1)) is Verdict.STOP


def test_a_trial_without_parameters_recovers_too(sweeper):
    study = sweeper.open()
    study._study.ask()
    sweeper.die(study)
    asked = sweeper.open().ask()
    assert asked.number == 0
    assert set(asked.config.values) >= {"lr", "loss", "layers"}


def test_half_drawn_parameters_are_kept(sweeper):
    study = sweeper.open()
    lr = study._study.ask().suggest_float("lr", 1e-4, 1e-1, log=True)
    sweeper.die(study)
    assert sweeper.open().ask().config["lr"] == lr


def test_a_trial_that_kills_its_worker_three_times_fails(sweeper):
    study = sweeper.open()
    for _ in range(3):
        asked = study.ask()
        assert asked.number == 0
        study.close(0, Ending.LOST, "the worker died (killed, or crashed)\n\nlong")
    trial = study.trial_record(0)
    assert (trial.state, trial.interruptions) == (TrialState.FAILED, 3)
    first = "its worker died 3 times; the last: the worker died (killed, or crashed)"
    assert trial.error.splitlines()[0] == first
    assert study.ask().number == 1


def test_interruptions_of_the_sweep_never_fail_a_trial(sweeper):
    study = sweeper.open()
    for _ in range(12):
        study.close(study.ask().number, Ending.LOST)
    trial = study.trial_record(0)
    assert (trial.state, trial.interruptions) == (TrialState.WAITING, 12)


def test_a_trial_under_which_ten_drivers_died_fails(sweeper):
    for _ in range(10):
        study = sweeper.open()
        assert study.ask().number == 0
        sweeper.die(study)
    trial = sweeper.open().trial_record(0)
    assert trial.state is TrialState.FAILED
    assert trial.error == "its driver died 10 times; the last: the sweep was killed"


def test_shutting_a_study_puts_open_trials_back(sweeper):
    study = sweeper.open()
    study.ask()
    study.shut()
    sweeper.studies.remove(study)
    assert sweeper.open().trial_record(0).state is TrialState.WAITING


def test_at_the_end_of_time_open_trials_with_a_report_are_pruned(sweeper, report):
    study = sweeper.open()
    for number in range(3):
        study.ask()
        study.report(number, report(1)) if number < 2 else None
    study.close(0, Ending.LOST)
    study.settle()
    states = [trial.state for trial in study.record().trials]
    assert states == [TrialState.PRUNED, TrialState.PRUNED, TrialState.WAITING]
    assert study.ask().number == 2


def test_seconds_add_up_over_runs(sweeper, report, monkeypatch):
    from maskopt.study import study as module

    clock = iter([10.0, 15.0, 100.0, 107.5])
    monkeypatch.setattr(module.time, "monotonic", lambda: next(clock))
    study = sweeper.open()
    study.ask()
    study.close(0, Ending.LOST)
    study.ask()
    study.report(0, report(1))
    study.close(0, Ending.ENDED)
    assert study.trial_record(0).seconds == 12.5


def test_a_resumed_driver_draws_something_else_than_the_dead_one(sweeper):
    study = sweeper.open()
    sweeper.run(study)
    first = study.trial_record(0).config
    sweeper.die(study)
    resumed = sweeper.open()
    sweeper.run(resumed)
    assert resumed.trial_record(1).config["lr"] != first["lr"]


def test_the_same_sweep_from_the_start_draws_the_same(sweeper_at):
    drawn = []
    for place in ("one", "two"):
        sweeper = sweeper_at(place)
        study = sweeper.open(searcher=Part("tpe", {"startup_trials": 2}))
        numbers = [sweeper.run(study)[0] for _ in range(5)]
        drawn.append([study.trial_record(number).config for number in numbers])
    assert drawn[0] == drawn[1]


def test_a_raised_target_goes_on(sweeper):
    study = sweeper.open(trials=1)
    sweeper.run(study)
    assert study.finished()
    sweeper.die(study)
    resumed = sweeper.open(trials=2)
    assert not resumed.finished()
    sweeper.run(resumed)
    assert resumed.finished()


def test_a_study_is_swept_by_one_driver_at_a_time(sweeper):
    sweeper.open()
    with pytest.raises(StudyError) as caught:
        sweeper.open()
    assert "study 'age' is being swept by process " in str(caught.value)


def test_a_waiting_trial_tells_why_its_worker_died_and_a_finished_one_does_not(sweeper, report):
    study = sweeper.open(epochs=2)
    study.ask()
    study.close(0, Ending.LOST, "the worker died\n\nActorDiedError")
    assert study.trial_record(0).error == "the worker died\n\nActorDiedError"
    study.ask()
    study.close(0, Ending.LOST)
    assert study.trial_record(0).error is None
    study.ask()
    study.report(0, report(1))
    study.report(0, report(2))
    study.close(0, Ending.ENDED)
    assert (study.trial_record(0).state, study.trial_record(0).error) == ("complete", None)
