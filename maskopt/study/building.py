"""Builds what a spec names: the strategy of a search, with its searcher and pruner."""

from __future__ import annotations

from typing import Any

from optuna.pruners import BasePruner

from maskopt.catalog import Entry, load
from maskopt.catalog.searching import PRUNERS, SEARCHERS
from maskopt.records import derive_seed
from maskopt.search.halving import Halving
from maskopt.search.refereeing import Referee
from maskopt.space import Part
from maskopt.spec.model import StudySpec
from maskopt.study.proposing import Proposer
from maskopt.study.strategy import Strategy


def build_strategy(spec: StudySpec) -> Strategy:
    """Return a spec's strategy with nothing tried yet."""
    pruner = build_pruner(spec)
    halving = pruner if isinstance(pruner, Halving) else None
    entry = SEARCHERS[spec.searcher.name]
    proposer: Proposer = load(entry.builder)(
        derive_seed(f"{spec.study}/searcher", 0),
        halving.rungs if halving else (),
        spec.budget.epochs,
        **_parameters(entry, spec.searcher),
    )
    epochs = spec.budget.epochs
    return Strategy(
        spec.space,
        proposer,
        epochs,
        target=spec.budget.trials,
        halving=halving,
        referee=Referee(spec.study, spec.referee, epochs) if halving and spec.referee else None,
    )


def build_pruner(spec: StudySpec) -> BasePruner | Halving:
    """Return what a spec names as its pruner."""
    entry = PRUNERS[spec.pruner.name]
    built: BasePruner | Halving = load(entry.builder)(
        spec.budget.epochs, **_parameters(entry, spec.pruner)
    )
    return built


def _parameters(entry: Entry, part: Part) -> dict[str, Any]:
    known = entry.parameters.items()
    return {name: part.parameters.get(name, parameter.default) for name, parameter in known}
