"""What cannot be cut off, and how long it took before: it is reserved several times over.

Kept in `costs.json` beside the speeds. Times of things that grow with their size are kept a unit.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from maskopt.data.atomic import replacing

FACTOR = 2.5
"""Times the longest of the last runs that is reserved: a machine may be twice as slow today."""

STORED = 50
"""Photos of training that the 64 stored ones cost: two views each, at a third of the work."""

_A_NETWORK = 0.1  # seconds until one is read and copied
_SURE = 1.5  # times that what is expected has to fit into what was reserved
_KEPT = 5
_FIRST = {
    "begin": 12.0,  # until the first trial, photos being there: Ray starts, workers import torch
    "setup": 1.0,  # a worker drops the trial before, opens photos and builds a network
    "look": 0.5,  # predicting a fold with a network, in epochs
    "close": 2.0,  # running trials are ended, and told
    "choose": 1e-4,  # who votes, a photo and member
    "write": 7.0,  # a worker starts, and the folder is written
    "fall back": 1.0,  # the best trial's bundle is copied
    "end": 3.0,  # Ray ends, and the process
}
"""Seconds, measured on two slow cores; what a machine has shown goes before them."""


class Costs:
    """Seconds by name, of the last runs.

    Args:
        kept: The last runs' seconds by name, the newest last.
    """

    def __init__(self, kept: Mapping[str, Sequence[float]] | None = None) -> None:
        self._kept = {name: list(seconds) for name, seconds in (kept or {}).items()}
        # Asked for some hundred times a plan, and a plan is made at every report.
        self._longest = _FIRST | {name: max(last) for name, last in self._kept.items() if last}

    @classmethod
    def read(cls, studies: Path) -> Costs:
        """Return what earlier sweeps and exports left; nothing where that cannot be read."""
        try:
            kept = json.loads((studies / "costs.json").read_text())
            return cls({str(name): list(map(float, each)) for name, each in kept.items()})
        except (OSError, ValueError, AttributeError, TypeError):
            return cls()

    def write(self, studies: Path) -> None:
        """Keep what was learnt."""
        studies.mkdir(parents=True, exist_ok=True)
        with replacing(studies / "costs.json") as beside:
            beside.write_text(json.dumps(self._kept, indent=2) + "\n")

    def note(self, name: str, seconds: float, units: float = 1.0) -> None:
        """Note how long something took, of so many units."""
        self._kept.setdefault(name, []).append(round(seconds / units, 7))
        del self._kept[name][:-_KEPT]
        self._longest[name] = max(self._kept[name])

    def expected(self, name: str) -> float:
        """Return what something will take: the longest of the last runs."""
        return self._longest[name]

    def choosing(self, photos: int, members: int) -> float:
        """Return the seconds expected of choosing who votes."""
        return 1.0 + self.expected("choose") * photos * members

    def writing(self, networks: int, photo: float) -> float:
        """Return the seconds expected of writing a bundle, its stored photos predicted.

        Args:
            networks: How many vote.
            photo: Seconds of an epoch, a photo: what training takes bounds what looking takes.
        """
        return self.expected("write") + networks * (_A_NETWORK + STORED * photo)

    def members_in_time(
        self, sizes: Sequence[int], photos: int, photo: float, seconds: float
    ) -> int:
        """Return how many members, the best first, are sure enough to be a bundle in time.

        Args:
            sizes: Networks of each member.
            photos: Photos of the study.
            photo: Seconds of an epoch, a photo.
            seconds: What is left for choosing and writing.
        """
        for count in range(len(sizes), 0, -1):
            needed = self.choosing(photos, count) + self.writing(sum(sizes[:count]), photo)
            if self.is_sure(needed, seconds):
                return count
        return 0

    def is_sure(self, needed: float, seconds: float) -> bool:
        """Tell whether what is expected to take so long is sure enough to be done in time."""
        return _SURE * needed <= seconds

    def ending(self, *, exports: bool) -> float:
        """Return the seconds reserved at the very end, by which nothing else may still run."""
        last = self.expected("end") + (self.expected("fall back") if exports else 0.0)
        return FACTOR * last
