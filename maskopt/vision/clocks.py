"""Clocks of a trial: where its seconds go, without making a GPU wait."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Protocol

import torch

from maskopt.records import Stage

_DIGITS = 6  # of seconds, as they are told


class StepClock(Protocol):
    """Times the stages of steps, each of which begins where the one before ended."""

    def start(self) -> None:
        """Begin an epoch: what was timed before is forgotten."""

    def ended(self, stage: Stage) -> None:
        """Note that a stage ends with what the device has been given so far."""

    def settle(self) -> None:
        """Add up what was noted; the device must have done all of it."""

    def seconds(self) -> dict[str, float]:
        """Return the epoch's seconds by stage; the device must have done all that was noted."""


def build_step_clock(device: torch.device) -> StepClock:
    """Return the clock of a device's steps."""
    return GpuClock() if device.type == "cuda" else CpuClock()


class CpuClock:
    """A `StepClock` of what computes at once: each call costs a look at the clock."""

    def __init__(self) -> None:
        self.start()

    def start(self) -> None:
        """Begin anew."""
        self._seconds: dict[str, float] = {}
        self._last = time.perf_counter()

    def ended(self, stage: Stage) -> None:
        """Add the time since the call before to a stage."""
        now = time.perf_counter()
        _add(self._seconds, stage.value, now - self._last)
        self._last = now

    def settle(self) -> None:
        """Do nothing: all is added up already."""

    def seconds(self) -> dict[str, float]:
        """Return seconds by stage."""
        return dict(self._seconds)


class GpuClock:
    """A `StepClock` of a GPU: by events among its work, which are read when they have passed.

    Between two of them lies all of the GPU's time, so a stage has what the GPU waited in it for
    the CPU: a batch that was ready before it was wanted costs `data` its way to the GPU alone.
    """

    def __init__(self) -> None:
        self._seconds: dict[str, float] = {}
        self._noted: list[tuple[str, torch.cuda.Event]] = []
        self._free: list[torch.cuda.Event] = []

    def start(self) -> None:
        """Begin anew."""
        self._free += [event for _, event in self._noted]
        self._seconds, self._noted = {}, [("", self._record())]

    def ended(self, stage: Stage) -> None:
        """Leave an event in the GPU's queue, which costs microseconds."""
        self._noted.append((stage.value, self._record()))

    def settle(self) -> None:
        """Read the events and use them again: their number does not grow with the steps."""
        for (_, begin), (stage, end) in pairwise(self._noted):
            _add(self._seconds, stage, elapsed_seconds(begin, end))
        self._free += [event for _, event in self._noted[:-1]]
        self._noted = self._noted[-1:]

    def seconds(self) -> dict[str, float]:
        """Return seconds by stage."""
        self.settle()
        return dict(self._seconds)

    def _record(self) -> torch.cuda.Event:
        event = self._free.pop() if self._free else new_event()
        event.record()
        return event


class TrialClock:
    """Cuts a trial's wall time into laps, one a report, whose stages add up to it."""

    def __init__(self) -> None:
        self._seconds: dict[str, float] = {}
        self._began = self._last = time.perf_counter()

    def ended(self, stage: Stage) -> None:
        """Note that a stage ends which began where the one before it ended, or the lap."""
        now = time.perf_counter()
        _add(self._seconds, stage.value, now - self._last)
        self._last = now

    def lap(self, parts: Iterable[Mapping[str, float]]) -> dict[str, float]:
        """End a lap and return its seconds by stage; what is left of it is `other`.

        Args:
            parts: Seconds by stage of what ran since a stage ended last, measured elsewhere.
        """
        spent, now = self._seconds, time.perf_counter()
        for part in parts:
            for stage, seconds in part.items():
                _add(spent, stage, seconds)
        # A GPU's own clock may tell a little more than this one.
        spent[Stage.OTHER.value] = max(0.0, now - self._began - sum(spent.values()))
        self._seconds, self._began, self._last = {}, now, now
        return {each.value: round(spent[each], _DIGITS) for each in Stage if each in spent}


def new_event() -> torch.cuda.Event:
    """Return an event that tells its time."""
    return torch.cuda.Event(enable_timing=True)  # type: ignore[no-untyped-call]


def elapsed_seconds(begin: torch.cuda.Event, end: torch.cuda.Event) -> float:
    """Return the time between two events, both of which the GPU must have passed."""
    milliseconds: float = begin.elapsed_time(end)
    return milliseconds / 1000


def _add(sums: dict[str, float], stage: str, seconds: float) -> None:
    sums[stage] = sums.get(stage, 0.0) + seconds
