"""What one epoch of a trial gave, and the answers to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from math import inf, isfinite, sqrt
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
        spent: Seconds by stage, see `Stage`: all of the wall time since the report before, or
            since the trial's run began. So what came after that report, its checkpoint and its
            answer, is told by this one. Empty where it was not measured.
        device: What trained it, `cpu` or `cuda`; empty where it is not known.
        effective: What really ran, told with the first report that a run trained, or had kept;
            a trial keeps it once, and it is no part of the report itself.
    """

    epoch: int
    score: float
    train_loss: float
    valid_loss: float
    seconds: float
    scores: Mapping[str, float] = field(default_factory=dict)
    spent: Mapping[str, float] = field(default_factory=dict)
    device: str = ""
    effective: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, without `spent` and `device` where they tell nothing."""
        kept = asdict(replace(self, effective={}))
        del kept["effective"]
        return {key: kept[key] for key in kept if kept[key] or key not in ("spent", "device")}


def standard_error(score: float, photos: int) -> float:
    """Return about how far luck moves a score of so many photos, as if it were a share of them.

    Example:
        >>> standard_error(0.8, photos=400)
        0.02
    """
    return sqrt(max(0.0, score * (1 - score)) / photos)


LUCK = 2.0
"""Standard errors by which the best of several scores may be luck. Scores of the same photos go
together, so that two of them differ by luck about as much as one does."""


def least_by_luck(best: float, photos: int) -> float:
    """Return the lowest score that luck alone may keep from being the best.

    Example:
        >>> round(least_by_luck(0.8, photos=400), 3)
        0.76
    """
    return best - LUCK * standard_error(best, photos)


def settled_loss(reports: Sequence[EpochReport], photos: int) -> float:
    """Return the validation loss of the settled epoch; infinity where it is no number."""
    epoch = settled_epoch(reports, photos)
    loss = next(report.valid_loss for report in reports if report.epoch == epoch)
    return loss if isfinite(loss) else inf


def settled_epoch(reports: Sequence[EpochReport], photos: int) -> int:
    """Return the epoch whose weights a trial keeps, and to which other networks of it are trained.

    Which epoch scored best is luck in part, and an early one was trained at a learning rate that
    had not fallen yet. So among the epochs that lie within one standard error of the best score,
    it is the one with the least validation loss. That is decided anew at each epoch between it and
    the one that was kept till then, for weights that were not kept are gone.

    Args:
        reports: A trial's; one at least has a score.
        photos: Those that each score is of.

    Raises:
        ValueError: No report has a score.

    References:
        Breiman, Friedman, Olshen and Stone, Classification and Regression Trees, 1984 (the rule
        of one standard error).

    Example:
        >>> curve = [(0.70, 0.73), (0.73, 0.70), (0.72, 0.67), (0.60, 0.60)]
        >>> reports = [EpochReport(e, s, 1.0, v, 1.0) for e, (s, v) in enumerate(curve, 1)]
        >>> settled_epoch(reports, photos=1000), settled_epoch(reports, photos=10_000)
        (3, 2)
    """
    kept: EpochReport | None = None
    best = -inf
    for report in reports:
        if not isfinite(report.score):
            continue
        best = max(best, report.score)
        least = best - standard_error(best, photos)
        if kept is None or kept.score < least:
            kept = report
        elif report.score >= least:
            kept = min(kept, report, key=_worth)
    if kept is None:
        raise ValueError("no report has a score")
    return kept.epoch


def _worth(report: EpochReport) -> tuple[float, float]:
    """Return what epochs are ordered by, the best first: loss, then score."""
    loss = report.valid_loss
    return (loss if isfinite(loss) else inf, -report.score)
