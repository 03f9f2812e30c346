"""Photos that changed are decoded again, the others not."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from maskopt.data import filling, pixel_file
from maskopt.data.decode import read_image
from maskopt.data.images import build_images, count_undecoded, has_images, open_images
from maskopt.data.pixel_file import IDENTITY
from maskopt.errors import DataError

BEHIND = 151 * IDENTITY  # bytes behind the pixels of 150 photos: a seal and an identity each


@pytest.fixture
def decoded(monkeypatch):
    """Names of the photos that are decoded from now on, in their order."""
    names: list[str] = []

    def read(file, size):
        names.append(Path(file).name)
        return read_image(file, size)

    monkeypatch.setattr(filling, "read_image", read)
    return names


def is_right(table, cache) -> bool:
    mapped = open_images(table, 8, cache)
    each = [read_image(table.file(index), 8) for index in range(len(table))]
    return bool((mapped == np.stack(each)).all())


def touch(table) -> None:
    """Make it another table, one photo of which was touched."""
    os.utime(table.file(149), ns=(0, 0))


def test_only_photos_that_are_new_or_changed_are_decoded(
    table, cache, write_photo, make_table, decoded, tmp_path
):
    build_images(table, 8, cache)
    root, told = Path(table.root), []
    before = (root / "007.png").stat().st_mtime_ns
    shutil.copy(root / "100.jpg", root / "007.png")  # changed, under the time of before
    os.utime(root / "007.png", ns=(before, before))
    os.utime(root / "008.jpg", ns=(0, 0))  # changed, as far as anybody can tell
    (root / "020.jpg").unlink()
    write_photo(root / "021b.jpg")
    paths = sorted(file.name for file in root.iterdir())
    now, decoded[:] = make_table(root, paths), []
    assert count_undecoded(now, 8, cache) == 3
    file = build_images(now, 8, cache, workers=1, progress=lambda *each: told.append(each))
    assert decoded == ["007.png", "008.jpg", "021b.jpg"]
    assert told == [(3, 3)]
    assert is_right(now, cache)
    alone = build_images(now, 8, tmp_path / "another cache")
    assert file.read_bytes() == alone.read_bytes()


def test_where_photos_are_only_gone_nothing_is_decoded(table, cache, make_table, decoded):
    build_images(table, 8, cache)
    fewer, decoded[:], told = make_table(Path(table.root), table.paths[::2]), [], []
    build_images(fewer, 8, cache, workers=1, progress=lambda *each: told.append(each))
    assert (decoded, told) == ([], [(64, 75), (75, 75)])
    assert is_right(fewer, cache)


def test_several_former_files_are_drawn_on(table, cache, make_table, decoded):
    root = Path(table.root)
    for paths in (table.paths[:70], table.paths[60:140]):
        build_images(make_table(root, paths), 8, cache)
    decoded.clear()
    build_images(table, 8, cache, workers=1)
    assert decoded == table.paths[140:].tolist()
    assert is_right(table, cache)


def test_another_size_or_another_cache_folder_is_no_source(table, cache, decoded, tmp_path):
    build_images(table, 8, cache)
    touch(table)
    assert [count_undecoded(table, 8, cache), count_undecoded(table, 16, cache)] == [1, 150]
    assert count_undecoded(table, 8, tmp_path / "none") == 150


def test_a_copy_in_another_folder_is_decoded_by_itself(table, cache, make_table, tmp_path):
    """Folder and photos may be other ones by then, with the same names, sizes and times."""
    build_images(table, 8, cache)
    shutil.copytree(table.root, tmp_path / "copy")
    copied = make_table(tmp_path / "copy", table.paths)
    assert copied.fingerprint == table.fingerprint
    assert count_undecoded(copied, 8, cache) == 150
    assert count_undecoded(table, 8, cache) == 0


def swap(content: bytearray) -> None:
    first = len(content) - 150 * IDENTITY
    one, two = slice(first, first + IDENTITY), slice(first + IDENTITY, first + 2 * IDENTITY)
    content[one], content[two] = content[two], content[one]


def flip(place: int):
    def change(content: bytearray) -> None:
        content[place] ^= 1

    return change


def cut(start: int):
    def change(content: bytearray) -> None:
        del content[start:]

    return change


BROKEN = {
    "an older version's": cut(-BEHIND),
    "half of them": cut(-BEHIND // 2),
    "all but a byte": cut(-1),
    "a byte more": lambda content: content.append(0),
    "two swapped": swap,
    "a bit of the seal": flip(-BEHIND),
    "a bit of the first": flip(-BEHIND + IDENTITY),
    "a bit of the last": flip(-1),
    "zeros": lambda content: content.__setitem__(slice(-BEHIND, None), bytes(BEHIND)),
    "no magic": flip(0),
    "another version of numpy's": flip(6),
    "no dictionary": flip(10),
    "another kind of numbers": lambda content: content.__setitem__(22, ord("i")),
    "half a header": cut(50),
    "nothing": cut(0),
}


@pytest.mark.parametrize("change", BROKEN.values(), ids=BROKEN.keys())
def test_what_is_broken_or_missing_is_no_source_and_no_trouble(table, cache, change, decoded):
    file = build_images(table, 8, cache)
    content = bytearray(file.read_bytes())
    change(content)
    file.write_bytes(content)
    touch(table)
    decoded.clear()
    build_images(table, 8, cache)
    assert len(decoded) == 150
    assert is_right(table, cache)


def test_a_cache_of_an_older_version_is_used_as_it_is(table, cache, decoded):
    file = build_images(table, 8, cache)
    os.truncate(file, file.stat().st_size - BEHIND)
    decoded.clear()
    assert has_images(table, 8, cache)
    assert build_images(table, 8, cache) == file
    assert decoded == []


def test_a_folder_in_the_place_of_a_file_is_no_source(table, cache):
    (cache / "images-0-8.npy").mkdir(parents=True)
    build_images(table, 8, cache)
    assert is_right(table, cache)


def test_pixels_of_another_way_of_decoding_are_not_copied(table, cache, monkeypatch):
    build_images(table, 8, cache)
    touch(table)
    monkeypatch.setattr(pixel_file, "PREPROCESSING", "upside down")
    assert count_undecoded(table, 8, cache) == 150


def test_a_photo_that_changes_while_it_is_decoded_is_decoded_again(table, cache, monkeypatch):
    """Its pixels may be those of before or of after: nobody can tell, though it is put back."""
    before = Path(table.file(4)).stat().st_mtime_ns

    def read(file, size):
        pixels = read_image(file, size)
        if file.endswith("004.jpg"):
            os.utime(file, ns=(5, 5))
        return pixels

    monkeypatch.setattr(filling, "read_image", read)
    build_images(table, 8, cache)
    os.utime(table.file(4), ns=(before, before))
    assert count_undecoded(table, 8, cache) == 1


def test_what_cannot_be_read_of_a_former_file_is_decoded(table, cache, monkeypatch, decoded):
    build_images(table, 8, cache)
    touch(table)
    decoded.clear()
    answers = iter([b"short", OSError(5, "Input/output error")])
    whole = os.pread

    def broken(*where):
        answer = next(answers, None)
        if isinstance(answer, OSError):
            raise answer
        return whole(*where) if answer is None else answer

    monkeypatch.setattr(os, "pread", broken)
    build_images(table, 8, cache, workers=1)
    assert decoded == ["000.jpg", "001.png", "149.png"]
    assert is_right(table, cache)


def test_a_photo_that_is_gone_is_told_although_others_are_copied(table, cache):
    build_images(table, 8, cache)
    object.__setattr__(table, "stamp", "a" * 64)  # audited before it went
    Path(table.file(9)).unlink()
    with pytest.raises(DataError) as error:
        build_images(table, 8, cache)
    assert str(error.value) == (
        f"{table.root}: 1 photo cannot be used: 009.png cannot be read (No such file or "
        "directory); copy again or remove"
    )
