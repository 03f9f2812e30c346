"""How many threads a matrix takes."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

from threadpoolctl import ThreadpoolController

_threads: list[ThreadpoolController] = []


def one_thread() -> AbstractContextManager[Any]:
    """Have matrices be worked on by one thread: trials train on the other cores meanwhile.

    Threads that wait for a core that is taken made an ask ten times as long.
    """
    if not _threads:  # looks through all libraries that are loaded: once
        _threads.append(ThreadpoolController())
    limited: AbstractContextManager[Any] = _threads[0].limit(limits=1, user_api="blas")
    return limited
