"""The devices of a sweep or an export: this machine's, or those of a running Ray cluster."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from maskopt.cluster.devices import DevicePlan, local_devices, plan_devices
from maskopt.cluster.session import connect, release, start
from maskopt.report.console import show_warning


class Wishes(Protocol):
    """What a command line says of devices."""

    @property
    def address(self) -> str | None:
        """Head of a running Ray cluster."""

    @property
    def workers(self) -> int | None:
        """Trials side by side."""

    @property
    def gpus_per_trial(self) -> float | None:
        """GPUs that a trial takes."""


@contextmanager
def devices_for(
    options: Wishes, gpus_per_trial: float, trials_per_device: int | None = None
) -> Iterator[DevicePlan]:
    """Hold the devices that a command was given, and leave nothing running that is not kept.

    Args:
        options: What was typed.
        gpus_per_trial: What holds: the file's, or what was typed over it.
        trials_per_device: Trials that share a device; none leaves it to `gpus_per_trial`.

    Raises:
        StudyError: Ray does not start or answer, or the demand is more than there is.
    """
    try:
        devices = connect(options.address) if options.address else local_devices()
        plan = plan_devices(
            devices,
            workers=options.workers,
            gpus_per_trial=gpus_per_trial,
            trials_per_device=trials_per_device,
        )
        if options.gpus_per_trial and not plan.gpus_per_trial:
            show_warning(
                f"`--gpus-per-trial {options.gpus_per_trial:g}` acts on nothing: "
                f"there is no GPU, and trials share {plan.words}"
            )
        if not options.address:
            start(plan)
        yield plan
    finally:
        release()
