"""One export of a study at a time: two would train the same networks into the same files."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from maskopt.errors import StudyError
from maskopt.export.sources import Source


@contextmanager
def holding(sources: Sequence[Source]) -> Iterator[None]:
    """Hold studies for this export; the system lets go of them when its process dies.

    Raises:
        StudyError: Another process exports one of them.
    """
    with ExitStack() as held:
        for source in sources:
            folder = source.folder / "members"
            folder.mkdir(parents=True, exist_ok=True)
            lock = held.enter_context((folder / "export.lock").open("w"))
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise StudyError(
                    f"study {source.name!r} is being exported by another process; wait for it: "
                    "what it trains is used by this command too"
                ) from None
            except OSError:  # a file system without locks
                continue
        yield
