"""The time at which a bundle was promised: a sweep that was killed still owes it."""

from __future__ import annotations

import json
import time
from pathlib import Path

from maskopt.data.atomic import replacing
from maskopt.report.console import show_note

PROMISE = "promise.json"


def keep_promise(file: Path, seconds: float, left: float) -> float:
    """Return the seconds left for a sweep; those of a killed one, and say so, if it promised that.

    A sweep that ends takes its promise back, be it interrupted: only a killed one leaves it.

    Args:
        file: Where it is kept, in a folder that is there.
        seconds: What the command line gives.
        left: What is left of that now.
    """
    now, given = time.time(), left
    try:
        kept = json.loads(file.read_text())
        promised, ends = float(kept["seconds"]), float(kept["ends"])
    except (OSError, ValueError, KeyError, TypeError):
        pass
    else:
        if promised == round(seconds, 3) and now < ends < now + seconds:
            left = ends - now
    if left < given - 1:
        show_note(f"a sweep that was killed owes its bundle in {left:.0f} s: that time holds")
    with replacing(file) as beside:
        beside.write_text(json.dumps({"seconds": round(seconds, 3), "ends": now + left}) + "\n")
    return left


def take_back(file: Path) -> None:
    """Remove a promise that was kept or is not owed any more."""
    file.unlink(missing_ok=True)
