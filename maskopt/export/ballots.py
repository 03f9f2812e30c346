"""What a study brings to a bundle of several, once its own time is over."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from maskopt.export.networks import Members
from maskopt.export.sources import Source


@dataclass(frozen=True, eq=False)
class Ballot:
    """Networks of a study that may vote, and what stands in for them where time is over.

    Attributes:
        source: The study.
        members: Those that are whole, best first; may be empty.
        best: Folder of the best trial's own bundle; none where no trial left one.
    """

    source: Source
    members: Members
    best: Path | None

    @property
    def networks(self) -> int:
        """How many may vote."""
        return sum(len(runs) for runs in self.members.values())

    @property
    def photo(self) -> float:
        """Seconds of an epoch of the slowest member, a photo."""
        trials = [runs[0].trial for runs in self.members.values()]
        epochs = [report.seconds for trial in trials for report in trial.reports]
        return max(epochs, default=0.0) / max(1, len(self.source.table))

    @property
    def voting(self) -> Source:
        """The study with the trials of the members."""
        trials = tuple(runs[0].trial for runs in self.members.values())
        return replace(self.source, trials=trials)

    def first(self, count: int) -> Ballot:
        """Return it with so many members at most."""
        return replace(self, members=dict(islice(self.members.items(), count)))
