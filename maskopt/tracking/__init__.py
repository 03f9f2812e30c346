"""Shows epochs elsewhere, from the driver."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from maskopt.errors import SpecError, did_you_mean
from maskopt.roles import Watcher

TRACKERS = ("wandb", "none")


def check_tracker(name: str) -> None:
    """Complain about a tracker that cannot be used, without importing its package.

    Args:
        name: As it was typed.

    Raises:
        SpecError: There is no such tracker, or its package is missing.
    """
    if name not in TRACKERS:
        known = ", ".join(TRACKERS)
        hint = did_you_mean(name, TRACKERS)
        raise SpecError(f"--tracker must be one of {known}, got {name!r}{hint}")
    if name != "none" and find_spec(name) is None:
        raise SpecError(
            f"--tracker {name}: the package {name} is not installed; pip install {name}, or leave "
            "the option out"
        )


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
        SpecError: It cannot be used, as `check_tracker` says.
    """
    check_tracker(name)
    if name == "none":
        return None
    from maskopt.tracking.wandb import WandbTracker

    return WandbTracker(studies, study, warn)
