"""Keeps a report, and has it answered."""

from __future__ import annotations

import copy
import math
import warnings

import optuna
from optuna.storages import BaseStorage

from maskopt.records import EpochReport, Verdict
from maskopt.study import trials
from maskopt.study.directions import worth_beside
from maskopt.study.mirror import MirrorStorage
from maskopt.study.strategy import Strategy

_RUNG = "completed_rung_"


def answer(
    study: optuna.Study, strategy: Strategy, trial_id: int, number: int, report: EpochReport
) -> Verdict:
    """Keep a report whole, with the answer that the strategy or a pruner of Optuna's gives it."""
    storage = study._storage
    if report.effective:
        storage.set_trial_user_attr(trial_id, trials.EFFECTIVE, dict(report.effective))
    was_refereed = strategy.trials[number].is_refereed
    if strategy.judges:
        storage.set_trial_intermediate_value(trial_id, report.epoch, report.score)
        verdict = strategy.report(number, report.epoch, report.score)
    else:
        verdict = judge(study, trial_id, report, strategy.epochs)
        strategy.note(number, report.epoch, report.score)
    note_beside(strategy, number, report, storage)
    is_refereed = strategy.trials[number].is_refereed and not was_refereed
    kept = trials.report_attribute(report, verdict, is_refereed=is_refereed)
    storage.set_trial_user_attr(trial_id, f"{trials.REPORT}{report.epoch}", kept)
    return verdict


def note_beside(
    strategy: Strategy, number: int, report: EpochReport, storage: BaseStorage
) -> None:
    """Show the searcher what a trial is worth by other objectives, at its best epoch so far."""
    seen = strategy.trials[number].seen
    if isinstance(storage, MirrorStorage) and report.score == seen.best:
        seen.beside = worth_beside(report, storage.objectives)


def judge(study: optuna.Study, trial_id: int, report: EpochReport, epochs: int) -> Verdict:
    """Note a score and answer whether the trial goes on.

    A trial that has done all its epochs is not pruned at the last; one whose score is no number
    stops.
    """
    storage = study._storage
    storage.set_trial_intermediate_value(trial_id, report.epoch, report.score)
    if not math.isfinite(report.score):
        return Verdict.STOP
    if report.epoch >= epochs:
        return Verdict.CONTINUE
    frozen = copy.copy(storage.get_trial(trial_id))
    # A driver that died between the pruner's own note and our answer left the note: without it
    # the pruner judges the rung again instead of taking it for passed.
    frozen.system_attrs = {
        key: value
        for key, value in frozen.system_attrs.items()
        if not (key.startswith(_RUNG) and value == report.score)
    }
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*WilcoxonPruner")
        prunes = study.pruner.prune(study, frozen)
    return Verdict.STOP if prunes else Verdict.CONTINUE
