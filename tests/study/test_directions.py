from math import log, nan

import optuna
import pytest
from optuna.study import StudyDirection

from maskopt.records import Ending, EpochReport, TrialState, Verdict
from maskopt.space import Part
from maskopt.study.directions import LITTLE, directions, worth_beside
from maskopt.study.reading import read_study

BY = ("macro_f1", "latency", "parameters")
PRUNERS = {
    "halving": {"eta": 2, "first_rung": 1},
    "successive_halving": {"eta": 2, "first_rung": 1},
    "hyperband": {"eta": 2, "first_rung": 1},
    "median": {"startup_trials": 1, "warmup_epochs": 1},
    "patient": {"patience": 0, "min_delta": 0.0},
    "wilcoxon": {"p_threshold": 0.1, "startup_epochs": 2},
    "none": {},
}


def report(epoch, score, latency, parameters=1e6):
    costs = {"latency": latency, "parameters": parameters}
    return EpochReport(epoch, score, 1.0, 1.0, 1.0, costs)


def run(study, *reports):
    asked = study.ask()
    for each in reports:
        verdict = study.report(asked.number, each)
        if verdict is not Verdict.CONTINUE:
            study.close(asked.number, Ending.STOPPED)
            return asked.number
    study.close(asked.number, Ending.ENDED)
    return asked.number


def stored(sweeper):
    storage = sweeper.other()
    study = optuna.load_study(study_name="age", storage=storage)
    return study, storage.get_study_system_attrs(study._study_id)


def test_more_of_a_score_and_less_of_a_cost_is_better():
    up, down = StudyDirection.MAXIMIZE, StudyDirection.MINIMIZE
    assert directions(("accuracy", "latency", "macro_f1", "parameters")) == [up, down, up, down]


def test_the_storage_knows_all_objectives_by_name(sweeper):
    study = sweeper.open(objectives=BY)
    run(study, report(1, 0.5, 0.3), report(2, 0.8, 0.5), report(3, 0.7, 0.4))
    seen, system = stored(sweeper)
    assert [each.name for each in seen.directions] == ["MAXIMIZE", "MINIMIZE", "MINIMIZE"]
    assert system["study:metric_names"] == list(BY)
    # The score of the best epoch, the median of what was measured again at each.
    assert seen.trials[0].values == [0.8, 0.4, 1e6]
    assert [trial.number for trial in seen.best_trials] == [0]


def test_a_record_knows_all_objectives_whoever_reads_it(sweeper):
    study = sweeper.open(objectives=BY)
    run(study, report(1, 0.5, 0.3))
    assert study.record().objectives == BY
    assert read_study(sweeper.url, "age") == study.record()
    assert [trial.number for trial in study.record().front] == [0]


def test_a_single_objective_is_kept_as_it_ever_was(sweeper):
    study = sweeper.open()
    run(study, report(1, 0.5, 0.3))
    seen, system = stored(sweeper)
    assert (seen.direction.name, seen.trials[0].values) == ("MAXIMIZE", [0.5])
    assert system["study:metric_names"] == ["macro_f1"]
    assert "objectives" not in seen.user_attrs


@pytest.mark.parametrize("name", PRUNERS)
def test_every_pruner_judges_by_the_first_objective_alone(sweeper_at, name):
    pruner = Part(name, PRUNERS[name])
    several = sweeper_at("several").open(objectives=BY, pruner=pruner, trials=8)
    one = sweeper_at("one").open(pruner=pruner, trials=8)
    answers = {}
    for study in (several, one):
        answers[study] = []
        for number in range(8):
            asked = study.ask()
            for epoch in range(asked.known_epochs + 1, 5):
                score = (7 - number) / 10 + epoch / 100
                verdict = study.report(asked.number, report(epoch, score, 9.0 - number))
                answers[study].append(verdict)
                if verdict is not Verdict.CONTINUE:
                    break
            stopped = verdict is not Verdict.CONTINUE
            study.close(asked.number, Ending.STOPPED if stopped else Ending.ENDED)
    assert answers[several] == answers[one]
    states = [[trial.state for trial in study.record().trials] for study in (several, one)]
    assert states[0] == states[1]


def test_a_pruned_trial_has_no_values_and_a_paused_one_is_settled(sweeper):
    halving = Part("halving", {"eta": 2, "first_rung": 1})
    study = sweeper.open(objectives=BY, pruner=halving)
    run(study, *(report(epoch, 0.8, 0.5) for epoch in (1, 2, 3, 4)))
    run(study, report(1, 0.1, 0.1))
    study.settle()
    assert [trial.state for trial in study.record().trials] == [
        TrialState.COMPLETE,
        TrialState.PRUNED,
    ]
    seen, _ = stored(sweeper)
    assert [trial.values for trial in seen.trials] == [[0.8, 0.5, 1e6], None]


def test_a_new_driver_shows_the_searcher_what_the_old_one_did(sweeper):
    study = sweeper.open(objectives=BY)
    run(study, report(1, 0.5, 0.3), report(2, 0.8, 0.5), report(3, 0.7, 0.4))
    shown = [tracked.seen.beside for tracked in study.strategy.trials.values()]
    assert shown == [(-log(0.5), -log(1e6))]
    sweeper.die(study)
    again = sweeper.open(objectives=BY)
    assert [tracked.seen.beside for tracked in again.strategy.trials.values()] == shown
    assert [trial.values for trial in again._study.get_trials(deepcopy=False)] == [[0.8]]


def test_an_empty_study_of_other_objectives_is_made_anew(sweeper):
    sweeper.open().shut()
    study = sweeper.open(objectives=BY)
    run(study, report(1, 0.5, 0.3))
    assert len(stored(sweeper)[0].directions) == 3


def test_what_was_not_measured_is_worth_little_to_the_searcher():
    told = EpochReport(1, 0.5, 1.0, 1.0, 1.0, {"latency": nan, "accuracy": 0.4})
    assert worth_beside(told, (*BY, "accuracy")) == (LITTLE, LITTLE, 0.4)


def test_tpe_looks_for_cheap_networks_beside_good_ones(sweeper):
    """Scores rise with `layers`, and so does the cost: all of 1 to 9 are the front."""
    tpe = Part("tpe", {"startup_trials": 8})
    drawn = {}
    for objectives in (("macro_f1",), ("macro_f1", "latency")):
        study = sweeper.open(study="-".join(objectives), objectives=objectives, searcher=tpe,
                             trials=60)  # fmt: skip
        for _ in range(60):
            asked = study.ask()
            layers = asked.config.number("layers")
            study.report(asked.number, report(1, layers / 10, layers / 1000))
            study.close(asked.number, Ending.ENDED)
        late = study.record().trials[30:]
        drawn[len(objectives)] = [int(trial.config["layers"]) for trial in late]
    assert sum(layers >= 8 for layers in drawn[1]) > 20
    assert sum(layers <= 4 for layers in drawn[1]) < 5
    assert sum(layers <= 4 for layers in drawn[2]) > 7


def test_tpe_copes_with_a_trial_that_failed_without_a_report(sweeper):
    tpe = Part("tpe", {"startup_trials": 2})
    study = sweeper.open(objectives=BY, searcher=tpe, trials=9)
    failed = study.ask()
    study.close(failed.number, Ending.FAILED, "boom")
    for number in range(9):
        run(study, report(1, number / 10, 0.1))
    assert study.record().states["complete"] == 9
