"""Points drawn in a shadow: what a searcher is shown of the past."""

import pytest

from maskopt.records import TrialState
from maskopt.space import Choice, Fixed, FloatRange, Option, SearchSpace
from maskopt.study.proposing import Past, Seen
from maskopt.study.searchers import IndependentDraws, RungTpe
from maskopt.study.suggesting import distribution_of

LR = FloatRange(0.0, 1.0)
SPACE = SearchSpace(
    {
        "lr": LR,
        "loss": Choice((Option("cross_entropy"), Option("focal", {"gamma": FloatRange(0.5, 4)}))),
        "sizes": Choice((Option((96, 96)), Option("whole"))),
        "batch_size": Fixed(64),
    }
)
ONE = SearchSpace({"lr": LR})


def seen(number, scores=None, state=TrialState.WAITING, lr=0.5):
    return Seen(number, {"lr": lr}, {"lr": distribution_of(LR)}, scores or {}, state=state)


def shown(trials, *, rungs=(2, 8)):
    """Return by number what the model is shown of trials: a value, or none of a liar."""
    model = RungTpe(0, rungs, startup_trials=1)
    values = model._values(trials, 3)
    return {trial.number - 1: trial.value for trial in model._show(trials, values)}


def test_a_draw_depends_on_its_number_alone():
    first = IndependentDraws(5).propose(SPACE, (), {}, 3)
    assert IndependentDraws(5).propose(SPACE, (), {}, 3) == first
    assert IndependentDraws(5).propose(SPACE, (), {}, 4) != first
    assert IndependentDraws(6).propose(SPACE, (), {}, 3) != first


def test_given_values_stay_and_what_a_point_leaves_out_is_drawn():
    point = {"loss": "focal", "sizes": (96, 96), "unknown": 1}
    drawn = IndependentDraws(5).propose(SPACE, (), point, 0)
    assert (drawn.config["loss"], drawn.config["sizes"]) == ("focal", (96, 96))
    assert drawn.config["batch_size"] == 64
    assert set(drawn.config.values) == {"lr", "loss", "loss.focal.gamma", "sizes", "batch_size"}
    assert drawn.params["sizes"] == "[96, 96]"
    assert (
        set(drawn.params) == set(drawn.distributions) == set(drawn.config.values) - {"batch_size"}
    )


def test_a_point_that_gives_all_is_taken_without_asking_the_model(monkeypatch):
    from maskopt.study import proposing

    monkeypatch.setattr(proposing, "_ask", pytest.fail)
    drawn = IndependentDraws(5).propose(ONE, (), {"lr": 0.25}, 0)
    assert drawn.config.values == {"lr": 0.25}


def test_the_past_is_shown_as_it_is_now():
    past, trial = Past(), seen(4)
    assert past.show(trial, None).state.name == "RUNNING"
    shown = past.show(trial, 0.5)
    assert (shown.state.name, shown.value, shown.number) == ("COMPLETE", 0.5, 5)
    assert past.show(trial, None).values is None


def test_the_model_is_fitted_on_the_highest_rung_with_enough_trials():
    low = [seen(number, {2: number / 10}) for number in range(4)]
    high = [seen(number, {2: 0.5, 8: number / 10}) for number in range(4, 6)]
    assert shown(low + high) == {0: 0.0, 1: 0.1, 2: 0.2, 3: 0.3, 4: 0.5, 5: 0.5}
    high.append(seen(6, {2: 0.5, 8: 0.6}))
    # Those below are liars: they are shown without a value.
    assert shown(low + high) == {**dict.fromkeys(range(4)), 4: 0.4, 5: 0.5, 6: 0.6}


def test_who_ended_early_by_itself_counts_with_its_best_and_who_failed_with_the_worst():
    trials = [seen(number, {2: 0.5, 8: number / 10}) for number in (1, 2, 3)]
    trials.append(seen(4, {2: 0.7}, TrialState.COMPLETE))
    trials.append(seen(5, {2: 0.9}, TrialState.FAILED))
    trials.append(seen(6, {2: 0.9}, TrialState.PRUNED))
    trials.append(seen(7, {}, TrialState.RUNNING))
    assert shown(trials) == {1: 0.1, 2: 0.2, 3: 0.3, 4: 0.7, 5: 0.1, 6: None, 7: None}


def test_without_rungs_trials_are_compared_by_their_best():
    trials = [seen(0, {1: 0.2, 2: 0.4}), seen(1, {1: 0.3}), seen(2)]
    assert shown(trials, rungs=()) == {0: 0.4, 1: 0.3, 2: None}


def test_of_many_trials_the_best_and_a_fixed_part_of_the_others_are_shown():
    trials = [seen(number, {2: 1 - number / 1000}) for number in range(600)]
    trials += [seen(number, {}, TrialState.RUNNING) for number in range(600, 664)]
    first = shown(trials)
    assert set(range(25)) | set(range(600, 664)) <= set(first)
    assert len(first) == 250 + 64
    trials += [seen(number, {2: 0.0}) for number in range(664, 684)]
    assert len(set(first) - set(shown(trials))) < 20


def test_before_the_model_speaks_points_are_random():
    trials = [seen(number, {2: 0.5}) for number in range(3)]
    model = RungTpe(7, (2,), startup_trials=4)
    assert model.propose(ONE, trials, {}, 9) == IndependentDraws(7).propose(ONE, (), {}, 9)
    trials.append(seen(3, {2: 0.9}, lr=0.1))
    assert model.propose(ONE, trials, {}, 9) != IndependentDraws(7).propose(ONE, (), {}, 9)
