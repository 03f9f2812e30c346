"""Times some steps of backbones that nothing is known of, in a process of its own.

The driver must not import torch.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

from maskopt.cluster.devices import DevicePlan
from maskopt.plan.speeds import Key
from maskopt.space import Choice, Fixed
from maskopt.spec import StudySpec

PROBE = "maskopt.vision.probe"
PROBE_SECONDS = 120
MOST_PROBED = 4
"""Backbones that are timed; a space with more is judged by these."""


def keys_of(spec: StudySpec) -> list[Key]:
    """Return what a study is judged by."""
    parts = _backbones(spec), _values(spec, "image_size"), _stages(spec)
    return [Key(*each) for each in product(*parts)]


def probe_speeds(
    spec: StudySpec, devices: DevicePlan, seconds: float = PROBE_SECONDS
) -> dict[Key, float]:
    """Return photos a second of a few training steps, of those backbones that can be timed.

    They are timed at the least image size and, where that is quick, at the largest; between the
    two a photo's seconds grow with its pixels.

    Args:
        spec: What would be searched.
        devices: How trials share them.
        seconds: The most that it may take; what takes longer gives nothing.
    """
    sizes = _values(spec, "image_size")
    ends = sorted({min(sizes), max(sizes)})
    timed = list(product(_backbones(spec), _stages(spec)))
    speeds = _probe(spec, timed, ends, devices, seconds)
    return {
        Key(name, size, stages): speed
        for (name, stages), found in zip(timed, speeds, strict=False)
        for size in sizes
        if (speed := _speed_at(size, dict(zip(ends, found, strict=True))))
    }


def _speed_at(size: int, known: Mapping[int, float | None]) -> float | None:
    """Return photos a second at a size; none where it cannot train.

    Args:
        size: From the least to the largest of the known ones.
        known: The least and the largest, which may be the same.
    """
    least, most = min(known), max(known)
    quick, slow = known[least], known[most]
    if quick is None or (slow is None and size == most):
        return None
    if slow is None or least == most:
        return quick * (least / size) ** 2
    share = (size**2 - least**2) / (most**2 - least**2)
    return 1 / ((1 - share) / quick + share / slow)


def wanted_steps(spec: StudySpec) -> dict[str, Any]:
    """Return what a study's trials are judged by where one backbone must stand for all.

    It is the one in the middle of the file's list, at the largest image size.
    """
    backbones = _backbones(spec)
    name = [*backbones][(len(backbones) - 1) // 2]
    return {
        "name": name,
        "options": backbones[name],
        "image_size": max(_values(spec, "image_size")),
        "batch_size": max(_values(spec, "batch_size")),
        "freeze_stages": min(_stages(spec)),
    }


def _backbones(spec: StudySpec) -> dict[str, dict[str, Any]]:
    """Return the backbones to go by, with what each takes besides weights."""
    backbone = spec.space.domains["backbone"]
    assert isinstance(backbone, Choice)
    step = max(1, -(-len(backbone.options) // MOST_PROBED))
    return {str(each.name): _fixed(each.parameters) for each in backbone.options[::step]}


def _stages(spec: StudySpec) -> list[int]:
    """Return the least and the greatest number of frozen stages; those between are in between."""
    values = _values(spec, "freeze_stages")
    return sorted({min(values), max(values)})


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
    spec: StudySpec,
    timed: Sequence[tuple[str, int]],
    sizes: Sequence[int],
    devices: DevicePlan,
    seconds: float,
) -> Sequence[Sequence[float | None]]:
    told = {"image_sizes": sizes, "batch_size": _values(spec, "batch_size")[0]}
    options = _backbones(spec)
    wanted = [
        {"name": name, "options": options[name], "freeze_stages": stages, **told}
        for name, stages in timed
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
            timeout=seconds,
            env={**os.environ, **hidden},
        )
        speeds: list[list[float | None]] = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError):
        return []
    return speeds
