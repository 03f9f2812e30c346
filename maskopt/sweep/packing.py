"""How many trials share a device: what the file says, or what is measured."""

from __future__ import annotations

from maskopt.cluster.devices import Devices, local_devices
from maskopt.errors import plural
from maskopt.plan.packing import MOST_SECONDS, Packing, known_per_device, pack
from maskopt.report.console import show_note
from maskopt.sweep.stage import Stage

_SHARE, _LEAST_SECONDS = 0.05, 20.0  # of the time left; seconds under which it is not begun


def settle_per_device(stage: Stage) -> int | None:
    """Return how many trials of a sweep share a device; none leaves it to `gpus_per_trial`.

    Measuring comes before Ray starts, which would count its seconds to its own start.
    """
    if stage.spec.budget.trials_per_device != "auto":
        return stage.spec.budget.trials_per_device
    if stage.options.address is not None:
        show_note("budget.trials_per_device: auto is not measured on a cluster; one a device")
        return None
    devices = local_devices()
    known = known_per_device(stage.spec, stage.options.studies, devices)
    if known is not None:
        return known
    if stage.options.workers is not None and not devices.gpus:
        return None  # said on the command line
    left = stage.left
    seconds = MOST_SECONDS if left is None else min(MOST_SECONDS, _SHARE * left)
    if seconds < _LEAST_SECONDS:
        show_note("budget.trials_per_device: auto is not measured in so little time")
        return None
    packing = pack(stage.spec, devices, stage.options.studies, seconds)
    show_note(packing_words(packing, devices))
    return packing.trials if packing.measured else None


def packing_words(packing: Packing, devices: Devices) -> str:
    """Return what was measured, in words.

    Example:
        >>> measured = Packing(2, {1: 100.0, 2: 151.2, 4: 155.0}, "resnet18")
        >>> packing_words(measured, Devices(4))
        '2 trials at once share 4 CPU cores: resnet18 trained 100 photos a second alone, \
151 with 2 at once, 155 with 4 at once'
    """
    if not packing.measured:
        return f"how many trials share a device was not measured: {packing.backbone} did not train"
    what = "a GPU" if devices.gpus else plural(devices.cores, "CPU core")
    verb = "has" if packing.trials == 1 else "share"
    told = [
        "more do not fit" if speed is None else f"{speed:.0f} with {count} at once"
        for count, speed in packing.measured.items()
        if count > 1
    ]
    alone = f"{packing.measured[1]:.0f} photos a second alone"
    who = f"{plural(packing.trials, 'trial')} at once {verb} {what}"
    return f"{who}: {packing.backbone} trained {', '.join([alone, *told])}"
