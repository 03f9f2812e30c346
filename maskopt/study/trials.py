"""How a trial is kept in a storage, and read back as a TrialRecord.

A trial keeps each report twice: the score as Optuna's intermediate value at step = epoch, and the
whole report, with the answer it got, as the user attribute `report:<epoch>`. The attribute is
written last, so that a report without it was never answered and is judged when it comes again.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from optuna.trial import FrozenTrial
from optuna.trial import TrialState as OptunaState

from maskopt.records import Ending, EpochReport, TrialRecord, TrialState, Verdict
from maskopt.space import TrialConfig, Value

CONFIG = "config"
EFFECTIVE = "effective"
ERROR = "error"
INTERRUPTIONS = "interruptions"
LOST = "lost"
PAUSED = "paused"
PROMOTED = "promoted"
REACH = "reach"
REFEREED = "refereed"
REPORT = "report:"
SECONDS = "seconds"
SOURCE = "source"
START = "start"

STATES = {
    OptunaState.COMPLETE: TrialState.COMPLETE,
    OptunaState.PRUNED: TrialState.PRUNED,
    OptunaState.FAIL: TrialState.FAILED,
    OptunaState.RUNNING: TrialState.RUNNING,
    OptunaState.WAITING: TrialState.WAITING,
}


@dataclass(frozen=True)
class Fate:
    """What a trial's reports alone decide: the state it is told, and why if it failed."""

    state: OptunaState
    error: str | None = None


def fate(reports: Sequence[EpochReport], verdict: Verdict | None, epochs: int) -> Fate | None:
    """Return what a trial is to be told by its reports, or none while it can go on.

    Args:
        reports: All reports of the trial, in order.
        verdict: The answer to the last one.
        epochs: Epochs of a full trial.
    """
    if not reports:
        return None
    last = reports[-1]
    if not math.isfinite(last.score):
        return Fate(OptunaState.FAIL, f"epoch {last.epoch}: the score is {last.score}")
    if verdict is Verdict.STOP:
        return Fate(OptunaState.PRUNED)
    return Fate(OptunaState.COMPLETE) if last.epoch >= epochs else None


def decide(
    reports: Sequence[EpochReport],
    verdict: Verdict | None,
    epochs: int,
    ending: Ending,
    error: str | None,
) -> Fate | None:
    """Return what a trial is to be told at the end of its run, or none if it can go on."""
    if ending is Ending.FAILED and verdict is not Verdict.STOP:
        return Fate(OptunaState.FAIL, error or "the trial failed without a reason")
    decided = fate(reports, verdict, epochs)
    if decided is None and ending is Ending.ENDED:
        if not reports:
            return Fate(OptunaState.FAIL, "the trial ended without a report")
        return Fate(OptunaState.COMPLETE)
    return decided


def report_attribute(
    report: EpochReport, verdict: Verdict, *, is_refereed: bool = False
) -> dict[str, Any]:
    """Return what is kept of a report: plain JSON, with nan and infinity as text.

    Args:
        report: What the epoch gave.
        verdict: What was answered.
        is_refereed: Whether the trial goes on from here only because the referee chose it.
    """
    kept = {name: _plain(value) for name, value in report.to_dict().items()}
    return kept | {"verdict": verdict.value} | ({REFEREED: True} if is_refereed else {})


def read_reports(attributes: Mapping[str, Any]) -> tuple[tuple[EpochReport, ...], Verdict | None]:
    """Return a trial's reports in order, and the answer to the last one."""
    kept = [values for key, values in attributes.items() if key.startswith(REPORT)]
    kept.sort(key=lambda values: int(values["epoch"]))
    reports = tuple(_read_report(values) for values in kept)
    return reports, Verdict(kept[-1]["verdict"]) if kept else None


def paused_at(attributes: Mapping[str, Any]) -> int | None:
    """Return the epoch at which an open trial was told to pause, or none.

    A promotion is noted before the trial runs again, so that one which was on its way when its
    driver died is no more taken for paused.
    """
    reports, verdict = read_reports(attributes)
    if verdict is not Verdict.PAUSE or attributes.get(PROMOTED) == reports[-1].epoch:
        return None
    return reports[-1].epoch


def refereed_from(attributes: Mapping[str, Any]) -> int | None:
    """Return the epoch from which a trial goes on only because the referee chose it, or none."""
    kept = [values for key, values in attributes.items() if key.startswith(REPORT)]
    return next((int(values["epoch"]) for values in kept if values.get(REFEREED)), None)


def read_config(attributes: Mapping[str, Any]) -> TrialConfig | None:
    """Return a trial's config, or none where its driver died before it was drawn."""
    kept = attributes.get(CONFIG)
    if kept is None:
        return None
    return TrialConfig({path: _value(value) for path, value in kept.items()})


def require_config(attributes: Mapping[str, Any]) -> TrialConfig:
    """Return the config of a trial that has one."""
    config = read_config(attributes)
    if config is None:
        raise ValueError("a trial that runs has a config, got none")
    return config


def record_of(trial: FrozenTrial) -> TrialRecord:
    """Return what is known of a trial of Optuna's."""
    attributes = trial.user_attrs
    config = read_config(attributes)
    reports, _ = read_reports(attributes)
    state = STATES[trial.state]
    lost = attributes.get(LOST) if state is TrialState.WAITING else None
    return TrialRecord(
        number=trial.number,
        state=state,
        config=config.values if config else {},
        reports=reports,
        seconds=float(attributes.get(SECONDS, sum(report.seconds for report in reports))),
        error=attributes.get(ERROR, lost),
        interruptions=sum(attributes.get(INTERRUPTIONS, {}).values()),
        paused=paused_at(attributes) if state is TrialState.WAITING else None,
        source=attributes.get(SOURCE),
        is_refereed=refereed_from(attributes) is not None,
        effective=attributes.get(EFFECTIVE, {}),
    )


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _plain(inner) for name, inner in value.items()}
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def _read_report(values: Mapping[str, Any]) -> EpochReport:
    return EpochReport(
        epoch=int(values["epoch"]),
        score=float(values["score"]),
        train_loss=float(values["train_loss"]),
        valid_loss=float(values["valid_loss"]),
        seconds=float(values["seconds"]),
        scores={name: float(score) for name, score in values["scores"].items()},
        spent=values.get("spent", {}),
        device=values.get("device", ""),
    )


def _value(value: Any) -> Value:
    return tuple(map(_value, value)) if isinstance(value, list) else value
