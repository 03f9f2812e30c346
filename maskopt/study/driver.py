"""One driver a study: a lock in the study's folder, and a sign of life in its storage.

The lock is the system's, so that it is free as soon as its process is dead, however it died. The
sign of life keeps away drivers that share the storage but not the folder.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from optuna.storages import BaseStorage

from maskopt.data.locks import HeldError, hold, process_words
from maskopt.errors import StudyError

ATTRIBUTE = "driver"
BEAT_SECONDS = 20.0
SILENT_SECONDS = 90.0
"""A driver on another host that was not heard of for so long is taken for dead."""


@dataclass(frozen=True)
class Sign:
    """A driver's sign of life: where it runs, since when, and when it was last heard of.

    Attributes:
        started: What tells its process from a later one with the same number.
        since: Seconds since 1970.
        beat: Seconds since 1970.
    """

    host: str
    pid: int
    started: str
    since: float
    beat: float


class Driver:
    """Holds a study for this process until `release`."""

    def __init__(self, study: str, folder: Path, storage: BaseStorage, study_id: int) -> None:
        """Take hold of a study.

        Raises:
            StudyError: Another process holds it.
        """
        self._study, self._storage, self._study_id = study, storage, study_id
        self._lock = _lock(study, folder)
        now = time.time()
        self._sign = Sign(socket.gethostname(), os.getpid(), _started(os.getpid()), now, now)
        try:
            self._check()
            self._write(self._sign)
        except BaseException:
            self._lock.close()
            raise

    def beat(self) -> None:
        """Give a sign of life if one is due.

        Raises:
            StudyError: Another driver has taken the study over.
        """
        now = time.time()
        if now - self._sign.beat >= BEAT_SECONDS:
            self._check()
            self._sign = Sign(**(asdict(self._sign) | {"beat": now}))
            self._write(self._sign)

    def release(self) -> None:
        """Let go of the study."""
        try:
            self._storage.set_study_user_attr(self._study_id, ATTRIBUTE, None)
        finally:
            self._lock.close()

    def _check(self) -> None:
        kept = self._storage.get_study_user_attrs(self._study_id).get(ATTRIBUTE)
        if kept is None:
            return
        other = Sign(**kept)
        mine = (other.host, other.pid, other.started) == (
            self._sign.host,
            self._sign.pid,
            self._sign.started,
        )
        if not mine and _is_alive(other):
            raise StudyError(_held(self._study, other))

    def _write(self, sign: Sign) -> None:
        self._storage.set_study_user_attr(self._study_id, ATTRIBUTE, asdict(sign))


def _lock(study: str, folder: Path) -> IO[Any]:
    folder.mkdir(parents=True, exist_ok=True)
    try:
        return hold(folder / "driver.lock")
    except HeldError as held:
        raise StudyError(refusal([study], str(held))) from None


def _is_alive(sign: Sign) -> bool:
    if sign.host != socket.gethostname():
        return time.time() - sign.beat < SILENT_SECONDS
    try:
        os.kill(sign.pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return _started(sign.pid) == sign.started


def _started(pid: int) -> str:
    # Linux: clock ticks after boot. Elsewhere unknown, and the process number must do.
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except OSError:
        return ""


def _held(study: str, sign: Sign) -> str:
    since = datetime.fromtimestamp(sign.since)
    return refusal([study], process_words(sign.host, sign.pid, since))


def refusal(studies: Sequence[str], holder: str) -> str:
    """Return why studies cannot be swept.

    Example:
        >>> refusal(["age"], "process 7")
        "study 'age' is being swept by process 7; one sweep a study at a time: \
wait for it, stop it, or use --study NAME"
    """
    are = "study {} is" if len(studies) == 1 else "studies {} are"
    return (
        f"{are.format(', '.join(map(repr, studies)))} being swept by {holder}; one sweep a study "
        "at a time: wait for it, stop it, or use --study NAME"
    )
