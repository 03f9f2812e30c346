"""Reads stored studies, whoever sweeps them just now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from optuna.storages import RDBStorage

from maskopt.errors import StudyError, did_you_mean
from maskopt.records import StudyRecord
from maskopt.study.directions import read_objectives
from maskopt.study.opening import CONTENT
from maskopt.study.repeats import with_repeats
from maskopt.study.storage import reading, show_url, storage_exists
from maskopt.study.trials import record_of


def read_study(storage_url: str, name: str) -> StudyRecord:
    """Return what a storage knows of a study.

    Raises:
        StudyError: The storage cannot be read, or holds no such study.
    """
    with reading(storage_url) as storage:
        ids = _study_ids(storage)
        if name not in ids:
            raise StudyError(_unknown(storage_url, name, list(ids)))
        return _read(storage, name, ids[name])


def list_studies(storage_url: str) -> list[StudyRecord]:
    """Return what a storage knows of each study that maskopt made, by name.

    Raises:
        StudyError: The storage cannot be read.
    """
    with reading(storage_url) as storage:
        return [_read(storage, name, id_) for name, id_ in sorted(_study_ids(storage).items())]


def stored_content(storage_url: str, name: str) -> Mapping[str, Any] | None:
    """Return the spec's content that a study was made with, or none if it has no trials yet.

    Raises:
        StudyError: The storage cannot be read.
    """
    if not storage_exists(storage_url):
        return None
    with reading(storage_url) as storage:
        study_id = _study_ids(storage).get(name)
        if study_id is None or storage.get_n_trials(study_id) == 0:
            return None
        content: Mapping[str, Any] = storage.get_study_user_attrs(study_id)[CONTENT]
        return content


def stored_contents(storage_url: str) -> dict[str, Mapping[str, Any]]:
    """Return the spec's content of each study that has trials, by name.

    Raises:
        StudyError: The storage cannot be read.
    """
    if not storage_exists(storage_url):
        return {}
    with reading(storage_url) as storage:
        return {
            name: storage.get_study_user_attrs(study_id)[CONTENT]
            for name, study_id in sorted(_study_ids(storage).items())
            if storage.get_n_trials(study_id)
        }


def _study_ids(storage: RDBStorage) -> dict[str, int]:
    kept = storage.get_all_studies()
    return {s.study_name: s._study_id for s in kept if CONTENT in s.user_attrs}


def _read(storage: RDBStorage, name: str, study_id: int) -> StudyRecord:
    attributes = storage.get_study_user_attrs(study_id)
    objectives = read_objectives(attributes)
    kept = storage.get_all_trials(study_id, deepcopy=False)
    kept.sort(key=lambda trial: trial.number)
    trials = with_repeats(map(record_of, kept), attributes)
    return StudyRecord(name, objectives[0], trials, objectives)


def _unknown(storage_url: str, name: str, known: list[str]) -> str:
    there = f"there are: {', '.join(sorted(known))}" if known else "there is none yet"
    near = did_you_mean(name, known)
    return f"no study {name!r} in {show_url(storage_url)}{near or '; ' + there}"
