"""What one epoch of a trial gave, and the answers to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


class Verdict(StrEnum):
    """The answer to a report."""

    CONTINUE = "continue"
    STOP = "stop"
    PAUSE = "pause"  # its run ends with a checkpoint; the trial may be asked to go on later


class Ending(StrEnum):
    """How a trial's run ended, as its worker's side saw it."""

    ENDED = "ended"  # by itself: all epochs done, or its own patience
    STOPPED = "stopped"  # after a STOP
    FAILED = "failed"  # an exception in the trial
    LOST = "lost"  # the worker died, or the sweep was interrupted: the trial can go on


@dataclass(frozen=True)
class EpochReport:
    """What one epoch of a trial gave.

    Attributes:
        epoch: Counted from 1.
        score: The study's objective on the validation photos; higher is better.
        train_loss: Mean over the epoch's steps.
        valid_loss: Mean over the validation photos.
        seconds: Wall time of the epoch, training and validation.
        scores: All else worth a curve: `accuracy`, `f1/<attribute>`, `f1/<attribute>:<class>`.
    """

    epoch: int
    score: float
    train_loss: float
    valid_loss: float
    seconds: float
    scores: Mapping[str, float] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return asdict(self)
