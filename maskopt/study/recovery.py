"""Trials whose run ended before they did: put back to wait, or given up after too many times."""

from __future__ import annotations

from typing import Any, Literal

import optuna
from optuna.exceptions import UpdateFinishedTrialError
from optuna.storages import BaseStorage
from optuna.trial import FrozenTrial
from optuna.trial import TrialState as OptunaState

from maskopt.study import trials
from maskopt.study.mirror import MirrorStorage

Cause = Literal["worker", "driver", "sweep"]
"""What died, or `sweep` where a person interrupted it."""

MOST_LOST: dict[Cause, int] = {"worker": 3, "driver": 10}
"""Deaths after which a trial is taken for their reason."""


def recover(study: optuna.Study, storage: MirrorStorage, epochs: int) -> None:
    """Close or put back the trials that a dead driver left running.

    Only for the one driver that holds the study.
    """
    for trial in study.get_trials(deepcopy=False, states=(OptunaState.RUNNING,)):
        reports, verdict = trials.read_reports(trial.user_attrs)
        seconds = sum(report.seconds for report in reports)
        kept = float(trial.user_attrs.get(trials.SECONDS, 0.0))
        storage.set_trial_user_attr(trial._trial_id, trials.SECONDS, max(kept, seconds))
        decided = trials.fate(reports, verdict, epochs)
        if decided is None and trials.paused_at(trial.user_attrs) is not None:
            pause(storage, trial)
        elif decided is None:
            decided = interrupt(storage, trial, "driver", "the sweep was killed")
        if decided is not None:
            tell(study, storage, trial, decided)


def interrupt(
    storage: BaseStorage, trial: FrozenTrial, cause: Cause, reason: str
) -> trials.Fate | None:
    """Put a running trial back to wait, or return that it failed after too many deaths."""
    counts: dict[str, Any] = dict(trial.user_attrs.get(trials.INTERRUPTIONS, {}))
    counts[cause] = counts.get(cause, 0) + 1
    storage.set_trial_user_attr(trial._trial_id, trials.INTERRUPTIONS, counts)
    storage.set_trial_user_attr(trial._trial_id, trials.LOST, reason or None)
    most = MOST_LOST.get(cause)
    if most is not None and counts[cause] >= most:
        return trials.Fate(OptunaState.FAIL, f"its {cause} died {most} times; the last: {reason}")
    storage.set_trial_state_values(trial._trial_id, OptunaState.WAITING)
    return None


def pause(storage: BaseStorage, trial: FrozenTrial) -> None:
    """Have a running trial wait at the epoch it has; that is no interruption."""
    epoch = trials.paused_at(trial.user_attrs)
    storage.set_trial_user_attr(trial._trial_id, trials.PAUSED, epoch)
    storage.set_trial_state_values(trial._trial_id, OptunaState.WAITING)


def reopen(storage: BaseStorage, trial: FrozenTrial, promoted: int | None) -> None:
    """Have a waiting trial run again; a promotion is noted first, see `trials.paused_at`."""
    if promoted is not None:
        storage.set_trial_user_attr(trial._trial_id, trials.PROMOTED, promoted)
        storage.set_trial_user_attr(trial._trial_id, trials.PAUSED, None)
    storage.set_trial_state_values(trial._trial_id, OptunaState.RUNNING)


def give_up(storage: MirrorStorage, trial: FrozenTrial) -> None:
    """Tell a waiting trial PRUNED with all its reports, in one step, unless it is closed."""
    curve = trial.intermediate_values
    values = [curve[max(curve)]] if curve else None
    try:
        storage.set_trial_state_values(trial._trial_id, OptunaState.PRUNED, values)
    except UpdateFinishedTrialError:
        storage.refresh(trial._trial_id)


def tell(
    study: optuna.Study, storage: MirrorStorage, trial: FrozenTrial, decided: trials.Fate
) -> None:
    """Close a running trial; a complete one is worth its best score."""
    if decided.error is not None:
        storage.set_trial_user_attr(trial._trial_id, trials.ERROR, decided.error)
    if decided.state is OptunaState.COMPLETE:
        values = trials.record_of(trial).values(storage.objectives)
        assert values is not None  # a trial without a report is not complete
        storage.costs[trial._trial_id] = values[1:]
        study.tell(trial.number, values[0])
    else:
        study.tell(trial.number, state=decided.state)
