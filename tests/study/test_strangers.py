"""Points that another program enqueues: what lies outside of the space fails, with a reason."""

import optuna
import pytest
from optuna.trial import create_trial

from maskopt.records import Ending, TrialState
from maskopt.space import Choice, Fixed, FloatRange, IntRange, Option, Part, SearchSpace
from maskopt.study.strangers import strange_values
from maskopt.study.study import MOST_FAILURES

SPACE = SearchSpace(
    {
        "backbone": Choice((Option("resnet18"),)),
        "loss": Choice((Option("plain"), Option("focal", {"gamma": FloatRange(0.5, 4.0)}))),
        "lr": FloatRange(0.001, 0.1, log=True),
        "layers": IntRange(1, 9, step=2),
        "size": Choice((Option(96), Option(128))),
        "ema": Choice((Option(None), Option(0.98))),
        "mean": Fixed((0.5, 0.5)),
        "clip": Fixed(5.0),
    }
)


@pytest.mark.parametrize(
    ("params", "strange"),
    [
        ({}, None),
        ({"lr": 0.1, "layers": 9, "size": 96, "ema": None, "loss": "plain"}, None),
        ({"loss": "focal", "loss.focal.gamma": 4}, None),
        ({"loss": "plain", "loss.focal.gamma": 1.0}, None),
        ({"backbone": "resnet18", "clip": 5, "mean": [0.5, 0.5]}, None),
        ({"backbone": "resnet50"}, "backbone 'resnet50' is"),
        ({"loss": "poly"}, "loss 'poly' is"),
        ({"lr": 5.0}, "lr 5.0 is"),
        ({"lr": "0.01"}, "lr '0.01' is"),
        ({"lr": float("nan")}, "lr nan is"),
        ({"lr": None}, "lr None is"),
        ({"layers": 2}, "layers 2 is"),
        ({"layers": True}, "layers True is"),
        ({"size": 112}, "size 112 is"),
        ({"clip": 1.0}, "clip 1.0 is"),
        ({"learning_rate": 0.01}, "learning_rate 0.01 is"),
        (
            {"loss.focal.gamma": 9.0, "lr": 0.01, "size": 64},
            "loss.focal.gamma 9.0 and size 64 are",
        ),
    ],
)
def test_what_of_a_point_lies_outside_of_a_space(params, strange):
    enqueued = create_trial(
        state=optuna.trial.TrialState.WAITING, system_attrs={"fixed_params": params}
    )
    told = strange and f"enqueued by another program: {strange} not in the space"
    assert strange_values(enqueued, SPACE) == told


def test_a_point_that_is_not_of_the_space_fails_and_the_next_one_is_chosen(sweeper, report):
    study = sweeper.open(trials=2)
    other = optuna.load_study(study_name="age", storage=sweeper.other())
    for params in ({"loss": "poly"}, {"lr": 5.0}, {"lr": 0.01, "loss": "focal", "layers": 3}):
        other.enqueue_trial(params)
    study.shut()
    study = sweeper.open(trials=2)
    asked = study.ask()
    assert (asked.number, asked.config["lr"], asked.config["layers"]) == (2, 0.01, 3)
    failed = [(t.state, t.error, dict(t.config)) for t in study.record().trials[:2]]
    why = "enqueued by another program: {} is not in the space"
    assert failed == [
        (TrialState.FAILED, why.format("loss 'poly'"), {}),
        (TrialState.FAILED, why.format("lr 5.0"), {}),
    ]
    study.report(asked.number, report(1))
    study.close(asked.number, Ending.ENDED)
    sweeper.run(study)  # what failed does not count for the target
    assert (study.ask(), study.finished()) == (None, True)
    assert [trial.state for trial in study.record().trials[2:]] == [TrialState.COMPLETE] * 2


@pytest.mark.parametrize("searcher", ["random", "tpe", "gp"])
def test_a_search_does_not_give_up_for_what_others_enqueue_amiss(sweeper, searcher):
    part = Part(searcher, {} if searcher == "random" else {"startup_trials": 2})
    study = sweeper.open(searcher=part, trials=6)
    sweeper.run(study)
    other = optuna.load_study(study_name="age", storage=sweeper.other())
    for _ in range(MOST_FAILURES):
        other.enqueue_trial({"layers": 10})
    study.shut()
    study = sweeper.open(searcher=part, trials=6)
    for _ in range(5):
        sweeper.run(study)
    assert (study.stop_reason, study.finished()) == (None, True)
    states = [trial.state for trial in study.record().trials]
    assert (states.count(TrialState.FAILED), states.count(TrialState.COMPLETE)) == (5, 6)
