"""The devices of this machine, and how trials share them. Imports no ray."""

from __future__ import annotations

import math
import os
import subprocess
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from maskopt.errors import StudyError, plural

MOST_CPU_TRIALS = 8
"""Trials side by side without a GPU, unless more workers are asked for."""


@dataclass(frozen=True)
class Devices:
    """What there is to train on.

    Attributes:
        cores: CPU cores that this process may use.
        gpus: The GPUs' names.
    """

    cores: int
    gpus: tuple[str, ...] = ()

    def __str__(self) -> str:
        cores = plural(self.cores, "CPU core")
        counts = Counter(self.gpus)
        gpus = [f"{count} x {name}" if count > 1 else name for name, count in counts.items()]
        return ", ".join([*gpus, cores])


@dataclass(frozen=True)
class DevicePlan:
    """How trials share the devices.

    Attributes:
        trials_at_once: Trials side by side.
        cores_per_trial: CPU cores that a trial is given.
        gpus_per_trial: GPUs that a trial is given; fractions share one.
        words: The devices in words.
    """

    trials_at_once: int
    cores_per_trial: int
    gpus_per_trial: float
    words: str

    @property
    def threads(self) -> int:
        """CPU threads of a trial."""
        return self.cores_per_trial


def local_devices() -> Devices:
    """Return the GPUs and CPU cores that this process may use."""
    return Devices(_count_cores(), _list_gpus())


def plan_devices(
    devices: Devices, *, workers: int | None = None, gpus_per_trial: float = 1.0
) -> DevicePlan:
    """Return how trials share the devices.

    Args:
        devices: What there is.
        workers: Trials side by side; none is what the devices allow: as many as fit on the GPUs,
            or one a CPU core where there is no GPU.
        gpus_per_trial: GPUs a trial takes where there are any; fractions share one.

    Raises:
        StudyError: The demand cannot be met.
    """
    _check(devices, workers, gpus_per_trial)
    if devices.gpus and gpus_per_trial > 0:
        fitting = _fit(len(devices.gpus), gpus_per_trial)
        trials_at_once, gpus = min(workers or fitting, fitting), gpus_per_trial
    else:
        trials_at_once, gpus = workers or min(devices.cores, MOST_CPU_TRIALS), 0.0
    cores = max(devices.cores // trials_at_once, 1)
    return DevicePlan(trials_at_once, cores, gpus, str(devices))


def _check(devices: Devices, workers: int | None, gpus_per_trial: float) -> None:
    if workers is not None and workers < 1:
        raise StudyError(f"`--workers` must be at least 1, got {workers}")
    if not math.isfinite(gpus_per_trial) or gpus_per_trial < 0:
        raise StudyError(f"`--gpus-per-trial` must not be negative, got {gpus_per_trial:g}")
    if gpus_per_trial > 1 and gpus_per_trial != int(gpus_per_trial):
        raise StudyError(
            f"`--gpus-per-trial` must be a fraction of one GPU or a whole number, "
            f"got {gpus_per_trial:g}"
        )
    if devices.gpus and gpus_per_trial > len(devices.gpus):
        raise StudyError(
            f"`--gpus-per-trial {gpus_per_trial:g}` is more than there are: "
            f"{plural(len(devices.gpus), 'GPU')} ({devices})"
        )


def _fit(gpus: int, gpus_per_trial: float) -> int:
    # 1 / 0.1 must be 10 although floats say less; two trials cannot share parts of two GPUs.
    if gpus_per_trial <= 1:
        return gpus * math.floor(1 / gpus_per_trial + 1e-6)
    return gpus // int(gpus_per_trial)


def _count_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        cores = len(os.sched_getaffinity(0))
    else:
        cores = os.cpu_count() or 1
    quota = _read_quota(Path("/sys/fs/cgroup"))
    return max(min(cores, math.floor(quota) if quota else cores), 1)


def _read_quota(root: Path) -> float | None:
    """Return the CPU cores that a container may use, or none where nothing limits it."""
    try:
        allowed, period = (root / "cpu.max").read_text().split()
    except (OSError, ValueError):
        try:
            allowed = (root / "cpu" / "cpu.cfs_quota_us").read_text().strip()
            period = (root / "cpu" / "cpu.cfs_period_us").read_text().strip()
        except OSError:
            return None
    return None if allowed in ("max", "-1") else int(allowed) / int(period)


def _list_gpus() -> tuple[str, ...]:
    try:
        listed = subprocess.run(
            ["nvidia-smi", "-L"], capture_output=True, text=True, timeout=20, check=True
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return ()
    return read_gpus(listed, os.environ.get("CUDA_VISIBLE_DEVICES"))


def read_gpus(listed: str, visible: str | None) -> tuple[str, ...]:
    r"""Return the names of GPUs in what `nvidia-smi -L` prints.

    Args:
        listed: Lines such as `GPU 0: NVIDIA A100 (UUID: GPU-8a5d)`.
        visible: What CUDA_VISIBLE_DEVICES says: numbers or the beginnings of UUIDs; none is all.

    Example:
        >>> read_gpus("GPU 0: Tesla T4 (UUID: GPU-1a)\nGPU 1: A2 (UUID: GPU-2b)", "1")
        ('A2',)
    """
    found = {}
    for line in listed.splitlines():
        if line.startswith("GPU "):
            number, _, rest = line.removeprefix("GPU ").partition(": ")
            name, _, uuid = rest.rpartition(" (UUID: ")
            found[number] = (name, uuid.rstrip(")"))
    if visible is None:
        return tuple(name for name, _ in found.values())
    seen = []
    # CUDA reads the list up to the first entry that it does not know.
    for entry in filter(None, (part.strip() for part in visible.split(","))):
        match = [n for key, (n, uuid) in found.items() if entry == key or uuid.startswith(entry)]
        if not match:
            break
        seen.append(match[0])
    return tuple(seen)
