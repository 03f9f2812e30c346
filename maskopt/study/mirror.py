"""A storage of Optuna's that reads from memory and writes through.

Right only while nobody else writes to the study's trials, which the driver's hold on the study
sees to. Searcher and pruner look at all trials several times a report; a database would read
every open one again each time.
"""

from __future__ import annotations

import copy
from collections.abc import Container, Sequence
from datetime import datetime
from typing import Any

from optuna.distributions import BaseDistribution
from optuna.storages import BaseStorage, RDBStorage
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState

from maskopt.study.directions import first_only, read_objectives


class MirrorStorage(BaseStorage):
    """One study of another storage, with its trials in memory.

    Of several objectives it shows the first alone: pruners know no others.

    Attributes:
        objectives: All of them, by name; empty where the study names none.
        costs: By a trial's id, its values by the other objectives, noted before it is told.
    """

    def __init__(self, storage: BaseStorage, study_id: int) -> None:
        """Read a study.

        Args:
            storage: Where everything is written to.
            study_id: The study, in that storage.
        """
        self._storage = storage
        # A database makes its trials anew at each call.
        is_fresh = isinstance(storage, RDBStorage)
        kept = map(first_only, storage.get_all_trials(study_id, deepcopy=not is_fresh))
        self._trials = sorted(kept, key=lambda trial: trial.number)
        self._by_id = {trial._trial_id: trial for trial in self._trials}
        self._directions = storage.get_study_directions(study_id)
        self.objectives = read_objectives(storage.get_study_user_attrs(study_id))
        self.costs: dict[int, Sequence[float]] = {}

    def refresh(self, trial_id: int) -> FrozenTrial:
        """Return a trial read again, because somebody else has changed it after all."""
        trial = self._by_id[trial_id]
        vars(trial).update(vars(copy.deepcopy(self._storage.get_trial(trial_id))))
        return first_only(trial)

    def get_all_trials(
        self,
        study_id: int,
        deepcopy: bool = True,
        states: Container[TrialState] | None = None,
    ) -> list[FrozenTrial]:
        """Return trials by number; without `deepcopy` they change as the study goes on."""
        found = [trial for trial in self._trials if states is None or trial.state in states]
        return copy.deepcopy(found) if deepcopy else found

    def get_trial(self, trial_id: int) -> FrozenTrial:
        """Return a trial, which changes as the study goes on."""
        return self._by_id[trial_id]

    def get_trial_id_from_study_id_trial_number(self, study_id: int, trial_number: int) -> int:
        """Return a trial's id."""
        if not 0 <= trial_number < len(self._trials):
            raise KeyError(trial_number)
        return self._trials[trial_number]._trial_id

    def create_new_trial(self, study_id: int, template_trial: FrozenTrial | None = None) -> int:
        """Make a trial and return its id."""
        trial_id = self._storage.create_new_trial(study_id, template_trial)
        trial = first_only(copy.deepcopy(self._storage.get_trial(trial_id)))
        if trial.number > len(self._trials):
            self._read_up_to(study_id, trial.number)
        self._trials.append(trial)
        self._by_id[trial_id] = trial
        return trial_id

    def _read_up_to(self, study_id: int, number: int) -> None:
        """Read the trials that another program enqueued: a trial's number is its place here."""
        for trial in self._storage.get_all_trials(study_id):
            if len(self._trials) <= trial.number < number:
                self._trials.append(first_only(trial))
                self._by_id[trial._trial_id] = trial

    def set_trial_param(
        self,
        trial_id: int,
        param_name: str,
        param_value_internal: float,
        distribution: BaseDistribution,
    ) -> None:
        """Note a parameter's value."""
        self._storage.set_trial_param(trial_id, param_name, param_value_internal, distribution)
        trial = self._by_id[trial_id]
        trial.distributions[param_name] = distribution
        trial.params[param_name] = distribution.to_external_repr(param_value_internal)

    def set_trial_state_values(
        self, trial_id: int, state: TrialState, values: Sequence[float] | None = None
    ) -> bool:
        """Note a state, and the first objective's value with it.

        The storage gets all values, or none: what Optuna tells of a pruned trial is one.
        """
        whole = [*(values or ()), *self.costs.pop(trial_id, ())]
        told = whole if len(whole) == len(self._directions) else None
        if not self._storage.set_trial_state_values(trial_id, state, told):
            return False
        trial = self._by_id[trial_id]
        trial.state = state
        if values is not None:
            trial.values = list(values[:1])
        if state is TrialState.RUNNING:
            trial.datetime_start = datetime.now()
        if state.is_finished():
            trial.datetime_complete = datetime.now()
        return True

    def set_trial_intermediate_value(
        self, trial_id: int, step: int, intermediate_value: float
    ) -> None:
        """Note a value at a step."""
        self._storage.set_trial_intermediate_value(trial_id, step, intermediate_value)
        self._by_id[trial_id].intermediate_values[step] = intermediate_value

    def set_trial_user_attr(self, trial_id: int, key: str, value: Any) -> None:
        """Note a user attribute."""
        self._storage.set_trial_user_attr(trial_id, key, value)
        self._by_id[trial_id].user_attrs[key] = value

    def set_trial_system_attr(self, trial_id: int, key: str, value: Any) -> None:
        """Note a system attribute."""
        self._storage.set_trial_system_attr(trial_id, key, value)
        self._by_id[trial_id].system_attrs[key] = value

    def get_study_directions(self, study_id: int) -> list[StudyDirection]:
        """Return whether more or less of the first objective is better."""
        return self._directions[:1]

    def create_new_study(
        self, directions: Sequence[StudyDirection], study_name: str | None = None
    ) -> int:
        """Raise: a mirror shows one study."""
        raise NotImplementedError

    def delete_study(self, study_id: int) -> None:
        """Raise: a mirror shows one study."""
        raise NotImplementedError

    def set_study_user_attr(self, study_id: int, key: str, value: Any) -> None:
        """Note a user attribute of the study."""
        self._storage.set_study_user_attr(study_id, key, value)

    def set_study_system_attr(self, study_id: int, key: str, value: Any) -> None:
        """Note a system attribute of the study."""
        self._storage.set_study_system_attr(study_id, key, value)

    def get_study_user_attrs(self, study_id: int) -> dict[str, Any]:
        """Return the study's user attributes, as they are now."""
        return self._storage.get_study_user_attrs(study_id)

    def get_study_system_attrs(self, study_id: int) -> dict[str, Any]:
        """Return the study's system attributes, as they are now."""
        return self._storage.get_study_system_attrs(study_id)

    def get_study_id_from_name(self, study_name: str) -> int:
        """Return a study's id."""
        return self._storage.get_study_id_from_name(study_name)

    def get_study_name_from_id(self, study_id: int) -> str:
        """Return a study's name."""
        return self._storage.get_study_name_from_id(study_id)

    def get_all_studies(self) -> list[Any]:
        """Return all studies of the storage."""
        return self._storage.get_all_studies()

    def remove_session(self) -> None:
        """Let go of the storage's connection."""
        self._storage.remove_session()
