"""Speeds that sweeps leave for the next ones: `speeds.json` beside the studies."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from statistics import median

from maskopt.cluster.devices import DevicePlan
from maskopt.data.atomic import replacing
from maskopt.errors import plural
from maskopt.plan.speeds import Key, key_of
from maskopt.records import ORIGIN, StudyRecord
from maskopt.space import TrialConfig
from maskopt.spec import StudySpec


def speed_key(key: Key, devices: DevicePlan) -> str:
    """Return the name under which a speed is kept."""
    share = devices.gpus_per_trial or devices.threads
    frozen = f", {plural(key.freeze_stages, 'stage')} frozen" if key.freeze_stages else ""
    return f"{key.backbone}, {key.image_size} px{frozen}, {devices.words}, {share:g} each"


def read_speeds(studies: Path) -> dict[str, float]:
    """Return photos a second of an epoch, validation included, as earlier sweeps left them."""
    try:
        kept = json.loads((studies / "speeds.json").read_text())
        return {str(key): float(speed) for key, speed in kept.items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}


def learn_speeds(
    studies: Path, record: StudyRecord, spec: StudySpec, photos: int, devices: DevicePlan
) -> None:
    """Keep the speed of whatever a study has trained.

    Epochs that were taken over from another trial may be of another machine.
    """
    seconds: dict[str, list[float]] = defaultdict(list)
    trials = studies / record.study / "trials"
    for trial in record.trials:
        if trial.reports and not (trials / f"{trial.number:05d}" / ORIGIN).exists():
            key = speed_key(key_of(TrialConfig(trial.config)), devices)
            seconds[key] += [report.seconds for report in trial.reports]
    learnt = {k: photos * spec.folds.use / median(v) for k, v in seconds.items() if median(v) > 0}
    with replacing(studies / "speeds.json") as beside:
        beside.write_text(json.dumps({**read_speeds(studies), **learnt}, indent=2) + "\n")
