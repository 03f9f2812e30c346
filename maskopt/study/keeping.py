"""Trials between a strategy and a storage: begun, taken up again, followed from what is kept."""

from __future__ import annotations

import json

import optuna
from optuna.storages import BaseStorage
from optuna.trial import FrozenTrial
from optuna.trial import TrialState as OptunaState

from maskopt.records import Start, TrialState
from maskopt.space import SearchSpace
from maskopt.study import trials
from maskopt.study.following import Next, Tracked
from maskopt.study.judging import note_beside
from maskopt.study.mirror import MirrorStorage
from maskopt.study.proposing import Proposal, Seen
from maskopt.study.recovery import reopen, tell
from maskopt.study.strangers import strange_values
from maskopt.study.strategy import Strategy
from maskopt.study.suggesting import suggest_with


def start_text(start: Start) -> str:
    """Return what tells a point to try from others, in a storage."""
    return json.dumps(dict(start.point), sort_keys=True)


def take_up(
    strategy: Strategy,
    study: optuna.Study,
    storage: MirrorStorage,
    chosen: Next,
    space: SearchSpace,
) -> FrozenTrial | None:
    """Have what was chosen run in the storage, and return it.

    None where another program enqueued it with values that are none of the space: it has failed.
    """
    if chosen.number is None:
        if chosen.proposal is None:
            raise ValueError("a new trial needs a point")
        study.add_trial(_new_trial(chosen.proposal, chosen.start))
        *known, new = study.get_trials(deepcopy=False)
        for trial in known[len(strategy.trials) :]:  # another program has enqueued it meanwhile
            follow(strategy, trial, storage)
        return new
    frozen = study.get_trials(deepcopy=False)[chosen.number]
    reopen(storage, frozen, chosen.promoted)
    if trials.read_config(frozen.user_attrs) is None:
        # Enqueued by somebody else, or half drawn when its driver died.
        if strange := strange_values(frozen, space):
            tell(study, storage, frozen, trials.Fate(OptunaState.FAIL, strange))
            strategy.end(frozen.number, TrialState.FAILED)
            return None
        config = space.draw(suggest_with(optuna.Trial(study, frozen._trial_id)))
        storage.set_trial_user_attr(frozen._trial_id, trials.CONFIG, dict(config.values))
    return frozen


def follow(strategy: Strategy, trial: FrozenTrial, storage: BaseStorage) -> None:
    """Tell a strategy all that is kept of a trial that does not run."""
    kept, number = trial.user_attrs, trial.number
    seen = Seen(number, trial.params, trial.distributions)
    strategy.track(Tracked(seen, trials.read_config(kept)), kept.get(trials.REACH, 0))
    refereed = trials.refereed_from(kept)
    for report in trials.read_reports(kept)[0]:
        strategy.note(number, report.epoch, report.score)
        note_beside(strategy, number, report, storage)
        if report.epoch == refereed:
            strategy.exempt(number, report.epoch)
    state = trials.STATES[trial.state]
    if state is not TrialState.WAITING:
        strategy.end(number, state)
    elif strategy.can_pause_at(trials.paused_at(kept)):
        strategy.pause(number)
    else:
        strategy.interrupt(number)


def _new_trial(point: Proposal, start: Start | None) -> FrozenTrial:
    kept: dict[str, object] = {trials.CONFIG: dict(point.config.values)}
    if start:
        kept |= {trials.START: start_text(start), trials.SOURCE: start.source}
        kept |= {trials.REACH: start.reach} if start.reach else {}
    return optuna.trial.create_trial(
        state=OptunaState.RUNNING,
        params=dict(point.params),
        distributions=dict(point.distributions),
        user_attrs=kept,
    )
