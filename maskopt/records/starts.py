"""Points that are tried before the search draws its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from maskopt.space import TrialConfig, Value


@dataclass(frozen=True)
class Start:
    """A point to try.

    Attributes:
        point: Values by dotted path; what it leaves out is drawn.
        source: What it rests on, as people read it: `try_first`, `portfolio: resnet`,
            `study age, trial 7`.
        reach: Rungs that it passes whatever its score; 1 brings it to the second rung.
    """

    point: Mapping[str, Value]
    source: str
    reach: int = 0


@dataclass(frozen=True)
class Owed:
    """Epochs that a search trains whatever it finds: a probe's, until it is judged.

    Attributes:
        number: The trial that runs; none of one that is yet to begin.
    """

    config: TrialConfig
    epochs: int
    number: int | None = None
