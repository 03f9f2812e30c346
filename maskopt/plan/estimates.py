"""How long a sweep will take, and what fits into its time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from statistics import fmean

from maskopt.cluster.devices import DevicePlan
from maskopt.errors import plural
from maskopt.plan.clock import duration_words
from maskopt.plan.kept import read_speeds, speed_key
from maskopt.plan.probing import PROBE_SECONDS, keys_of, probe_speeds
from maskopt.plan.speeds import Key
from maskopt.spec import StudySpec

_LOOK = 1 / 3
"""Of the work that training on a photo is, to look at one that is judged: no backward pass."""

EARLIER, JUST_NOW = "from earlier sweeps", "measured just now"


@dataclass(frozen=True)
class Estimate:
    """How long a sweep will take.

    Attributes:
        seconds: If no trial ends early; the clock's limit where there is one and it is less.
        words: What it rests on.
    """

    seconds: float
    words: str


def known_epochs(
    spec: StudySpec,
    photos: int,
    devices: DevicePlan,
    studies: Path,
    seconds: float = PROBE_SECONDS,
) -> tuple[dict[Key, float], str]:
    """Return seconds an epoch by what is trained, and where they are from.

    Speeds that sweeps have left are used; where there are none, some steps are timed.

    Args:
        spec: What would be searched.
        photos: The number of photos, of training and validation.
        devices: How trials share them.
        studies: The folder of studies; speeds lie there.
        seconds: The most that timing may take; 0 times nothing.
    """
    kept, keys = read_speeds(studies), keys_of(spec)
    found = {key: kept.get(speed_key(key, devices)) for key in keys}
    source = EARLIER
    if None in found.values() and seconds > 0:
        timed, source = probe_speeds(spec, devices, seconds), JUST_NOW
        work = 1 - (1 - _LOOK) / spec.folds.count  # of training on all photos
        timed = {key: speed / work for key, speed in timed.items()}
        found = {key: known or timed.get(key) for key, known in found.items()}
    each = photos * spec.folds.use
    return {key: each / speed for key, speed in found.items() if speed}, source


def estimate_sweep(
    spec: StudySpec, photos: int, devices: DevicePlan, studies: Path
) -> Estimate | None:
    """Return how long a sweep would take; none where its backbones cannot be timed.

    Args:
        spec: What would be searched.
        photos: The number of photos, of training and validation.
        devices: How trials share them.
        studies: The folder of studies; speeds lie there.
    """
    epochs, source = known_epochs(spec, photos, devices, studies)
    return tell(spec, epochs, source, devices) if epochs else None


def tell(
    spec: StudySpec, epochs: Mapping[Key, float], source: str, devices: DevicePlan
) -> Estimate:
    """Return what known epochs mean for a sweep.

    Args:
        spec: What would be searched.
        epochs: Seconds an epoch by what is trained.
        source: Where they are from.
        devices: How trials share them.
    """
    trial = fmean(epochs.values()) * spec.budget.epochs
    each = f"a full trial takes {duration_words(trial)}"
    if len(set(map(duration_words, epochs.values()))) > 1:
        least, most = min(epochs.values()), max(epochs.values())
        both = [duration_words(spec.budget.epochs * seconds) for seconds in (least, most)]
        each += f", {both[0]} to {both[1]}"
    limit = spec.budget.seconds
    if spec.budget.trials is None:
        assert limit is not None
        fits = int(limit / trial) * devices.trials_at_once
        room = f"room for {plural(fits, 'full trial')}"
        return Estimate(limit, f"{duration_words(limit)}: {room}; {each} ({source})")
    if limit is not None:
        whole = limit * devices.trials_at_once / trial
        each += f", and {duration_words(limit)} have room for about {whole:.1f}"
    total = ceil(spec.budget.trials / devices.trials_at_once) * trial
    seconds = min(total, limit or total)
    early = "" if spec.pruner.name == "none" else ", weak ones end early"
    words = f"{duration_words(seconds)} at most; {each}{early} ({source})"
    return Estimate(seconds, words)
