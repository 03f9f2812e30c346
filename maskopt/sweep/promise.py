"""The time at which a bundle was promised: a sweep that was killed still owes it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from maskopt.data.atomic import replacing
from maskopt.data.locks import HeldError, hold, is_named
from maskopt.errors import StudyError
from maskopt.report.console import show_note
from maskopt.study.driver import refusal

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


@contextmanager
def holding_several(file: Path, studies: Sequence[str]) -> Iterator[None]:
    """Hold several studies for a command, so that no other one takes its promise back.

    Each study has a lock of its own, which is held only while its turn lasts.

    Args:
        file: The promise; its lock lies beside it, in a folder that is made where missing.
        studies: Their names.

    Raises:
        StudyError: Another process holds them.
    """
    place = file.with_suffix(".lock")
    place.parent.mkdir(parents=True, exist_ok=True)
    while True:
        with _take(place, studies) as lock:
            if not is_named(lock, place):
                continue  # its holder has just let go of it: once more
            try:
                yield
            finally:
                place.unlink(missing_ok=True)
            return


def _take(place: Path, studies: Sequence[str]) -> IO[Any]:
    try:
        return hold(place)
    except HeldError as held:
        raise StudyError(refusal(studies, str(held))) from None
