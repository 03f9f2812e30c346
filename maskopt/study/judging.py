"""Notes a report's score and has the pruner judge the trial."""

from __future__ import annotations

import copy
import math
import warnings

import optuna

from maskopt.records import EpochReport, Verdict

_RUNG = "completed_rung_"


def judge(study: optuna.Study, trial: optuna.Trial, report: EpochReport, epochs: int) -> Verdict:
    """Note a score and answer whether the trial goes on.

    A trial that has done all its epochs is not pruned at the last; one whose score is no number
    stops.
    """
    storage, trial_id = trial.storage, trial._trial_id
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
