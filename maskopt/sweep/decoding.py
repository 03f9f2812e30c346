"""Photos are decoded before they are needed, and what is decoded keeps within its disk."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from maskopt.catalog.views import WHOLE, Input, View
from maskopt.data.cache_bound import Kept, keep_within, note_use
from maskopt.data.images import (
    count_failures,
    count_undecoded,
    has_images,
    images_file,
    take_images,
)
from maskopt.data.photos import PhotoTable
from maskopt.errors import plural
from maskopt.report.console import progress, show_note, show_warning
from maskopt.report.wording import disk_words
from maskopt.sweep.photos import shown_path

Needed = tuple[PhotoTable, tuple[Input, ...]]
"""Photos, and what is needed of them."""

Told = dict[View, set[int]]
"""Of which views of which tables it was said how often they failed."""

_FELL_BACK = {
    "face": ("no face was found in", "their centre was taken"),
    "no_background": ("nobody stands out in the middle of", "they were left whole"),
}


@contextmanager
def decoded_photos(needed: Sequence[Needed], cache: Path, gigabytes: float) -> Iterator[None]:
    """Have photos decoded, and hold them, so that no other sweep removes them meanwhile.

    Args:
        needed: What is needed; what is decoded already is not decoded again.
        cache: Where decoded photos lie.
        gigabytes: What they and compiled code may take: what was used longest ago, and is not used
            now, goes.

    Raises:
        DataError: Photos cannot be decoded, or the disk is full.
    """
    each_input = [(table, *wanted) for table, inputs in needed for wanted in inputs]
    told: Told = {}
    maps = [_take(table, size, view, cache, told) for table, size, view in each_input]
    places = {images_file(table, size, cache, view) for table, size, view in each_input}
    for place in places:
        note_use(place)
    _tell(keep_within(cache, gigabytes, places), cache, gigabytes)
    try:
        yield
    finally:
        maps.clear()


def _take(table: PhotoTable, size: int, view: View, cache: Path, told: Told) -> NDArray[np.uint8]:
    where = (table, size, cache, view)
    if has_images(*where):
        return take_images(*where)
    photos = len(table)
    missing = count_undecoded(*where)
    with progress(_label(missing, photos, size, view), missing or photos) as advance:
        taken = take_images(*where, progress=advance)
    if missing and id(table) not in told.setdefault(view, set()):
        told[view].add(id(table))  # once, whatever the sizes are
        _tell_failures(view, *count_failures(*where))
    return taken


def _label(missing: int, photos: int, size: int, view: View) -> str:
    seen = "" if view == WHOLE else f", {view}"
    if not missing:
        return f"copying {plural(photos, 'decoded photo')} at {size} px{seen}"
    few = f"{missing:,} of " if missing < photos else ""
    return f"decoding {few}{plural(photos, 'photo')} at {size} px{seen}"


def _tell_failures(view: View, failed: int, looked: int) -> None:
    if failed:
        what, instead = _FELL_BACK[str(dict(view.values).get("view", view.name))]
        show_note(f"{view}: {what} {failed:,} of {plural(looked, 'photo')}, {instead}")


def _tell(kept: Kept, cache: Path, gigabytes: float) -> None:
    place, may = shown_path(str(cache)), disk_words(gigabytes * 1e9)
    removed = [
        *([f"{plural(kept.files, 'file')} of decoded photos"] if kept.files else []),
        *([f"{plural(kept.code, 'folder')} of compiled code"] if kept.code else []),
    ]
    if removed:
        show_note(
            f"removed {' and '.join(removed)} that no sweep uses "
            f"({disk_words(kept.freed)}), those used longest ago: all in {place} may take {may} "
            "(`budget.cache`)"
        )
    remedy = "they are kept; raise it, or choose fewer image sizes"
    if kept.needed > gigabytes * 1e9:
        show_warning(
            f"decoded photos that are needed now take {disk_words(kept.needed)} of {place}, and "
            f"`budget.cache` lets all take {may}: {remedy}"
        )
    elif kept.total > gigabytes * 1e9:
        show_warning(
            f"decoded photos and compiled code take {disk_words(kept.total)} of {place}, and "
            f"`budget.cache` lets all take {may}: other processes use them, or their disk knows "
            f"no locks, so {remedy}"
        )
