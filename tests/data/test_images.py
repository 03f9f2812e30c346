from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from maskopt.data import filling, images
from maskopt.data.decode import read_image
from maskopt.data.images import build_images, count_undecoded, has_images, images_file, open_images
from maskopt.data.photos import PhotoTable, read_photos, write_photos
from maskopt.errors import DataError


@pytest.mark.parametrize("workers", [1, 3, None])
def test_the_cache_holds_each_photo_at_its_place(table, cache, workers):
    file = build_images(table, 8, cache, workers=workers)
    mapped = open_images(table, 8, cache)
    assert file == images_file(table, 8, cache)
    assert (mapped.shape, mapped.dtype) == ((150, 8, 8, 3), np.uint8)
    for index in range(len(table)):
        assert (mapped[index] == read_image(table.file(index), 8)).all()


def test_the_cache_is_mapped_and_cannot_be_written_to(table, cache):
    build_images(table, 8, cache)
    mapped = open_images(table, 8, cache)
    assert isinstance(mapped, np.memmap)
    with pytest.raises(ValueError, match="read-only"):
        mapped[0] = 0


def test_progress_is_told_to_the_end(table, cache):
    told: list[tuple[int, int]] = []
    build_images(table, 8, cache, progress=lambda done, photos: told.append((done, photos)))
    assert told == [(64, 150), (128, 150), (150, 150)]


def test_what_is_built_is_not_built_again(table, cache, monkeypatch):
    file = build_images(table, 8, cache)
    monkeypatch.setattr(filling, "read_image", None)
    assert build_images(table, 8, cache) == file


@pytest.mark.parametrize("kept", [0, 50, 5_000], ids=["nothing", "half a header", "some photos"])
def test_what_a_dead_machine_left_of_a_cache_is_built_again(table, cache, kept):
    file = build_images(table, 8, cache)
    whole = file.read_bytes()
    os.truncate(file, kept)
    assert not has_images(table, 8, cache)
    assert build_images(table, 8, cache) == file
    assert file.read_bytes() == whole
    assert has_images(table, 8, cache)


def test_a_header_that_says_more_than_there_is_can_be_told(table, cache):
    place = build_images(table, 8, cache)
    with place.open("wb") as stream:
        many = (10**12 - 1,) * 3 + (3,)
        header = {"descr": "|u1", "fortran_order": False, "shape": many}
        np.lib.format.write_array_header_1_0(stream, header)
    with pytest.raises(DataError) as error:
        open_images(table, 8, cache)
    assert str(error.value) == (
        f"{place}: no decoded images (pixels are missing); remove it and go on"
    )


def test_sizes_and_photos_have_their_own_files(table, cache, make_table):
    other = make_table(Path(table.root), table.paths[:-1].tolist())
    files = {build_images(one, size, cache) for one in (table, other) for size in (8, 16)}
    assert len(files) == 4
    os.utime(table.file(0), ns=(0, 0))
    assert images_file(table, 8, cache) not in files


def test_a_table_that_was_written_and_read_finds_the_cache(table, cache, tmp_path):
    file = build_images(table, 8, cache)
    write_photos(table, tmp_path / "photos.csv")
    assert images_file(read_photos(tmp_path / "photos.csv"), 8, cache) == file


def test_photos_that_break_after_the_audit_are_told(table, cache):
    Path(table.file(3)).write_bytes(b"")
    Path(table.file(70)).write_text("not a photo")
    Path(table.file(80)).unlink()
    Path(table.file(80)).mkdir()
    Path(table.file(90)).write_bytes(Path(table.file(90)).read_bytes()[:300])
    with pytest.raises(DataError) as error:
        build_images(table, 8, cache)
    assert str(error.value) == (
        f"{table.root}: 4 photos cannot be used: 003.png is empty, 070.jpg is no image, 080.jpg "
        "cannot be read (Is a directory) and 1 more; copy again or remove"
    )
    assert [file.suffix for file in cache.iterdir()] == [".lock"]


def test_a_cache_that_was_not_built_is_told(table, cache):
    with pytest.raises(DataError) as error:
        open_images(table, 8, cache)
    place = images_file(table, 8, cache)
    assert str(error.value) == (
        f"{place}: no decoded images ([Errno 2] No such file or directory: '{place}'); remove it "
        "and go on"
    )


def test_a_cache_of_another_shape_is_told(table, cache):
    place = build_images(table, 8, cache)
    with place.open("wb") as stream:
        np.save(stream, np.zeros((2, 8, 8, 3), dtype=np.uint8))
    with pytest.raises(DataError) as error:
        open_images(table, 8, cache)
    assert str(error.value) == f"{place}: holds uint8 (2, 8, 8, 3); remove it and go on"


def test_a_full_disk_is_told_before_anything_is_decoded(table, cache, monkeypatch):
    usage = type("usage", (), {"free": 2_000_000})
    monkeypatch.setattr(images.shutil, "disk_usage", lambda folder: usage)
    with pytest.raises(DataError) as error:
        build_images(table, 128, cache)
    assert str(error.value) == (
        f"{cache}: decoded photos need 0.0 GB, 0.0 GB are free; make room, choose smaller image "
        "sizes, or put --studies elsewhere"
    )


def test_a_disk_that_fills_up_is_told(table, cache, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "pwrite", full)
    with pytest.raises(DataError, match=r"cannot be written \(No space left on device\)$"):
        build_images(table, 8, cache)
    assert [file.suffix for file in cache.iterdir()] == [".lock"]


def test_an_interrupt_leaves_nothing_behind(table, cache):
    def interrupt(done: int, photos: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build_images(table, 8, cache, workers=1, progress=interrupt)
    assert [file.suffix for file in cache.iterdir()] == [".lock"]


SLOW_BUILDER = """
import os, sys, time
from maskopt.data.images import build_images
from maskopt.data.photos import read_photos

table, cache, log = sys.argv[1:]

def wait(done, photos):
    with open(log, "a") as stream:
        stream.write(f"{os.getpid()}\\n")
    time.sleep(0.2)

build_images(read_photos(table), 8, cache, workers=1, progress=wait)
"""


def alone(table: PhotoTable, tmp_path: Path) -> bytes:
    """Return what the file holds where nobody else builds, dies, or has decoded anything."""
    return build_images(table, 8, tmp_path / "another cache").read_bytes()


def start(table: PhotoTable, cache: Path, log: Path) -> subprocess.Popen[bytes]:
    """Build in a process of its own that notes each batch."""
    file = log.with_name("photos.csv")
    write_photos(table, file)
    return subprocess.Popen([sys.executable, "-c", SLOW_BUILDER, file, cache, log])


@pytest.mark.parametrize(("former", "batches"), [(0, 3), (40, 2)], ids=["all", "the rest"])
def test_of_two_processes_one_builds_and_the_other_waits(
    table, cache, tmp_path, make_table, former, batches
):
    if former:
        build_images(make_table(Path(table.root), table.paths[:former]), 8, cache)
    log = tmp_path / "log.txt"
    processes = [start(table, cache, log) for _ in range(2)]
    for process in processes:
        assert process.wait(timeout=60) == 0
    assert len(log.read_text().split()) == batches
    assert len(set(log.read_text().split())) == 1  # process
    assert build_images(table, 8, cache).read_bytes() == alone(table, tmp_path)


@pytest.mark.parametrize("former", [0, 40], ids=["all", "the rest"])
def test_a_killed_builder_is_followed_by_another(table, cache, tmp_path, make_table, former):
    others = []
    if former:
        build_images(make_table(Path(table.root), table.paths[:former]), 8, cache)
        others = list(cache.iterdir())
    log = tmp_path / "log.txt"
    process = start(table, cache, log)
    while not log.exists() and process.poll() is None:
        time.sleep(0.01)
    process.kill()
    process.wait()
    assert sorted({file.suffix for file in cache.iterdir()} - {".npy"}) == [".lock", ".tmp"]
    assert count_undecoded(table, 8, cache) == 150 - former  # what is not whole is no source
    place = build_images(table, 8, cache)
    assert sorted(cache.iterdir()) == sorted([*others, place, place.with_suffix(".lock")])
    assert place.read_bytes() == alone(table, tmp_path)


def test_a_file_system_without_locks_is_good_enough(table, cache, monkeypatch):
    def unknown(*_):
        raise OSError(38, "Function not implemented")

    monkeypatch.setattr(fcntl, "flock", unknown)
    build_images(table, 8, cache)
    assert open_images(table, 8, cache)[149].any()
