"""The tables of what decides in a search: searchers and pruners."""

from __future__ import annotations

from maskopt.catalog import Entry, Parameter

SEARCHERS = {
    "gp": Entry(
        "maskopt.study.surrogate:gp",
        {
            "startup_trials": Parameter(
                "whole", 5, 1, 10_000, help="random trials before the model speaks"
            )
        },
        "Gaussian process over points and epochs: what promises most after all epochs, and one "
        "point in three at random",
        "Jones et al., 1998; Swersky et al., Multi-Task Bayesian Optimization, 2013",
        when="first: up to some hundred trials that are paused and promoted",
    ),
    "tpe": Entry(
        "maskopt.study.searchers:tpe",
        {
            "startup_trials": Parameter(
                "whole", 10, 1, 10_000, help="random trials before the model speaks"
            )
        },
        "tree-structured Parzen estimator, multivariate and grouped",
        "Bergstra et al., 2011; Watanabe, 2023",
        when="hundreds of trials and more, or many conditional options",
    ),
    "random": Entry(
        "maskopt.study.searchers:random",
        help="independent draws",
        when="a baseline that nothing can mislead; very many trials at once",
    ),
}

_ETA = Parameter("whole", 4, 2, 100, help="one trial in eta survives a rung")
_FIRST_RUNG = Parameter(
    "whole",
    None,
    1,
    10_000,
    optional=True,
    help="epochs before the first judgement; by default a twenty-fifth of them, at least 2",
)
_STARTUP = Parameter("whole", 5, 0, 10_000, help="trials that must end before any is pruned")
_WARMUP = Parameter("whole", 1, 0, 10_000, help="epochs of a trial before it is judged")

PRUNERS = {
    "none": Entry(
        "maskopt.study.pruners:none",
        help="every trial runs to its end",
        when="few trials, or curves that cross late",
    ),
    "halving": Entry(
        "maskopt.study.pruners:halving",
        {"eta": _ETA, "first_rung": _FIRST_RUNG},
        "pauses what is not in its rung's top, and promotes what later gets there",
        "Li et al., A System for Massively Parallel Hyperparameter Tuning, 2020",
        when="first: most trials are stopped early, and none for good before the end",
    ),
    "median": Entry(
        "maskopt.study.pruners:median",
        {"startup_trials": _STARTUP, "warmup_epochs": _WARMUP},
        "ends a trial that is under the median of former ones at the same epoch",
        "Golovin et al., Google Vizier, 2017",
        when="few trials at once, each of which is to be left alone unless it is clearly worse",
    ),
    "successive_halving": Entry(
        "maskopt.study.pruners:successive_halving",
        {"eta": _ETA, "first_rung": _FIRST_RUNG},
        "asynchronous successive halving",
        "Li et al., A System for Massively Parallel Hyperparameter Tuning, 2020",
        when="no room on the disk for checkpoints of paused trials",
    ),
    "hyperband": Entry(
        "maskopt.study.pruners:hyperband",
        {"eta": _ETA, "first_rung": _FIRST_RUNG},
        "successive halving from several first rungs",
        "Li et al., Hyperband, 2018",
        when="nobody knows how early an epoch tells the end",
    ),
    "patient": Entry(
        "maskopt.study.pruners:patient",
        {
            "patience": Parameter("whole", 2, 0, 10_000, help="epochs without a better score"),
            "min_delta": Parameter("number", 0.0, 0.0, 1.0, help="what counts as better"),
        },
        "the median pruner, once a trial has stopped improving",
        when="curves that stand still for a while and rise again",
    ),
    "wilcoxon": Entry(
        "maskopt.study.pruners:wilcoxon",
        {
            "p_threshold": Parameter(
                "number", 0.1, 0.0, 1.0, help="chance of being no worse, under which a trial ends"
            ),
            "startup_epochs": Parameter(
                "whole", 2, 0, 10_000, help="epochs of a trial before it is judged"
            ),
        },
        "a signed-rank test against the best trial, epoch by epoch",
        "Wilcoxon, Individual Comparisons by Ranking Methods, 1945",
        when="scores are noisy and one epoch tells little",
    ),
}

DEFAULT_SEARCHER = "gp"
DEFAULT_PRUNER = "halving"
