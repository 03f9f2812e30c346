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
        machines: CPU cores and GPUs of each machine of a cluster; none is one machine with all.
    """

    cores: int
    gpus: tuple[str, ...] = ()
    machines: tuple[tuple[int, int], ...] = ()

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
    devices: Devices,
    *,
    workers: int | None = None,
    gpus_per_trial: float = 1.0,
    trials_per_device: int | None = None,
) -> DevicePlan:
    """Return how trials share the devices.

    Args:
        devices: What there is.
        workers: Trials side by side; none is what the devices allow: as many as fit on the GPUs,
            or one a CPU core where there is no GPU.
        gpus_per_trial: GPUs a trial takes where there are any; fractions share one.
        trials_per_device: Trials that share a GPU, or all CPU cores where there is no GPU; it
            rules over `gpus_per_trial`.

    Raises:
        StudyError: The demand cannot be met.
    """
    if trials_per_device and devices.gpus:
        gpus_per_trial = 1 / trials_per_device
    elif trials_per_device:
        workers = workers or min(trials_per_device, devices.cores)
    _check(devices, workers, gpus_per_trial)
    machines = _machines(devices)
    if devices.gpus and gpus_per_trial > 0:
        room = [_fit(gpus, gpus_per_trial) for _, gpus in machines]
        trials_at_once, gpus = min(workers or sum(room), sum(room)), gpus_per_trial
    else:
        room = [cores for cores, _ in machines]
        trials_at_once, gpus = workers or min(devices.cores, MOST_CPU_TRIALS), 0.0
    cores = _share_cores([cores for cores, _ in machines], room, trials_at_once)
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
    most = max(gpus for _, gpus in _machines(devices))
    if len(devices.gpus) >= gpus_per_trial > most > 0:
        raise StudyError(
            f"`--gpus-per-trial {gpus_per_trial:g}` is more than one machine has: "
            f"{plural(most, 'GPU')} (the cluster: {devices})"
        )
    if devices.gpus and gpus_per_trial > len(devices.gpus):
        raise StudyError(
            f"`--gpus-per-trial {gpus_per_trial:g}` is more than there are: "
            f"{plural(len(devices.gpus), 'GPU')} ({devices})"
        )


def _machines(devices: Devices) -> tuple[tuple[int, int], ...]:
    return devices.machines or ((devices.cores, len(devices.gpus)),)


def _share_cores(cores: list[int], room: list[int], trials: int) -> int:
    """Return the most cores that each trial can have, all of them on one machine.

    Ray waits for ever with a trial that no machine can hold.

    Args:
        cores: Of each machine.
        room: Trials that each machine has room for, whatever cores they take.
        trials: Trials at once.
    """
    for share in range(max(cores), 1, -1):
        if sum(map(min, room, [own // share for own in cores])) >= trials:
            return share
    return 1


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
    found, name = {}, ""
    for line in listed.splitlines():
        words, _, uuid = line.strip().rstrip(")").rpartition(" (UUID: ")
        if words.startswith("GPU "):
            number, _, name = words.removeprefix("GPU ").partition(": ")
            found[number] = (name, uuid)
        elif words.startswith("MIG "):  # a part of the GPU above it, which has no number
            found[uuid] = (f"{name} {words.partition(' Device')[0].rstrip()}", uuid)
    if visible is None:
        return tuple(name for number, (name, _) in found.items() if number.isdigit())
    seen = []
    # CUDA reads the list up to the first entry that it does not know.
    for entry in filter(None, (part.strip() for part in visible.split(","))):
        match = [n for key, (n, uuid) in found.items() if entry == key or uuid.startswith(entry)]
        if not match:
            break
        seen.append(match[0])
    return tuple(seen)
