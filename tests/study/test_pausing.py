import pytest

from maskopt.records import Ending, Start, TrialState, Verdict
from maskopt.space import Part

HALVING = Part("halving", {"eta": 4, "first_rung": 2})
COMPLETE, PRUNED = TrialState.COMPLETE, TrialState.PRUNED
RUNNING, WAITING = TrialState.RUNNING, TrialState.WAITING


@pytest.fixture
def open_study(sweeper, report):
    """Opens a study with rungs at 2 and 8 of 12 epochs."""

    def open_one(**changes):
        return sweeper.open(**({"pruner": HALVING, "epochs": 12, "trials": 8} | changes))

    return open_one


@pytest.fixture
def run(report):
    """Runs the next trial with one score all along until it is told to pause, or complete."""

    def run_one(study, score, to=12):
        asked = study.ask()
        for epoch in range(asked.known_epochs + 1, to + 1):
            if study.report(asked.number, report(epoch, score)) is Verdict.PAUSE:
                study.close(asked.number, Ending.STOPPED)
                return asked.number
        if to == 12:
            study.close(asked.number, Ending.ENDED)
        return asked.number

    return run_one


def optuna_trial(study, number):
    return study._study.get_trials(deepcopy=False)[number]


def test_a_paused_trial_stays_open_with_its_reports_and_is_no_interruption(open_study, run):
    study = open_study()
    run(study, 0.9)
    run(study, 0.5)
    trial = study.trial_record(1)
    assert (trial.state, trial.paused, trial.interruptions, trial.error) == (WAITING, 2, 0, None)
    assert [report.score for report in trial.reports] == [0.5, 0.5]
    assert optuna_trial(study, 1).user_attrs["paused"] == 2
    assert study.trial_record(0).paused is None


def test_a_promoted_trial_has_its_number_its_config_and_its_epochs(open_study, run):
    study = open_study()
    for score in (0.9, 0.5, 0.4, 0.3, 0.2, 0.1, 0.1, 0.1):
        run(study, score)
    assert not study.finished()
    config = study.trial_record(1).config
    asked = study.ask()
    assert (asked.number, asked.known_epochs, asked.config.values) == (1, 2, config)
    assert (study.trial_record(1).state, study.trial_record(1).paused) == (RUNNING, None)
    assert optuna_trial(study, 1).user_attrs["paused"] is None
    assert study.ask() is None


def test_a_promoted_trial_that_dies_goes_on_first_and_its_death_is_counted(
    open_study, run, sweeper
):
    study = open_study(trials=9)
    for score in (0.9, 0.5, 0.4, 0.3, 0.2, 0.1, 0.1, 0.1):
        run(study, score)
    assert study.ask().number == 1
    study.close(1, Ending.LOST, "the worker died")
    trial = study.trial_record(1)
    assert (trial.state, trial.paused, trial.interruptions) == (WAITING, None, 1)
    assert study.ask().number == 1
    sweeper.die(study)
    resumed = open_study(trials=9)
    assert resumed.trial_record(1).interruptions == 2
    assert (resumed.ask().number, resumed.ask().number) == (1, 8)


@pytest.mark.parametrize("closed", [True, False], ids=["closed", "told to pause only"])
def test_a_new_driver_knows_who_is_paused_and_promotes_it(
    open_study, run, sweeper, report, closed
):
    study = open_study(trials=9)
    for score in (0.9, 0.5, 0.4, 0.3, 0.2, 0.1, 0.1):
        run(study, score)
    asked = study.ask()
    for epoch in (1, 2):
        study.report(asked.number, report(epoch, 0.05))
    if closed:
        study.close(asked.number, Ending.STOPPED)
    sweeper.die(study)
    resumed = open_study(trials=9)
    trial = resumed.trial_record(7)
    assert (trial.state, trial.paused, trial.interruptions) == (WAITING, 2, 0)
    assert optuna_trial(resumed, 7).user_attrs["paused"] == 2
    assert (resumed.ask().number, resumed.ask().number) == (1, 8)


def test_at_the_end_paused_trials_are_told_pruned_with_all_reports(open_study, run):
    study = open_study(trials=3)
    for score in (0.9, 0.5, 0.4):
        run(study, score)
    assert study.finished()
    study.settle()
    assert [trial.state for trial in study.record().trials] == [COMPLETE, PRUNED, PRUNED]
    assert [report.epoch for report in study.trial_record(1).reports] == [1, 2]
    assert optuna_trial(study, 1).value == 0.5
    assert study.finished()


def test_who_is_given_up_is_pruned_and_not_promoted(open_study, run):
    study = open_study(trials=9)
    for score in (0.9, 0.5, 0.4, 0.3, 0.2, 0.1, 0.1):
        run(study, score)
    study.give_up([1])
    assert study.trial_record(1).state is PRUNED
    assert run(study, 0.1) == 7
    assert study.ask().number == 8


def test_a_trial_that_ended_by_itself_at_a_rung_is_complete(open_study, run, report):
    study = open_study()
    run(study, 0.9)
    asked = study.ask()
    for epoch in (1, 2):
        verdict = study.report(asked.number, report(epoch, 0.1))
    assert verdict is Verdict.PAUSE
    study.close(asked.number, Ending.ENDED)
    assert study.trial_record(asked.number).state is COMPLETE


def test_a_worker_that_dies_after_a_pause_changes_nothing(open_study, run, report):
    study = open_study()
    run(study, 0.9)
    asked = study.ask()
    for epoch in (1, 2):
        study.report(asked.number, report(epoch, 0.1))
    study.close(asked.number, Ending.LOST, "the worker died")
    trial = study.trial_record(asked.number)
    assert (trial.state, trial.paused, trial.interruptions) == (WAITING, 2, 0)


def test_sources_and_reach_are_kept_over_drivers(open_study, run, report, sweeper):
    study = open_study()
    study.enqueue([Start({"lr": 0.01}, "portfolio: resnet", reach=1)])
    study.enqueue([Start({"lr": 0.01}, "study age, trial 7")])
    run(study, 0.9, to=1)
    sweeper.die(study)
    resumed = open_study()
    resumed.enqueue([Start({"lr": 0.01}, "portfolio: resnet", reach=1)])
    trial = resumed.trial_record(0)
    assert (trial.source, trial.config["lr"]) == ("portfolio: resnet", 0.01)
    run(resumed, 0.1, to=1)
    resumed.report(0, report(2, 0.1))
    run(resumed, 0.95)
    assert resumed.report(0, report(3, 0.1)) is Verdict.CONTINUE
    assert resumed.trial_record(1).source is None


def test_what_there_is_no_time_for_leaves_no_trace(open_study):
    study = open_study(try_first=({"lr": 0.01},))
    assert study.ask(lambda config, known, until: False) is None
    assert (study.record().trials, len(sweeper_trials(study))) == ((), 0)
    assert study.ask(lambda config, known, until: until == 2).config["lr"] == 0.01


def sweeper_trials(study):
    return study._storage._storage.get_all_trials(study._study._study_id)


def test_refereed_trials_are_known_as_such_over_drivers(open_study, run, sweeper, report):
    study = open_study(trials=None, referee=0.9)
    for _ in range(12):
        run(study, 0.9)
    number = next(t.number for t in study.record().trials if t.is_refereed)
    assert study.trial_record(number).state is COMPLETE
    told = [trial.is_refereed for trial in study.record().trials]
    sweeper.die(study)
    resumed = open_study(trials=None, referee=0.9)
    assert [trial.is_refereed for trial in resumed.record().trials] == told
    assert [t.is_refereed for t in resumed.strategy.trials.values()] == told


def test_who_paused_where_there_is_no_rung_any_more_goes_on_first(open_study, run, sweeper):
    study = open_study()
    run(study, 0.9)
    run(study, 0.5)
    sweeper.die(study)
    resumed = open_study(pruner=Part("halving", {"eta": 4, "first_rung": 3}))
    assert (resumed.ask().number, resumed.ask().number) == (1, 2)


def test_who_goes_on_only_to_fill_a_slot_waits_as_interrupted_when_time_is_over(
    open_study, run, report
):
    with open_study(trials=9) as study:
        for score in (0.9, 0.5, 0.6):
            run(study, score)
        assert study.ask(one_more_epoch) is None
        asked = study.ask(one_more_epoch, fills=True)
        assert (asked.number, asked.known_epochs) == (2, 2)
        assert study.report(2, report(3, 0.1)) is Verdict.CONTINUE
        study.close(2, Ending.LOST)
        trial = study.trial_record(2)
        assert (trial.state, trial.paused, len(trial.reports)) == (WAITING, None, 3)
    with open_study(trials=9) as again:
        assert (again.ask().number, again.ask().number) == (2, 3)


def one_more_epoch(config, known, until):
    return known > 0 and until == known + 1
