"""What fits before a deadline, and how long a sweep will take."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from pathlib import Path
from statistics import fmean, median
from typing import Any

from maskopt.cluster.devices import DevicePlan
from maskopt.errors import SpecError, plural
from maskopt.records import StudyRecord
from maskopt.space import Choice, Fixed, TrialConfig
from maskopt.spec import StudySpec

PROBE = "maskopt.vision.probe"
PROBE_SECONDS = 120
MOST_PROBED = 4
"""Backbones that are timed; a space with more is judged by these."""


def seconds_until(deadline: str, now: datetime) -> float:
    """Return the seconds from now until the next time a clock shows `deadline`.

    Args:
        deadline: `18:30`; a time that has passed today means tomorrow.
        now: Local time.

    Raises:
        SpecError: It is no time of day.

    Example:
        >>> seconds_until("18:30", datetime(2026, 1, 1, 18, 0))
        1800.0
        >>> seconds_until("06:00", datetime(2026, 1, 1, 18, 0))
        43200.0
    """
    try:
        time = datetime.strptime(deadline, "%H:%M")
    except ValueError:
        raise SpecError(
            f"--deadline must be a time of day like 18:30, got {deadline!r}; "
            "for a span of time use --time 2h"
        ) from None
    end = now.replace(hour=time.hour, minute=time.minute, second=0, microsecond=0)
    if end <= now:
        end += timedelta(days=1)
    return (end - now).total_seconds()


@dataclass(frozen=True)
class Estimate:
    """How long a sweep will take.

    Attributes:
        seconds: If no trial ends early; the clock's limit where there is one and it is less.
        words: What it rests on.
    """

    seconds: float
    words: str


def estimate_sweep(
    spec: StudySpec, photos: int, devices: DevicePlan, studies: Path
) -> Estimate | None:
    """Return how long a sweep would take; none where its backbones cannot be timed.

    Speeds that sweeps have left are used; where there are none, some steps are timed, in a
    process of its own because this one must not import torch.

    Args:
        spec: What would be searched.
        photos: The number of photos, of training and validation.
        devices: How trials share them.
        studies: The folder of studies; speeds lie there.
    """
    names, sizes = _backbones(spec), _values(spec, "image_size")
    known = read_speeds(studies)
    speeds = [known.get(speed_key(name, size, devices)) for name in names for size in sizes]
    source = "from earlier sweeps"
    if None in speeds:
        speeds, source = _probe(spec, names, sizes, devices), "measured just now"
    found = [speed for speed in speeds if speed]
    if not found:
        return None
    trial = fmean(photos * spec.budget.epochs * spec.folds.use / speed for speed in found)
    each = f"a full trial takes {duration_words(trial)}"
    limit = spec.budget.seconds
    if spec.budget.trials is None:
        assert limit is not None
        fits = int(limit / trial) * devices.trials_at_once
        room = f"room for {plural(fits, 'full trial')}"
        return Estimate(limit, f"{duration_words(limit)}: {room}; {each} ({source})")
    total = ceil(spec.budget.trials / devices.trials_at_once) * trial
    seconds = min(total, limit or total)
    early = "" if spec.pruner.name == "none" else ", weak ones end early"
    words = f"{duration_words(seconds)} at most; {each}{early} ({source})"
    return Estimate(seconds, words)


def duration_words(seconds: float) -> str:
    """Return a rough time as a person says it.

    Example:
        >>> duration_words(42), duration_words(400), duration_words(9000)
        ('42 s', '7 min', '2.5 h')
    """
    if seconds < 100:
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / 60)} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"


def speed_key(backbone: str, image_size: int, devices: DevicePlan) -> str:
    """Return the name under which a speed is kept."""
    share = devices.gpus_per_trial or devices.threads
    return f"{backbone}, {image_size} px, {devices.words}, {share:g} each"


def read_speeds(studies: Path) -> dict[str, float]:
    """Return photos a second of an epoch, validation included, as earlier sweeps left them."""
    try:
        kept: dict[str, float] = json.loads((studies / "speeds.json").read_text())
    except (OSError, ValueError):
        return {}
    return kept


def learn_speeds(
    studies: Path, record: StudyRecord, spec: StudySpec, photos: int, devices: DevicePlan
) -> None:
    """Keep the speed of each backbone and image size that a study has trained."""
    seconds: dict[str, list[float]] = defaultdict(list)
    for trial in record.trials:
        config = TrialConfig(trial.config)
        if trial.reports:
            key = speed_key(str(config["backbone"]), int(config.number("image_size")), devices)
            seconds[key] += [report.seconds for report in trial.reports]
    learnt = {k: photos * spec.folds.use / median(v) for k, v in seconds.items() if median(v) > 0}
    beside = studies / "speeds.json.tmp"
    beside.write_text(json.dumps({**read_speeds(studies), **learnt}, indent=2) + "\n")
    beside.replace(studies / "speeds.json")


def _backbones(spec: StudySpec) -> dict[str, dict[str, Any]]:
    """Return the backbones to go by, with what each takes besides weights."""
    backbone = spec.space.domains["backbone"]
    assert isinstance(backbone, Choice)
    step = max(1, -(-len(backbone.options) // MOST_PROBED))
    return {str(each.name): _fixed(each.parameters) for each in backbone.options[::step]}


def _values(spec: StudySpec, name: str) -> list[int]:
    domain = spec.space.domains[name]
    match domain:
        case Fixed(value):
            return [int(str(value))]
        case Choice(options):
            return [int(str(option.name)) for option in options]
    return [int(domain.low), int(domain.high)]


def _fixed(parameters: Mapping[str, Any]) -> dict[str, Any]:
    kept = {k: d.value for k, d in parameters.items() if isinstance(d, Fixed) and k != "weights"}
    return {key: value for key, value in kept.items() if value is not None}


def _probe(
    spec: StudySpec, backbones: Mapping[str, Any], sizes: Sequence[int], devices: DevicePlan
) -> list[float | None]:
    """Time each backbone at the least image size; work grows with an image's pixels."""
    least, batch = min(sizes), _values(spec, "batch_size")[0]
    wanted = [
        {"name": name, "options": options, "image_size": least, "batch_size": batch}
        for name, options in backbones.items()
    ]
    payload = json.dumps({"wanted": wanted, "threads": devices.threads})
    command = [sys.executable, "-m", PROBE]
    # Trials that are given no GPU see none, so nor must this.
    hidden = {} if devices.gpus_per_trial else {"CUDA_VISIBLE_DEVICES": ""}
    try:
        done = subprocess.run(
            command,
            input=payload,
            capture_output=True,
            text=True,
            timeout=PROBE_SECONDS,
            env={**os.environ, **hidden},
        )
        speeds: list[float | None] = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError):
        return []
    return [speed and speed * (least / size) ** 2 for speed in speeds for size in sizes]
