import numpy as np
import pytest

from maskopt.records import TrialState
from maskopt.space import Choice, FloatRange, IntRange, Option, SearchSpace
from maskopt.study.directions import LITTLE
from maskopt.study.proposing import Seen
from maskopt.study.surrogate import EXPLORED, ProcessSearcher, gp
from maskopt.study.surrogate import _standardised as standardised

SPACE = SearchSpace(
    {
        "lr": FloatRange(1e-4, 1e-1, log=True),
        "loss": Choice((Option("cross_entropy"), Option("focal", {"gamma": FloatRange(0.5, 4)}))),
        "layers": IntRange(1, 9),
    }
)


def worth(config):
    """Best at focal with gamma 3 and lr 1e-2."""
    if config["loss"] != "focal":
        return 0.1
    off = abs(config.number("loss.focal.gamma") - 3.0) / 4
    return 1.0 - off - 0.1 * abs(np.log10(config.number("lr")) + 2)


def search(trials, *, seed=0, epochs=4, state=TrialState.COMPLETE):
    searcher, seen = gp(seed, (2,), epochs, startup_trials=5), []
    for number in range(trials):
        found = searcher.propose(SPACE, seen, {}, number)
        value = worth(found.config)
        scores = {2: value - 0.2, epochs: value}
        seen.append(Seen(number, found.params, found.distributions, scores, state=state))
        yield found.config


def test_it_learns_which_option_and_which_of_its_values_are_good():
    late = list(search(40))[20:]
    gammas = [config["loss.focal.gamma"] for config in late if config["loss"] == "focal"]
    assert len(gammas) > 15
    assert sum(abs(gamma - 3.0) < 0.5 for gamma in gammas) > len(gammas) / 2


def test_the_same_past_and_draw_give_the_same_point():
    assert list(search(12)) == list(search(12))
    assert list(search(12)) != list(search(12, seed=1))


def test_what_is_proposed_is_stored_as_optuna_stores_it():
    searcher = gp(0, (2,), 4, startup_trials=1)
    seen = [
        Seen(number, found.params, found.distributions, {4: float(number)})
        for number in range(3)
        for found in [searcher.propose(SPACE, [], {"layers": number + 1}, number)]
    ]
    found = searcher.propose(SPACE, seen, {"loss": "focal"}, 9)
    assert found.config["loss"] == "focal"
    assert set(found.params) == {"lr", "loss", "loss.focal.gamma", "layers"}
    assert type(found.params["layers"]) is int
    assert set(found.distributions) == set(found.params)


def test_the_first_trials_are_drawn_without_a_model(monkeypatch):
    def never(*arguments):
        raise AssertionError

    monkeypatch.setattr(ProcessSearcher, "_best", never)
    assert len(list(search(5))) == 5
    with pytest.raises(AssertionError):
        list(search(6))


def seen_at(number, lr, score, state):
    found = gp(0, (2,), 4, startup_trials=9).propose(
        SPACE, [], {"lr": lr, "loss": "cross_entropy", "layers": 5}, number
    )
    scores = {} if score is None else {4: score}
    return Seen(number, found.params, found.distributions, scores, state=state)


def test_where_trials_fail_none_is_tried_again():
    searcher = gp(0, (2,), 4, startup_trials=1)
    good = [seen_at(n, 10 ** (-4 + n / 4), 0.5, TrialState.COMPLETE) for n in range(5)]
    failed = [seen_at(5 + n, 10 ** (-2 + n / 5), None, TrialState.FAILED) for n in range(6)]
    given = {"loss": "cross_entropy", "layers": 5}
    proposed = [
        searcher.propose(SPACE, [*good, *failed], given, draw).config.number("lr")
        for draw in range(8)
    ]
    assert max(proposed) < 0.02


def test_one_point_in_three_is_drawn_without_the_model():
    searcher = gp(0, (2,), 4, startup_trials=1)
    past = [
        seen_at(n, 10 ** (-4 + n / 2), 1 - abs(n - 3) / 3, TrialState.COMPLETE) for n in range(7)
    ]
    blind = gp(0, (2,), 4, startup_trials=99)
    alike = [
        searcher.propose(SPACE, past[:tried], {}, 9).config
        == blind.propose(SPACE, [], {}, 9).config
        for tried in range(2, 8)
    ]
    assert alike == [False, False, True, False, False, True]
    assert EXPLORED == 3


def test_a_running_trial_is_not_proposed_again():
    searcher = gp(0, (2,), 4, startup_trials=1)
    past = [
        seen_at(n, 10 ** (-4 + n / 2), 1 - abs(n - 3) / 3, TrialState.COMPLETE) for n in range(7)
    ]
    given = {"loss": "cross_entropy", "layers": 5}
    alone = searcher.propose(SPACE, past, given, 0)
    running = Seen(9, alone.params, alone.distributions)
    beside = searcher.propose(SPACE, [*past, running], given, 0)
    gap = np.log10(beside.config.number("lr") / alone.config.number("lr"))
    assert abs(gap) > 0.01


def test_how_bad_the_bad_half_is_is_cut_off():
    values = standardised([(0.0,), (0.5,), (1.0,), (-1e6,), (0.6,)], np.random.default_rng(0))
    assert values.min() == pytest.approx(values[3])
    assert values[1] - values[3] == pytest.approx(2 * (values[2] - values[1]))
    assert (values.mean(), values.std()) == (pytest.approx(0), pytest.approx(1))


def test_several_objectives_are_mixed_by_weights_drawn_anew():
    worths = [(0.9, 1.0), (0.1, 9.0), (0.5, 5.0), (0.2,)]
    best = {int(standardised(worths, np.random.default_rng(seed)).argmax()) for seed in range(40)}
    assert best == {0, 1, 2}
    assert standardised([(0.5, LITTLE), (0.4, 1.0)], np.random.default_rng(0)).std() > 0


def observed(searcher, trials):
    """What the process is shown of trials."""
    searcher._take_up(SPACE)
    return searcher._observe(trials, [], np.random.default_rng(0))


def test_the_last_epoch_counts_as_1_and_so_does_the_only_one():
    trial = seen_at(0, 1e-2, 0.5, TrialState.COMPLETE)
    trial.scores = {1: 0.1, 2: 0.2, 4: 0.5}
    assert observed(gp(0, (2,), 4, startup_trials=1), [trial]).times.tolist() == [0.5, 1.0]
    trial.scores = {1: 0.1}
    assert observed(gp(0, (), 1, startup_trials=1), [trial]).times.tolist() == [1.0]


def test_scores_whose_squares_are_no_numbers_are_no_harm():
    values = standardised([(1e300,), (-1e300,), (0.5,)], np.random.default_rng(0))
    assert np.isfinite(values).all()
    assert values.argmax() == 0


def test_an_option_that_only_another_program_knows_is_no_value():
    searcher = gp(0, (2,), 4, startup_trials=1)
    trial = seen_at(0, 1e-2, 0.5, TrialState.COMPLETE)
    trial.params = {**trial.params, "loss": "hinge"}
    row = observed(searcher, [trial]) and searcher._row(trial)
    assert np.isnan(row[1])
    past = [trial, seen_at(1, 1e-3, 0.4, TrialState.COMPLETE)]
    assert searcher.propose(SPACE, past, {}, 2).config["loss"] in ("cross_entropy", "focal")


def test_a_trial_that_gets_its_values_late_is_not_proposed_again():
    space = SearchSpace({"loss": Choice(tuple(Option(name) for name in "abc"))})
    searcher = gp(0, (2,), 4, startup_trials=1)
    points = [searcher.propose(space, [], {"loss": name}, 0) for name in "abc"]
    late = Seen(0, {}, {})
    past = [late]
    past += [Seen(n, points[n].params, points[n].distributions, {4: 0.1}) for n in (1, 2)]
    assert searcher.propose(space, past[:2], {}, 3).config["loss"] in "abc"
    assert searcher.propose(space, past, {}, 4).config["loss"] == "a"
    late.params, late.distributions = points[0].params, points[0].distributions
    late.add(4, 0.9)
    past += [Seen(n, points[1].params, points[1].distributions, {4: 0.1}) for n in (3, 4)]
    searcher.propose(space, past, {}, 5)
    assert len(searcher._taken) == 3
