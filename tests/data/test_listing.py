from __future__ import annotations

import os

import pytest


def test_links_are_followed_but_in_no_circle(tmp_path, write_photo, run_audit):
    for folder in ("wear", "incorrect", "not_wear"):
        for number in range(2):
            write_photo(tmp_path / "store" / folder / f"{number}.jpg")
    classes = tmp_path / "classes"
    classes.mkdir()
    for folder in ("wear", "incorrect", "not_wear"):
        (classes / folder).symlink_to(tmp_path / "store" / folder)
    (tmp_path / "store" / "wear" / "up").symlink_to(tmp_path / "store")
    (tmp_path / "store" / "wear" / "again").symlink_to(tmp_path / "store" / "wear")
    (classes / "wear" / "other").symlink_to(tmp_path / "store" / "not_wear")
    found = run_audit(classes)
    assert found.errors == ()
    assert len(found.table) == 8


def test_links_to_each_other_end(tmp_path, write_photo, run_audit):
    for folder in ("wear", "incorrect", "not_wear"):
        for number in range(2):
            write_photo(tmp_path / folder / f"{number}.jpg")
    (tmp_path / "wear" / "other").symlink_to(tmp_path / "incorrect")
    (tmp_path / "incorrect" / "other").symlink_to(tmp_path / "wear")
    found = run_audit(tmp_path)
    assert found.errors == ()
    assert len(found.table) == 14


def test_a_link_to_itself_is_told(tmp_path, write_photo, run_audit):
    for folder in ("wear", "incorrect", "not_wear"):
        for number in range(2):
            write_photo(tmp_path / folder / f"{number}.jpg")
    (tmp_path / "wear" / "more").symlink_to("more")
    assert run_audit(tmp_path).errors == (
        "photos: 1 folder cannot be read: wear/more (Too many levels of symbolic links); "
        "allow it, or move it away",
    )


@pytest.mark.parametrize(
    "junk", ["._a.jpg", ".DS_Store", ".hidden.jpg", "Thumbs.db", "desktop.ini", "__MACOSX/a.jpg"]
)
def test_what_other_systems_leave_is_ignored_with_a_warning(
    tmp_path, write_photo, run_audit, junk
):
    for folder in ("wear", "incorrect", "not_wear"):
        for number in range(2):
            write_photo(tmp_path / folder / f"{number}.jpg")
    (tmp_path / "wear" / junk).parent.mkdir(exist_ok=True)
    (tmp_path / "wear" / junk).write_text("x")
    found = run_audit(tmp_path)
    assert (found.errors, found.warnings) == (
        (),
        (
            "photos: 1 file is left by another system and is ignored: wear/"
            f"{junk.removesuffix('a.jpg') if '/' in junk else junk}; remove what you do not need",
        ),
    )


def test_pictures_of_other_kinds_are_ignored_with_a_warning(tmp_path, write_photo, run_audit):
    for folder in ("wear", "incorrect", "not_wear"):
        for number in range(2):
            write_photo(tmp_path / folder / f"{number}.jpg")
        (tmp_path / folder / "notes.txt").touch()
    (tmp_path / "wear" / "2.HEIC").touch()
    (tmp_path / "incorrect" / "2.tif").touch()
    found = run_audit(tmp_path)
    assert (found.errors, found.warnings) == (
        (),
        (
            "photos: 2 pictures are none of .jpg, .jpeg, .png, .bmp, .webp and are ignored: "
            "incorrect/2.tif, wear/2.HEIC; save as one of these",
        ),
    )


def test_folders_that_cannot_be_read_are_told(tmp_path, write_photo, run_audit, monkeypatch):
    write_photo(tmp_path / "wear" / "a.jpg")
    (tmp_path / "incorrect").mkdir()
    scan = os.scandir

    def closed(folder):
        if folder.endswith("incorrect"):
            raise PermissionError(13, "Permission denied")  # root would be let in
        return scan(folder)

    monkeypatch.setattr(os, "scandir", closed)
    assert run_audit(tmp_path).errors[0] == (
        "photos: 1 folder cannot be read: incorrect (Permission denied); allow it, or move it away"
    )


def test_file_names_of_any_bytes_can_be_used_and_told(tmp_path, write_photo, run_audit):
    for folder in ("wear", "incorrect", "not_wear"):
        for number in range(2):
            write_photo(tmp_path / folder / f"{number}.jpg")
    os.rename(tmp_path / "wear" / "0.jpg", os.fsencode(tmp_path / "wear") + b"/\xff.jpg")  # noqa: PTH104
    found = run_audit(tmp_path)
    assert found.errors == ()
    (tmp_path / "wear" / os.fsdecode(b"\xff.jpg")).write_bytes(b"")
    assert run_audit(tmp_path).errors == (
        r"photos: 1 photo is empty: wear/\udcff.jpg; copy again or remove",
    )
