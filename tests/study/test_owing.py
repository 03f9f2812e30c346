"""What probes train yet before they are judged."""

from maskopt.records import Start, Verdict
from maskopt.search.halving import Halving
from maskopt.space import FloatRange, SearchSpace
from maskopt.study.searchers import IndependentDraws
from maskopt.study.strategy import Strategy

SPACE = SearchSpace({"lr": FloatRange(0.0, 1.0), "decay": FloatRange(0.0, 1.0)})


def owed(strategy):
    return [(each.config["lr"], each.epochs, each.number) for each in strategy.owed()]


def test_probes_owe_the_epochs_until_they_are_judged():
    """Rungs at 2 and 8 of 12: the second rung is 8 epochs away, and beyond it is the end."""
    strategy = Strategy(SPACE, IndependentDraws(1), 12, halving=Halving(12))
    points = [{"lr": lr, "decay": 0.5} for lr in (0.1, 0.2, 0.3)]
    strategy.enqueue([Start(points[0], "probe: a", 1), Start(points[1], "probe: b", 2)])
    strategy.enqueue([Start(points[2], "portfolio: c")])
    assert owed(strategy) == [(0.1, 8, None), (0.2, 12, None)]
    for _ in range(3):
        strategy.ask()
    for epoch in (1, 2, 3):
        strategy.report(0, epoch, 0.1)
    assert owed(strategy) == [(0.1, 5, 0), (0.2, 12, 1)]
    for epoch in range(4, 9):
        verdict = strategy.report(0, epoch, 0.1)
    assert verdict is Verdict.CONTINUE  # the only one there: nothing is owed, and it goes on
    assert owed(strategy) == [(0.2, 12, 1)]
