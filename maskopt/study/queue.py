"""Which trial is next: interrupted ones, then points to try first, then what is proposed.

A trial that goes on, for whatever reason, is one that is open in the storage: it is taken up
again under its own number, with the values, reports and attributes it has.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import optuna
from optuna.storages import BaseStorage
from optuna.trial import FrozenTrial
from optuna.trial import TrialState as OptunaState

from maskopt.space import SearchSpace, Value
from maskopt.study import trials
from maskopt.study.searchers import point_params


class Queue:
    """The order in which trials are given.

    Attributes:
        interrupted: Numbers of trials that wait to go on.
    """

    def __init__(self, study: optuna.Study, storage: BaseStorage, space: SearchSpace) -> None:
        self._study, self._storage, self._space = study, storage, space
        kept = study.get_trials(deepcopy=False, states=(OptunaState.WAITING,))
        self.interrupted = [trial.number for trial in kept if _was_started(trial)]
        self._enqueued = [trial.number for trial in kept if not _was_started(trial)]
        self._ids = {trial.number: trial._trial_id for trial in kept}
        self._points: list[Mapping[str, Value]] = []

    def add_points(self, points: Sequence[Mapping[str, Value]]) -> None:
        """Have points tried that no trial of the study has tried before."""
        kept = self._study.get_trials(deepcopy=False)
        tried = {trial.user_attrs.get(trials.START) for trial in kept}
        self._points += [point for point in points if _text(point) not in tried]

    def put_back(self, number: int, trial_id: int) -> None:
        """Have a trial that the storage knows as waiting go on later."""
        self.interrupted.append(number)
        self._ids[number] = trial_id

    def take_interrupted(self) -> optuna.Trial | None:
        """Return the earliest trial that waits to go on, opened again."""
        if not self.interrupted:
            return None
        self.interrupted.sort()
        return self._reopen(self.interrupted.pop(0))

    def take_new(self) -> optuna.Trial:
        """Return a trial that has not run yet."""
        if not self._enqueued and self._points:
            point = self._points.pop(0)
            params = point_params(self._space, point)
            self._study.enqueue_trial(params, user_attrs={trials.START: _text(point)})
            newest = self._study.get_trials(deepcopy=False)[-1]
            self._ids[newest.number] = newest._trial_id
            self._enqueued.append(newest.number)
        if self._enqueued:
            return self._reopen(self._enqueued.pop(0))
        trial_id = self._storage.create_new_trial(self._study._study_id)
        return optuna.Trial(self._study, trial_id)

    def _reopen(self, number: int) -> optuna.Trial:
        trial_id = self._ids.pop(number)
        self._storage.set_trial_state_values(trial_id, OptunaState.RUNNING)
        return optuna.Trial(self._study, trial_id)


def _was_started(trial: FrozenTrial) -> bool:
    return trials.INTERRUPTIONS in trial.user_attrs


def _text(point: Mapping[str, Value]) -> str:
    return json.dumps(point, sort_keys=True)
