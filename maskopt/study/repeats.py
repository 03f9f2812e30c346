"""A configuration's trainings with other seeds, as a storage keeps them.

They are no trials of Optuna's: they would count for the target and for the searcher. Attributes
of a trial that is over cannot be written, so that they are the study's: `repeat:<trial>:<seed>`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from typing import Any

import optuna

from maskopt.records import Repeat, TrialRecord

_REPEAT = "repeat:"


def keep_repeat(study: optuna.Study, number: int, repeat: Repeat) -> None:
    """Keep what a trial's configuration gave with another seed."""
    study.set_user_attr(f"{_REPEAT}{number}:{repeat.seed}", asdict(repeat))


def with_repeats(
    trials: Iterable[TrialRecord], attributes: Mapping[str, Any]
) -> tuple[TrialRecord, ...]:
    """Return trials with their repeats by seed, as a study's user attributes hold them."""
    kept: dict[int, list[Repeat]] = {}
    for key, values in attributes.items():
        if key.startswith(_REPEAT):
            number = int(key.removeprefix(_REPEAT).partition(":")[0])
            kept.setdefault(number, []).append(Repeat(**values))
    for repeats in kept.values():
        repeats.sort(key=lambda repeat: repeat.seed)
    return tuple(
        replace(trial, repeats=tuple(kept[trial.number])) if trial.number in kept else trial
        for trial in trials
    )
