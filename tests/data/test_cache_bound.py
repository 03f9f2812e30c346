"""Decoded photos keep within their disk, and nobody loses what is in use."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from maskopt.data import images
from maskopt.data.cache_bound import Kept, keep_within, note_use
from maskopt.data.images import (
    build_images,
    has_images,
    images_file,
    open_images,
    pick_images,
    take_images,
)
from maskopt.data.locks import locked
from maskopt.data.photos import write_photos
from maskopt.errors import DataError

GIGABYTE = 10**9


@pytest.fixture
def four(cache):
    """Four files of 100 bytes, the first of which was used longest ago."""
    cache.mkdir()
    places = [cache / f"images-{name}-8.npy" for name in "dbca"]
    for second, place in enumerate(places):
        place.write_bytes(bytes(100))
        place.with_suffix(".lock").touch()
        os.utime(place, (second, second))
    return places


def left(cache: Path) -> list[str]:
    return sorted(file.name for file in cache.iterdir())


@pytest.mark.parametrize(
    ("most", "needed", "kept", "names"),
    [
        (400, (), Kept(0, 0, 0, 400), "abcd"),
        (399, (), Kept(1, 100, 0, 300), "abc"),
        (200, (), Kept(2, 200, 0, 200), "ac"),
        (200, (0,), Kept(2, 200, 100, 200), "ad"),
        (200, (0, 1, 3), Kept(1, 100, 300, 300), "abd"),
        (1, (), Kept(4, 400, 0, 0), ""),
    ],
    ids=["just enough", "one", "two", "the oldest is needed", "too much is needed", "all"],
)
def test_those_used_longest_ago_go_until_the_rest_fits(cache, four, most, needed, kept, names):
    assert keep_within(cache, most / GIGABYTE, [four[n] for n in needed]) == kept
    each = [f"images-{name}-8.{suffix}" for name in names for suffix in ("lock", "npy")]
    assert left(cache) == each


def test_what_is_used_now_was_not_used_longest_ago(cache, four):
    note_use(four[0])
    keep_within(cache, 300 / GIGABYTE, ())
    assert [place.exists() for place in four] == [True, False, True, True]


def test_a_folder_that_is_not_there_holds_nothing(cache):
    assert keep_within(cache, 1, ()) == Kept(0, 0, 0, 0)


def test_what_is_mapped_stays_until_the_map_is_gone(table, cache):
    place = build_images(table, 8, cache)
    mapped = open_images(table, 8, cache)
    size = place.stat().st_size
    part = mapped[3]
    del mapped
    assert keep_within(cache, 1e-9, ()) == Kept(0, 0, 0, size)
    del part
    assert keep_within(cache, 1e-9, ()) == Kept(1, size, 0, 0)
    assert left(cache) == []


HOLDER = """
import sys, time
from maskopt.data.images import take_images
from maskopt.data.photos import read_photos

images = take_images(read_photos(sys.argv[1]), 8, sys.argv[2])
print("held", flush=True)
time.sleep(60)
"""


def test_what_another_process_maps_stays_until_it_dies(table, cache, tmp_path):
    write_photos(table, tmp_path / "photos.csv")
    arguments = [sys.executable, "-c", HOLDER, tmp_path / "photos.csv", cache]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        assert keep_within(cache, 1e-9, ()).files == 0
        assert has_images(table, 8, cache)
        holder.kill()
        holder.wait()
    assert keep_within(cache, 1e-9, ()).files == 1
    assert left(cache) == []


def test_what_is_being_built_stays_with_its_half_file(cache, four):
    half = cache / f"{four[0].name}.1-abc.tmp"
    half.touch()
    with locked(four[0].with_suffix(".lock")):
        assert keep_within(cache, 1e-9, ()) == Kept(3, 300, 0, 100)
        assert left(cache) == ["images-d-8.lock", four[0].name, half.name]


def test_what_dead_builders_left_goes_though_all_fits(cache, four):
    for name in (four[0].name, "images-never-8.npy"):
        (cache / f"{name}.1-abc.tmp").touch()
    (cache / "images-never-8.lock").touch()
    assert keep_within(cache, 1, ()) == Kept(0, 0, 0, 400)
    assert [name for name in left(cache) if "never" in name or "tmp" in name] == []
    assert all(place.with_suffix(".lock").exists() for place in four)


def test_where_there_are_no_locks_nothing_is_removed(cache, four, monkeypatch):
    def unknown(*_):
        raise OSError(38, "Function not implemented")

    half = cache / f"{four[0].name}.1-abc.tmp"
    half.touch()
    monkeypatch.setattr(fcntl, "flock", unknown)
    assert keep_within(cache, 1e-9, ()) == Kept(0, 0, 0, 400)
    assert half.exists()


def test_files_of_others_stay(cache, four):
    (cache / "images-e-8.npy").mkdir()
    (cache / "notes.npy").write_bytes(bytes(1000))
    keep_within(cache, 1e-9, ())
    assert left(cache) == ["images-e-8.npy", "notes.npy"]


def test_a_map_outlives_its_file(table, cache):
    place = build_images(table, 8, cache)
    mapped = open_images(table, 8, cache)
    before = np.array(mapped)
    place.unlink()
    assert (mapped == before).all()


def test_what_is_removed_between_a_look_and_its_map_is_built_again(table, cache, monkeypatch):
    place, opened = images_file(table, 8, cache), []

    def open_late(*where):
        if not opened:
            place.unlink()
        opened.append(where)
        return open_images(*where)

    build_images(table, 8, cache)
    monkeypatch.setattr(images, "has_images", lambda *_: place.exists())
    monkeypatch.setattr(images, "open_images", open_late)
    assert take_images(table, 8, cache).shape == (150, 8, 8, 3)
    assert len(opened) == 2


def test_a_few_photos_are_the_same_from_the_cache_and_without_it(table, cache):
    rows = np.array([7, 3, 149])
    without = pick_images(table, 8, cache, rows)
    build_images(table, 8, cache)
    assert (without == open_images(table, 8, cache)[[7, 3, 149]]).all()
    assert (without == pick_images(table, 8, cache, rows)).all()


def test_a_photo_that_cannot_be_decoded_any_more_is_told(table, cache):
    Path(table.file(3)).write_bytes(b"")
    with pytest.raises(DataError) as error:
        pick_images(table, 8, cache, np.array([2, 3]))
    assert str(error.value) == (
        f"{table.root}: 1 photo cannot be used: 003.png is empty; copy again or remove"
    )


@pytest.mark.skipif(not Path("/proc/locks").exists(), reason="nobody tells who waits for a lock")
def test_who_waited_for_a_lock_that_was_removed_takes_the_new_one(tmp_path):
    file, taken, let_go = tmp_path / "a.lock", threading.Event(), threading.Event()

    def wait() -> None:
        with locked(file) as alone:
            assert alone
            taken.set()
            let_go.wait(30)

    waiting = threading.Thread(target=wait, daemon=True)
    with locked(file):
        waiting.start()
        while not _is_waited_for(file):
            time.sleep(0.01)
        file.unlink()
    assert taken.wait(30)
    with locked(file, wait=False) as alone:
        let_go.set()
        assert not alone
    waiting.join()


def _is_waited_for(file: Path) -> bool:
    lines = Path("/proc/locks").read_text().splitlines()
    return any("->" in line and f":{file.stat().st_ino} " in line for line in lines)
