"""Shows epochs elsewhere, from the driver."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from maskopt.errors import MaskoptError, did_you_mean
from maskopt.roles import Watcher

TRACKERS = ("wandb", "none")


def make_tracker(
    name: str, studies: Path, study: str, warn: Callable[[str], None] | None = None
) -> Watcher | None:
    """Return the tracker of that name; none for `none`.

    Args:
        name: `wandb` or `none`.
        studies: The folder of studies, where a tracker keeps what it has to keep.
        study: The study's name.
        warn: Is handed a line where the tracker goes on in a lesser way, without a network say.

    Raises:
        MaskoptError: There is no such tracker.
    """
    if name not in TRACKERS:
        known = ", ".join(TRACKERS)
        hint = did_you_mean(name, TRACKERS)
        raise MaskoptError(f"--tracker must be one of {known}, got {name!r}{hint}")
    if name == "none":
        return None
    from maskopt.tracking.wandb import WandbTracker

    return WandbTracker(studies, study, warn)
