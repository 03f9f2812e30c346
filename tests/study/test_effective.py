"""What really ran is kept once a trial, beside its reports."""

from dataclasses import replace

from maskopt.records import Ending
from maskopt.study.reading import read_study

RAN = {"optimizer": {"is": "AdamW", "groups": [{"lr": 0.001, "betas": [0.9, 0.999]}]}}


def test_what_really_ran_is_a_user_attribute_of_the_trial(sweeper, report):
    study = sweeper.open()
    number = study.ask().number
    study.report(number, replace(report(1), effective=RAN))
    study.report(number, report(2))
    study.close(number, Ending.ENDED)
    (trial,) = read_study(sweeper.url, "age").trials
    assert trial.effective == RAN
    (frozen,) = study._study.trials
    assert frozen.user_attrs["effective"] == RAN
    assert "effective" not in frozen.user_attrs["report:1"]


def test_a_trial_that_goes_on_keeps_it_or_tells_what_runs_now(sweeper, report):
    study = sweeper.open()
    number = study.ask().number
    study.report(number, replace(report(1), effective=RAN))
    study.close(number, Ending.LOST)
    sweeper.die(study)
    study = sweeper.open()
    assert study.ask().number == number
    assert study.trial_record(number).effective == RAN
    elsewhere = {**RAN, "device": {"threads": 8}}
    study.report(number, replace(report(2), effective=elsewhere))
    assert study.trial_record(number).effective == elsewhere


def test_trials_of_before_it_was_kept_have_none(sweeper):
    study = sweeper.open()
    number, _ = sweeper.run(study)
    assert study.trial_record(number).effective == {}
