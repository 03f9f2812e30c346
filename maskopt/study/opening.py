"""Makes or finds a study in its storage, for the one driver that sweeps it."""

from __future__ import annotations

import warnings
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import optuna
from optuna.exceptions import ExperimentalWarning
from optuna.pruners import BasePruner, NopPruner
from optuna.samplers import RandomSampler
from optuna.storages import BaseStorage

from maskopt.errors import StudyError
from maskopt.records import derive_seed
from maskopt.spec.model import StudySpec
from maskopt.study.building import build_pruner
from maskopt.study.directions import directions, objective_attributes
from maskopt.study.driver import Driver
from maskopt.study.mirror import MirrorStorage
from maskopt.study.storage import close_storage, open_storage, show_url, storage_errors

CONTENT = "content"

optuna.logging.set_verbosity(optuna.logging.ERROR)


@dataclass(frozen=True)
class Opened:
    """A study that this process holds.

    Attributes:
        held: Lets go of the study and its storage when it is closed.
    """

    study: optuna.Study
    storage: MirrorStorage
    storage_url: str
    driver: Driver
    held: ExitStack


def open_optuna(spec: StudySpec, storage_url: str, folder: Path) -> Opened:
    """Return a study of Optuna's with the catalog's pruner, and hold it.

    Raises:
        StudyError: The storage cannot be used, another process sweeps the study, or another
            program made it.
    """
    database = open_storage(storage_url, create=True)
    with storage_errors(storage_url), ExitStack() as undone:
        undone.callback(close_storage, database)
        study_id = _find_or_make(database, spec, storage_url)
        driver = Driver(spec.study, folder, database, study_id)
        undone.callback(driver.release)
        _describe(optuna.load_study(study_name=spec.study, storage=database), spec)
        storage = MirrorStorage(database, study_id)
        study = optuna.load_study(study_name=spec.study, storage=storage)
        # For points that another program or a dead driver left half drawn; see `strategy`.
        study.sampler = RandomSampler(
            derive_seed(spec.study, len(study.get_trials(deepcopy=False)))
        )
        pruner = build_pruner(spec)
        study.pruner = pruner if isinstance(pruner, BasePruner) else NopPruner()
        return Opened(study, storage, storage_url, driver, undone.pop_all())


def _find_or_make(storage: BaseStorage, spec: StudySpec, storage_url: str) -> int:
    name, wanted = spec.study, directions(spec.objectives)
    try:
        study_id = storage.get_study_id_from_name(name)
    except KeyError:
        return storage.create_new_study(wanted, name)
    same = storage.get_study_directions(study_id) == wanted
    if CONTENT in storage.get_study_user_attrs(study_id):
        if same or storage.get_n_trials(study_id):
            return study_id
        # What never began is made anew, and directions cannot be changed.
        storage.delete_study(study_id)
        return storage.create_new_study(wanted, name)
    # A driver that was killed right after it made the study left it empty, and that is ours.
    if storage.get_n_trials(study_id) or not same:
        raise StudyError(
            f"study {name!r} in {show_url(storage_url)} was made by another program, and its "
            "trials are none of this search; use --study NAME"
        )
    return study_id


def _describe(study: optuna.Study, spec: StudySpec) -> None:
    # What never began is made anew: a sweep that refused its weights must leave no trace.
    if CONTENT in study.user_attrs and study._storage.get_n_trials(study._study_id):
        return
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=ExperimentalWarning)
        study.set_metric_names(list(spec.objectives))
    for key, value in objective_attributes(spec).items():
        study.set_user_attr(key, value)
    study.set_user_attr(CONTENT, dict(spec.content))
