"""All that decides, in memory: the object that simulations drive."""

import math

from maskopt.records import Start, TrialState, Verdict
from maskopt.search.halving import Halving
from maskopt.search.refereeing import ENOUGH, LOOSE_SHARE, Referee
from maskopt.space import FloatRange, SearchSpace
from maskopt.study.searchers import IndependentDraws, RungTpe
from maskopt.study.strategy import Strategy

SPACE = SearchSpace({"lr": FloatRange(0.0, 1.0), "decay": FloatRange(0.0, 1.0)})


def make(*, target=None, halving=True, referee=0.0, epochs=12):
    return Strategy(
        SPACE,
        IndependentDraws(1),
        epochs,
        target=target,
        halving=Halving(epochs) if halving else None,
        referee=Referee("age", referee, epochs) if referee else None,
    )


def run(strategy, score, to=12):
    """Run the next trial until it is paused, stopped or over; return its number and answer."""
    asked = strategy.ask()
    for epoch in range(asked.known_epochs + 1, to + 1):
        verdict = strategy.report(asked.number, epoch, score)
        if verdict is Verdict.PAUSE:
            strategy.pause(asked.number)
            return asked.number, verdict
    strategy.end(asked.number, TrialState.COMPLETE)
    strategy.review()
    return asked.number, verdict


def test_the_order_is_interrupted_then_points_then_promotable_then_new():
    strategy = make()
    for score in (0.9, 0.5, 0.4, 0.3, 0.2, 0.1, 0.1):
        run(strategy, score)
    strategy.enqueue([Start({"lr": 0.25}, "try_first")])
    asked = strategy.ask()
    assert (asked.number, asked.config["lr"]) == (7, 0.25)
    strategy.interrupt(7)
    strategy.enqueue([Start({"lr": 0.75}, "try_first")])
    assert strategy.ask() == asked
    for epoch in (1, 2):
        strategy.report(7, epoch, 0.15)
    strategy.pause(7)
    assert strategy.ask().config["lr"] == 0.75
    # Eight came to the rung: two places, and the second is trial 1's.
    promoted = strategy.ask()
    assert (promoted.number, promoted.known_epochs) == (1, 2)
    assert strategy.ask().number == 9


def test_a_target_counts_all_that_have_begun_but_failed_ones():
    strategy = make(target=3)
    run(strategy, 0.9)
    run(strategy, 0.5)
    asked = strategy.ask()
    assert (strategy.begun, strategy.ask(), strategy.finished()) == (3, None, False)
    strategy.end(asked.number, TrialState.FAILED)
    assert strategy.begun == 2
    run(strategy, 0.4)
    assert strategy.finished()


def test_at_the_target_who_may_be_promoted_still_goes_on():
    strategy = make(target=8)
    for score in (0.9, 0.5, 0.4, 0.3, 0.2, 0.1, 0.1, 0.1):
        run(strategy, score)
    assert not strategy.finished()
    # At 8 epochs it is second of two, and there is one place.
    assert run(strategy, 0.5) == (1, Verdict.PAUSE)
    assert strategy.trials[1].epoch == 8
    assert strategy.finished()
    assert strategy.ask() is None


def test_without_halving_nobody_pauses():
    strategy = make(halving=False)
    assert [run(strategy, score)[1] for score in (0.9, 0.1, 0.1)] == [Verdict.CONTINUE] * 3


def test_a_score_that_is_no_number_stops_and_counts_for_nothing():
    strategy = make()
    asked = strategy.ask()
    strategy.report(asked.number, 1, 0.5)
    assert strategy.report(asked.number, 2, math.nan) is Verdict.STOP
    assert strategy.trials[asked.number].seen.scores == {1: 0.5}


def test_what_does_not_fit_is_not_begun_and_stays():
    strategy = make()
    strategy.enqueue([Start({"lr": 0.25}, "try_first", reach=1), Start({"lr": 0.75}, "try_first")])
    seen = []

    def fits(config, known, until):
        seen.append((config["lr"], known, until))
        return config["lr"] == 0.75

    assert strategy.ask(fits).config["lr"] == 0.75
    # A point that passes the first rung is decided about at the second, if there is time for it.
    assert seen == [(0.25, 0, 8), (0.25, 0, 2), (0.75, 0, 2)]
    assert strategy.ask(fits) is None
    assert (strategy.begun, len(strategy.trials)) == (1, 1)
    assert strategy.ask().config["lr"] == 0.25


def test_a_probe_that_there_is_no_time_for_is_tried_as_any_other_point():
    strategy = make()
    strategy.enqueue([Start({"lr": 0.25}, "portfolio", reach=1)])
    asked = strategy.ask(lambda config, known, until: until <= 2)
    assert asked.config["lr"] == 0.25
    strategy.report(asked.number, 1, 0.1)
    other = strategy.ask()
    for epoch in (1, 2):
        strategy.report(other.number, epoch, 0.9)
    assert strategy.report(asked.number, 2, 0.1) is Verdict.PAUSE


def test_what_did_not_fit_is_looked_at_again_and_not_drawn_again_until_there_is_news():
    strategy = make()
    drawn = []

    def fits(config, known, until):
        drawn.append(config["lr"])
        return False

    for _ in range(3):
        assert strategy.ask(fits) is None
    assert len(set(drawn)) == 3
    assert drawn == drawn[:3] * 3
    assert strategy.ask().config["lr"] == drawn[0]


def test_an_interrupted_or_paused_trial_that_does_not_fit_lets_others_go_first():
    strategy = make()
    for score in (0.9, 0.5):
        run(strategy, score)
    asked = strategy.ask()
    strategy.report(asked.number, 1, 0.1)
    strategy.interrupt(asked.number)
    assert strategy.ask(lambda config, known, until: known == 0).number == 3
    assert strategy.ask(lambda config, known, until: (known, until) == (1, 2)).number == 2


def test_a_refereed_trial_is_finished_and_judged_no_more():
    strategy = make(referee=0.99)
    for _ in range(40):
        run(strategy, 0.9)
    numbers = [number for number, tracked in strategy.trials.items() if tracked.is_refereed]
    over = [n for n in numbers if strategy.trials[n].seen.state is TrialState.COMPLETE]
    assert len(numbers) > 10
    assert over == numbers


def test_a_referee_that_finds_winners_loosens_the_pruner_once():
    strategy = make(referee=0.99)
    halving = strategy._halving
    for _ in range(60):
        run(strategy, 0.9)  # all alike: whoever was to end would have been as good as the best
    refereed = [t for t in strategy.trials.values() if t.is_refereed]
    assert len(refereed) >= ENOUGH
    assert halving.share == LOOSE_SHARE
    assert "trials that were finished although the pruner would" in strategy.loosened


def test_with_a_target_who_cannot_go_on_any_more_is_named():
    strategy = make(target=4)
    for score in (0.9, 0.5, 0.4):
        run(strategy, score)
    # Three have begun and one is to come: one place, and it is taken.
    assert strategy.hopeless() == [1, 2]
    assert make().hopeless() == []
    strategy.end(2, TrialState.PRUNED)
    assert strategy.hopeless() == [1]
    assert strategy.by_least_hope() == [1]


def test_the_same_reports_get_the_same_points():
    def points():
        halving = Halving(12)
        strategy = Strategy(
            SPACE, RungTpe(3, halving.rungs, startup_trials=4), 12, halving=halving
        )
        for _ in range(12):
            asked = strategy.ask()
            score = 1 - (asked.config.number("lr") - 0.3) ** 2
            for epoch in (1, 2):
                strategy.report(asked.number, epoch, score)
            strategy.interrupt(asked.number)
            strategy.end(asked.number, TrialState.PRUNED)
        return [tracked.config for tracked in strategy.trials.values()]

    assert points() == points()


def test_a_slot_that_nothing_fits_brings_the_best_paused_trial_further():
    strategy = make(epochs=12)
    for score in (0.9, 0.5, 0.6):
        run(strategy, score)
    assert [strategy.trials[number].epoch for number in (0, 1, 2)] == [12, 2, 2]
    assert strategy.choose(only_one_epoch) is None
    asked = strategy.choose(only_one_epoch, fills=True)
    assert (asked.number, asked.promoted) == (2, 2)
    strategy.begin(2, asked)
    # It is not among the best, at the next rung either, and yet nobody stops it now.
    assert [strategy.report(2, epoch, 0.1) for epoch in (3, 4, 8, 9)] == [Verdict.CONTINUE] * 4
    assert strategy.choose(only_one_epoch, fills=True).number == 1
    assert strategy.choose(lambda config, known, until: False, fills=True) is None


def test_where_nothing_was_refused_no_paused_trial_is_brought_further():
    strategy = make(target=2)
    run(strategy, 0.9)
    run(strategy, 0.5)
    assert strategy.choose(only_one_epoch, fills=True) is None
    assert strategy.finished()
    more = make()
    run(more, 0.9)
    run(more, 0.5)
    assert more.choose(fills=True).number is None  # a new one fits


def only_one_epoch(config, known, until):
    return until == known + 1 and known > 0
