"""The devices of a sweep: this machine's, or those of a running Ray cluster."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from maskopt.cluster.devices import DevicePlan, local_devices, plan_devices
from maskopt.cluster.session import connect, shutdown, start
from maskopt.report.console import show_warning
from maskopt.spec import StudySpec
from maskopt.sweep.options import SweepOptions


@contextmanager
def devices_for(options: SweepOptions, spec: StudySpec) -> Iterator[DevicePlan]:
    """Hold the devices that a sweep was given, and leave nothing running behind.

    Raises:
        StudyError: Ray does not start or answer, or the demand is more than there is.
    """
    try:
        devices = connect(options.address) if options.address else local_devices()
        plan = plan_devices(
            devices, workers=options.workers, gpus_per_trial=spec.budget.gpus_per_trial
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
        shutdown()
