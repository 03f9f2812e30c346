"""Several objectives in one study: directions, values, and what of them Optuna's own parts see.

The storage knows all of them, so that the dashboard draws their front. Pruners, and what else of
Optuna's looks at the driver's mirror, see the first alone: they know no others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from optuna.study import StudyDirection
from optuna.trial import FrozenTrial

from maskopt.catalog.objectives import is_cost
from maskopt.spec.model import StudySpec

OBJECTIVE = "objective"
OBJECTIVES = "objectives"


def directions(objectives: Sequence[str]) -> list[StudyDirection]:
    """Return whether more or less of each objective is better."""
    return [
        StudyDirection.MINIMIZE if is_cost(name) else StudyDirection.MAXIMIZE
        for name in objectives
    ]


def objective_attributes(spec: StudySpec) -> dict[str, Any]:
    """Return the study's user attributes that name its objectives."""
    several = {OBJECTIVES: list(spec.objectives)} if len(spec.objectives) > 1 else {}
    return {OBJECTIVE: spec.objective, **several}


def read_objectives(attributes: Mapping[str, Any]) -> tuple[str, ...]:
    """Return a study's objectives, given its user attributes."""
    known = [attributes[OBJECTIVE]] if OBJECTIVE in attributes else []
    return tuple(attributes.get(OBJECTIVES, known))


def first_only(trial: FrozenTrial) -> FrozenTrial:
    """Leave a trial the value by the first objective, as the mirror shows it."""
    if trial.values is not None:
        trial.values = trial.values[:1]
    return trial
