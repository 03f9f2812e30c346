"""What a network costs where it is used: seconds a photo, and how many weights it has."""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import contextmanager
from math import nan
from statistics import median

import torch
from torch import nn

from maskopt.vision.clocks import elapsed_seconds, new_event


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
            begin, end = new_event(), new_event()
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


def _seconds(timed: float | tuple[torch.cuda.Event, torch.cuda.Event]) -> float:
    return timed if isinstance(timed, float) else elapsed_seconds(*timed)


def count_weights(model: nn.Module) -> int:
    """Return the number of weights of a network."""
    return sum(each.numel() for each in model.parameters())
