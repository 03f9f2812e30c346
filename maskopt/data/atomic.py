"""Files that are whole or not there: written beside their place and renamed into it."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replacing(place: Path) -> Iterator[Path]:
    """Give a path beside `place` to write to; it is renamed into place when all went well.

    Example:
        with replacing(Path("table.csv")) as beside:
            beside.write_text("...")
    """
    place.parent.mkdir(parents=True, exist_ok=True)
    beside = place.with_name(f"{place.name}.{os.getpid()}-{secrets.token_hex(3)}.tmp")
    try:
        yield beside
        beside.replace(place)
    finally:
        beside.unlink(missing_ok=True)
