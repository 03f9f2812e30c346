"""What is asked of a bundle on the command line, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from maskopt.labels import Attribute
from maskopt.predict.adapting import Adaptations
from maskopt.predict.answers import BATCH_SIZE


@dataclass(frozen=True)
class Order:
    """What was asked for.

    Attributes:
        bundle: The bundle's folder.
        photos: A folder, a .csv that lists photos, or one photo.
        output: The CSV file to write; `-` is stdout.
        format: `table` or `competition`.
        on_error: What a photo that cannot be read does: `stop` or `skip`.
        adapt: Estimate the photos' class proportions, and correct for them where that helps.
        batch_size: Photos at a time.
    """

    bundle: Path
    photos: Path
    output: str
    format: str = "table"
    on_error: str = "stop"
    adapt: bool = False
    batch_size: int = BATCH_SIZE


@dataclass(frozen=True)
class Outcome:
    """What came of it.

    Attributes:
        output: The file that was written, or `-`.
        attributes: What was answered.
        photos: How many were asked for.
        unread: How many of them could not be read.
        skipped: What is wrong with those, one line a kind.
        seconds: From the first photo to the last row.
        proportions: Of the predicted classes among the photos that were read, by attribute.
        adaptation: By attribute; empty where it was not asked for.
    """

    output: str
    attributes: Sequence[Attribute]
    photos: int
    unread: int
    skipped: Sequence[str]
    seconds: float
    proportions: Mapping[str, Mapping[str, float]]
    adaptation: Adaptations = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        adapted = {
            a.name: adaptation_dict(a, self.adaptation[a.name])
            for a in self.attributes
            if a.name in self.adaptation
        }
        return {
            "photos": self.photos,
            "skipped": self.unread,
            "seconds": round(self.seconds, 3),
            "output": self.output,
            "proportions": self.proportions,
            "adaptation": adapted or None,
        }


def adaptation_dict(attribute: Attribute, adaptation: Any) -> dict[str, Any]:
    """Return what was estimated of an attribute, or why nothing was, for JSON."""
    if isinstance(adaptation, str):
        return {"applied": False, "reasons": [adaptation], "classes": None}
    columns = (adaptation.priors, adaptation.proportions, adaptation.low, adaptation.high)
    rows = zip(attribute.classes, *(column.tolist() for column in columns), strict=True)
    return {
        "applied": adaptation.applied,
        "reasons": list(adaptation.reasons),
        "classes": {
            name: {"training": training, "estimated": estimated, "low": low, "high": high}
            for name, training, estimated, low, high in rows
        },
    }
