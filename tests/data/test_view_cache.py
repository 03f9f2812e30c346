"""Views in the cache of decoded photos: a file each, with what failed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from maskopt.catalog.views import WHOLE, View
from maskopt.data import pixel_file, views
from maskopt.data.faces import Box
from maskopt.data.images import (
    build_images,
    count_failures,
    count_undecoded,
    images_file,
    open_images,
    pick_images,
)
from maskopt.data.photos import PhotoTable
from maskopt.data.views import is_processed, see_file

CENTER, FACE = View.of("center", {"size": 16}), View.of("face", {"margin": 0.0})
ALL = [WHOLE, CENTER, View.of("center"), FACE, View.of("face"), View.of("no_background"),
       View.of("mixed"), View.of("mixed", {"originals": 2})]  # fmt: skip


@pytest.fixture
def in_some_photos(monkeypatch: pytest.MonkeyPatch) -> None:
    """Find a face in photos whose first pixel is rather red."""
    box = Box(6.0, 6.0, 4.0, 4.0)
    monkeypatch.setattr(views, "find_face", lambda pixels: box if pixels[0, 0, 0] > 99 else None)


def test_no_two_views_share_a_file_and_whole_photos_keep_theirs(
    table: PhotoTable, tmp_path: Path
) -> None:
    files = {images_file(table, 8, tmp_path, view) for view in ALL}
    assert len(files) == len(ALL)
    whole = tmp_path / f"images-{table.fingerprint[:20]}-8.npy"
    assert images_file(table, 8, tmp_path) == images_file(table, 8, tmp_path, WHOLE) == whole


def test_a_files_pixels_are_what_the_view_shows(
    table: PhotoTable, cache: Path, in_some_photos: None
) -> None:
    for view in (CENTER, FACE):
        build_images(table, 8, cache, view)
        pixels = open_images(table, 8, cache, view)
        for row in (0, 1, 149):
            seen = see_file(table.file(row), 8, view, str(table.paths[row]))
            assert (pixels[row] == seen.pixels).all()
        rows = np.array([3, 140])
        assert (pick_images(table, 8, cache, rows, view) == pixels[rows]).all()


def test_failures_are_counted_and_kept_with_copied_pixels(
    table: PhotoTable, cache: Path, in_some_photos: None
) -> None:
    failed = [see_file(table.file(row), 8, FACE, "").failed for row in range(len(table))]
    build_images(table, 8, cache, FACE)
    assert count_failures(table, 8, cache, FACE) == (sum(failed), 150)
    assert 0 < sum(failed) < 150
    assert count_failures(table, 8, cache, View.of("face")) == (0, 150)  # not there
    nothing = np.zeros(100, dtype=np.int64)
    fewer = replace(table, paths=table.paths[50:], groups=table.groups[50:], folds=nothing,
                    class_ids={"mask": nothing}, stamp="")  # fmt: skip
    assert count_undecoded(fewer, 8, cache, FACE) == 0
    assert count_undecoded(fewer, 8, cache, CENTER) == count_undecoded(fewer, 8, cache) == 100
    build_images(fewer, 8, cache, FACE)
    assert count_failures(fewer, 8, cache, FACE) == (sum(failed[50:]), 100)


def test_of_a_mixture_only_processed_photos_can_fail(
    table: PhotoTable, cache: Path, in_some_photos: None
) -> None:
    mixed = View.of("mixed", {"view": "face", "originals": 2})
    build_images(table, 8, cache, mixed)
    processed = [row for row, path in enumerate(table.paths) if is_processed(str(path), 2)]
    failed = [see_file(table.file(row), 8, View.of("face"), "").failed for row in processed]
    assert count_failures(table, 8, cache, mixed) == (sum(failed), len(processed))
    whole = pick_images(table, 8, cache, np.arange(150))
    same = (open_images(table, 8, cache, mixed) == whole).all(axis=(1, 2, 3))
    assert np.flatnonzero(~same).tolist() == processed


def test_a_file_of_whole_photos_is_none_of_a_view(table: PhotoTable, cache: Path) -> None:
    place = build_images(table, 8, cache)
    place.rename(images_file(table, 8, cache, CENTER))
    assert count_undecoded(table, 8, cache, CENTER) == 150


def test_pixels_of_a_view_that_now_means_something_else_are_not_copied(
    table: PhotoTable, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_images(table, 8, cache, CENTER)
    assert count_undecoded(table, 8, cache, CENTER) == 0
    monkeypatch.setattr(pixel_file, "preprocessing", lambda _: "upside down")
    assert count_undecoded(table, 8, cache, CENTER) == 150
