"""Where a trial's seconds went, stage by stage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from maskopt.records.reports import EpochReport


class Stage(StrEnum):
    """What a trial's time is spent on, in the order in which it comes."""

    START = "start"  # photos opened, networks built; again where a trial goes on
    DATA = "data"  # a batch is waited for, assembled where nothing does so ahead, and moved
    FORWARD = "forward"  # network and loss
    BACKWARD = "backward"
    OPTIMIZER = "optimizer"
    EVALUATION = "evaluation"  # the whole look at the validation photos, their loading too
    CHECKPOINT = "checkpoint"  # best weights, what they said, and the checkpoint, on the disk
    ENGINE = "engine"  # from a report until the worker may go on
    OTHER = "other"  # what is left of the wall time


@dataclass(frozen=True)
class Profile:
    """Where the seconds of a trial's reports went.

    Attributes:
        seconds: By stage, in the order of `Stage`; all together are the wall time.
        epochs: Those that it is about.
        unknown: Epochs whose reports do not tell.
        devices: What trained them, `cpu`, `cuda` or both.
    """

    seconds: Mapping[Stage, float]
    epochs: tuple[int, ...]
    unknown: tuple[int, ...] = ()
    devices: frozenset[str] = frozenset()

    @property
    def total(self) -> float:
        """All seconds."""
        return sum(self.seconds.values())

    def share(self, stage: Stage) -> float:
        """Return a stage's part of all seconds, 0 to 1."""
        return self.seconds.get(stage, 0.0) / self.total if self.total else 0.0

    def to_dict(self) -> dict[str, Any]:
        """Return what `maskopt show STUDY N --profile --json` prints."""
        return {
            "epochs": list(self.epochs),
            "devices": sorted(self.devices),
            "seconds": round(self.total, 6),
            "stages": {
                stage.value: {"seconds": round(seconds, 6), "share": round(self.share(stage), 4)}
                for stage, seconds in self.seconds.items()
            },
        }


def profile_of(reports: Sequence[EpochReport]) -> Profile | None:
    """Return where the seconds of a trial's reports went, none where no report tells.

    Example:
        >>> one = EpochReport(1, 0.5, 1.0, 1.0, 4.0, spent={"data": 1.0, "forward": 3.0})
        >>> two = EpochReport(2, 0.5, 1.0, 1.0, 4.0, spent={"data": 1.0, "engine": 5.0})
        >>> found = profile_of([one, two])
        >>> found.total, found.share(Stage.DATA)
        (10.0, 0.2)
    """
    told = [report for report in reports if report.spent]
    if not told:
        return None
    sums = {stage: [r.spent[stage] for r in told if stage in r.spent] for stage in Stage}
    return Profile(
        {stage: sum(found) for stage, found in sums.items() if found},
        tuple(report.epoch for report in told),
        tuple(report.epoch for report in reports if not report.spent),
        frozenset(report.device for report in told if report.device),
    )
