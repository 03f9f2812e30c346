"""How many trials share a device: as many as still train more photos a second together."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from maskopt.cluster.devices import Devices
from maskopt.data.atomic import replacing
from maskopt.plan.pacers import pacers
from maskopt.plan.probing import wanted_steps
from maskopt.spec import StudySpec

GAIN = 1.1
"""What more trials at once must give: a tenth more photos a second of all of them together."""

MOST_ON_GPU, MOST_ON_CPU = 8, 16
MOST_SECONDS = 150.0
"""The most that measuring takes; what was measured by then decides."""

_ROUND_SECONDS = 4.0
_FILE = "packing.json"


@dataclass(frozen=True)
class Packing:
    """How many trials share a device.

    Attributes:
        trials: At once on one GPU, or on all CPU cores where there is no GPU.
        measured: Photos a second of so many at once; none where it could not be trained.
        backbone: What was trained.
        kept: Whether an earlier sweep measured it.
    """

    trials: int
    measured: Mapping[int, float | None] = field(default_factory=dict)
    backbone: str = ""
    kept: bool = False


def pack(
    spec: StudySpec, devices: Devices, studies: Path, seconds: float = MOST_SECONDS
) -> Packing:
    """Return how many trials share a device, measured with steps of one of a study's backbones.

    It is the one in the middle of the file's list, at the largest image size. What was measured is
    kept beside the studies, so that it is measured once.

    Args:
        spec: What will be searched.
        devices: What there is; all GPUs are taken to be like the first.
        studies: The folder of studies.
        seconds: The most that measuring may take; 0 measures nothing.
    """
    wanted = wanted_steps(spec)
    name = f"{wanted['name']}, {wanted['image_size']} px, {devices}"
    known = _read(studies)
    if name in known:
        return Packing(known[name], backbone=wanted["name"], kept=True)
    if seconds <= 0:
        return Packing(1, backbone=wanted["name"])
    packing = _measure(wanted, devices, seconds)
    if packing.measured:
        with replacing(studies / _FILE) as beside:
            beside.write_text(json.dumps({**known, name: packing.trials}, indent=2) + "\n")
    return packing


def known_per_device(spec: StudySpec, studies: Path, devices: Devices | None) -> int | None:
    """Return how many trials share a device as far as file or earlier sweeps say; else none.

    Args:
        spec: What the file says.
        studies: The folder of studies: what was measured lies there.
        devices: This machine's; none where others train, of which nothing was measured.
    """
    said = spec.budget.trials_per_device
    if said != "auto":
        return said
    if devices is None:
        return None
    packing = pack(spec, devices, studies, 0.0)
    return packing.trials if packing.kept else None


def find_most(
    together: Callable[[int], float | None], counts: Iterator[int]
) -> tuple[int, dict[int, float | None]]:
    """Return how many trials at once are worth it, and what was measured.

    Args:
        together: Gives photos a second of so many at once; none where they cannot be.
        counts: Rising; looked at until one gives less than a tenth more than the best before.

    Example:
        >>> find_most({1: 100.0, 2: 150.0, 4: 160.0, 8: 300.0}.get, iter((1, 2, 4, 8)))
        (2, {1: 100.0, 2: 150.0, 4: 160.0})
    """
    best, measured = 1, dict[int, float | None]()
    for count in counts:
        measured[count] = speed = together(count)
        before = measured[best]
        if speed is None or (count > best and before and speed < GAIN * before):
            break
        best = count
    return best, measured


def counts_for(devices: Devices) -> Iterator[int]:
    """Yield the numbers of trials that could share a device: each has a CPU core at least."""
    most = _cores_of_one(devices)
    most = min(most, MOST_ON_GPU if devices.gpus else MOST_ON_CPU)
    count = 1
    while count <= most:
        yield count
        count = count + 1 if devices.gpus else 2 * count


def _cores_of_one(devices: Devices) -> int:
    return max(1, devices.cores // max(1, len(devices.gpus)))


def _measure(wanted: Mapping[str, Any], devices: Devices, seconds: float) -> Packing:
    cores = _cores_of_one(devices)
    hidden = {} if devices.gpus else {"CUDA_VISIBLE_DEVICES": ""}
    with pacers(wanted, seconds, {**os.environ, **hidden}) as held:

        def together(count: int) -> float | None:
            return held.together(count, max(1, cores // count), _ROUND_SECONDS)

        most, measured = find_most(together, counts_for(devices))
    if measured[1] is None:
        return Packing(1, backbone=wanted["name"])
    return Packing(most, measured, wanted["name"])


def _read(studies: Path) -> dict[str, int]:
    try:
        kept = json.loads((studies / _FILE).read_text())
        return {str(key): max(1, int(count)) for key, count in kept.items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}
