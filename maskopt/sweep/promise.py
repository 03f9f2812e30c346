"""The time at which a bundle was promised: a sweep that was killed still owes it."""

from __future__ import annotations

import fcntl
import json
import os
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO

from maskopt.data.atomic import replacing
from maskopt.data.locks import is_named
from maskopt.errors import StudyError
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
        with place.open("a+") as lock:
            alone = _take(lock, studies)
            if alone and not is_named(lock, place):
                continue  # its holder has just let go of it: once more
            try:
                yield
            finally:
                if alone:
                    place.unlink(missing_ok=True)
            return


def _take(lock: IO[str], studies: Sequence[str]) -> bool:
    """Take a lock and write into it who holds it; tell whether the file system knows locks."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        raise StudyError(_refusal(studies, lock.read())) from None
    except OSError:
        return False
    lock.truncate(0)
    since = datetime.now().strftime("%Y-%m-%d %H:%M")
    lock.write(f"process {os.getpid()} on {socket.gethostname()} (since {since})")
    lock.flush()
    return True


def _refusal(studies: Sequence[str], holder: str) -> str:
    names = ", ".join(map(repr, studies))
    return (
        f"studies {names} are being swept by {holder.strip() or 'another process'}; one sweep a "
        "study at a time: wait for it, stop it, or use --study NAME"
    )
