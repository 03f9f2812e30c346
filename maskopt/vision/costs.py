"""What a network costs where it is used: seconds a photo, and how many weights it has."""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import contextmanager
from math import nan
from statistics import median

import torch
from torch import nn


class Stopwatch:
    """Times forward passes batch by batch; a GPU is not made to wait.

    What is measured is the trial's own share of its device, with whatever runs beside it: trials
    of one sweep compare with each other, not with another machine's.
    """

    def __init__(self, device: torch.device) -> None:
        self._on_gpu = device.type == "cuda"
        self._batches: list[tuple[int, float | tuple[torch.cuda.Event, torch.cuda.Event]]] = []

    @contextmanager
    def batch(self, photos: int) -> Generator[None, None, None]:
        """Time what runs inside, given how many photos it is about."""
        if self._on_gpu:
            begin, end = _event(), _event()
            begin.record()
            yield
            end.record()
            self._batches.append((photos, (begin, end)))
            return
        start = time.perf_counter()
        yield
        self._batches.append((photos, time.perf_counter() - start))

    def latency(self) -> float:
        """Return the median seconds a photo, nan where nothing was timed.

        The first batch warms up and counts only where there is no other. A GPU must have done
        all that was timed.
        """
        timed = self._batches[1:] or self._batches
        return median(_seconds(each) / photos for photos, each in timed) if timed else nan


def _event() -> torch.cuda.Event:
    return torch.cuda.Event(enable_timing=True)  # type: ignore[no-untyped-call]


def _seconds(timed: float | tuple[torch.cuda.Event, torch.cuda.Event]) -> float:
    if isinstance(timed, float):
        return timed
    begin, end = timed
    milliseconds: float = begin.elapsed_time(end)
    return milliseconds / 1000


def count_weights(model: nn.Module) -> int:
    """Return the number of weights of a network."""
    return sum(each.numel() for each in model.parameters())
