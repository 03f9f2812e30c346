"""Several objectives in one study: directions, values, and what of them Optuna's own parts see.

The storage knows all of them, so that the dashboard draws their front. Pruners, and what else of
Optuna's looks at the driver's mirror, see the first alone: they know no others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite, log, nan
from typing import Any

from optuna.study import StudyDirection
from optuna.trial import FrozenTrial

from maskopt.catalog.objectives import is_cost
from maskopt.records import EpochReport
from maskopt.spec.model import StudySpec

OBJECTIVE = "objective"
OBJECTIVES = "objectives"
LITTLE = -100.0
"""Less than minus the logarithm of any cost, and than any score."""


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


def worth_beside(report: EpochReport, objectives: Sequence[str]) -> tuple[float, ...]:
    """Return what a report is worth by all objectives but the first, more being better.

    Of a cost it is the logarithm, because costs of networks span orders of magnitude. What was
    not measured is worth little, and a number all the same: the searcher's model takes no other.
    """
    return tuple(_worth(name, report.scores.get(name, nan)) for name in objectives[1:])


def _worth(objective: str, value: float) -> float:
    if not isfinite(value):
        return LITTLE
    return -log(value) if is_cost(objective) and value > 0 else value


def first_only(trial: FrozenTrial) -> FrozenTrial:
    """Leave a trial the value by the first objective, as the mirror shows it."""
    if trial.values is not None:
        trial.values = trial.values[:1]
    return trial
