"""Compiled code is under the bound of decoded photos, and nobody loses what is in use."""

from __future__ import annotations

import fcntl
import os
import threading
from pathlib import Path

import pytest

from maskopt.data.cache_bound import Kept, keep_within
from maskopt.data.compiled_code import use_code

GIGABYTE = 10**9


@pytest.fixture
def four(cache):
    """Four files of decoded photos of 100 bytes, the first of which was used longest ago."""
    cache.mkdir()
    places = [cache / f"images-{name}-8.npy" for name in "dbca"]
    for second, place in enumerate(places):
        place.write_bytes(bytes(100))
        os.utime(place, (second, second))
    return places


def code(cache: Path, name: str, size: int, used: int) -> Path:
    """Lay down compiled code of so many bytes that was used at a second."""
    folder, held = use_code(cache, name)
    held.close()
    (folder / "ab").mkdir()
    (folder / "ab" / "kernel.so").write_bytes(bytes(size))
    os.utime(folder / "in-use.lock", (used, used))
    return folder


def test_compiled_code_goes_among_photos_by_its_last_use(cache, four):
    old, new = code(cache, "a-8", 50, -1), code(cache, "b-8", 50, 100)
    assert keep_within(cache, 400 / GIGABYTE, ()) == Kept(1, 150, 0, 350, 1)
    assert (old.exists(), four[0].exists(), new.exists()) == (False, False, True)


def test_code_that_is_used_now_is_kept_and_was_used_last(cache, four):
    folder = code(cache, "a-8", 50, -1)
    _, held = use_code(cache, "a-8")
    assert keep_within(cache, 1e-9, ()) == Kept(4, 400, 0, 50)
    held.close()
    assert folder.joinpath("in-use.lock").stat().st_mtime > 100
    assert keep_within(cache, 1e-9, ()) == Kept(0, 50, 0, 0, 1)
    assert list((cache / "compiled").iterdir()) == []


def test_who_waited_for_code_that_was_removed_makes_it_anew(cache):
    folder = code(cache, "a-8", 50, 0)
    with (folder / "in-use.lock").open("a") as removing:
        fcntl.flock(removing, fcntl.LOCK_EX)
        found = []
        waiting = threading.Thread(target=lambda: found.append(use_code(cache, "a-8")))
        waiting.start()
        folder.rename(cache / "gone")
    waiting.join()
    ((place, held),) = found
    assert place == folder
    assert [file.name for file in folder.iterdir()] == ["in-use.lock"]
    held.close()


def test_code_removed_between_finding_and_opening_its_folder_is_made_anew(cache, monkeypatch):
    folder = code(cache, "a-8", 50, 0)
    make = os.mkdir

    def find_and_lose(*arguments):
        try:
            make(*arguments)
        except FileExistsError:
            folder.rename(cache / "gone")
            raise

    monkeypatch.setattr(os, "mkdir", find_and_lose)
    place, held = use_code(cache, "a-8")
    assert place == folder
    assert [file.name for file in folder.iterdir()] == ["in-use.lock"]
    held.close()


def test_what_a_former_version_or_a_killed_sweep_left_of_compiled_code_goes_too(cache):
    for name in ("fxgraph", "a-8.gone"):
        (cache / "compiled" / name).mkdir(parents=True)
        (cache / "compiled" / name / "x").write_bytes(bytes(10))
    assert keep_within(cache, 1e-9, ()) == Kept(0, 20, 0, 0, 2)
