from __future__ import annotations

import cv2
import numpy as np
import pytest
from PIL import Image

from maskopt.data import integrity


@pytest.fixture
def classes(tmp_path, write_photo):
    for folder in ("wear", "incorrect", "not_wear"):
        for number in range(2):
            write_photo(tmp_path / folder / f"{number}.jpg")
    return tmp_path


@pytest.fixture(params=["decoded", "only looked at"])
def looks(request, monkeypatch):
    """Few photos are decoded, of many only the ends are looked at: both must find the same."""
    if request.param == "only looked at":
        monkeypatch.setattr(integrity, "_DECODE_ALL", 0)


def broken(classes, run_audit):
    found = run_audit(classes)
    assert found.table is None
    return found.errors


@pytest.mark.usefixtures("looks")
@pytest.mark.parametrize("extension", [".jpg", ".png", ".bmp", ".webp"])
@pytest.mark.parametrize("kept", [0.3, 0.95])
def test_truncated_photos_are_told(classes, run_audit, extension, kept):
    file = classes / "wear" / f"a{extension}"
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    content = cv2.imencode(extension, noise)[1].tobytes()
    file.write_bytes(content[: int(len(content) * kept)])
    (error,) = broken(classes, run_audit)
    assert error.startswith(("photos: 1 photo is truncated: ", "photos: 1 photo is broken: "))
    assert f"wear/a{extension}" in error
    if extension == ".jpg":
        assert error == "photos: 1 photo is truncated: wear/a.jpg; copy again or remove"


@pytest.mark.usefixtures("looks")
@pytest.mark.parametrize("extension", [".jpg", ".png", ".bmp", ".webp"])
def test_sound_photos_are_not(classes, write_photo, run_audit, extension):
    write_photo(classes / "wear" / f"a{extension}")
    assert run_audit(classes).errors == ()


def test_of_few_photos_those_damaged_in_the_middle_are_told(classes, run_audit):
    file = classes / "wear" / "a.png"
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    content = bytearray(cv2.imencode(".png", noise)[1].tobytes())
    content[6000:6100] = bytes(100)
    file.write_bytes(content)
    (error,) = broken(classes, run_audit)
    assert error.startswith("photos: 1 photo is broken: wear/a.png (")


@pytest.mark.usefixtures("looks")
def test_a_jpeg_with_something_behind_its_end_is_sound(classes, run_audit):
    with (classes / "wear" / "0.jpg").open("ab") as stream:
        stream.write(b"what a telephone adds" * 100)
    assert run_audit(classes).errors == ()


@pytest.mark.usefixtures("looks")
def test_a_photo_may_have_another_formats_extension(classes, run_audit):
    Image.new("RGB", (8, 8), (10, 20, 30)).save(classes / "wear" / "0.jpg", "PNG")
    assert run_audit(classes).errors == ()


@pytest.mark.usefixtures("looks")
def test_what_is_no_photo_is_told_by_kind_with_the_first_three(classes, run_audit):
    for number in range(5):
        (classes / "wear" / f"empty{number}.jpg").write_bytes(b"")
        (classes / "wear" / f"text{number}.png").write_text("not a photo")
    (classes / "wear" / "gone.jpg").symlink_to("nowhere.jpg")
    assert broken(classes, run_audit) == (
        "photos: 5 photos are empty: wear/empty0.jpg, wear/empty1.jpg, wear/empty2.jpg and 2 more;"
        " copy again or remove",
        "photos: 1 photo is missing: wear/gone.jpg; put back or leave out",
        "photos: 5 photos are no images: wear/text0.png, wear/text1.png, wear/text2.png and 2 "
        "more; copy again or remove",
    )


def test_photos_too_large_to_open_are_told(classes, run_audit, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1_000_000)
    Image.new("L", (1_500, 1_400)).save(classes / "wear" / "wide.png")
    assert broken(classes, run_audit) == (
        "photos: 1 photo is too large: wear/wide.png (more than 2 million pixels); make smaller "
        "or leave out",
    )


def test_photos_that_may_not_be_read_are_told(classes, run_audit, monkeypatch):
    opened = integrity.os.open

    def closed(file, flags):
        if file.endswith("wear/0.jpg"):
            raise PermissionError(13, "Permission denied")  # root would be let in
        return opened(file, flags)

    monkeypatch.setattr(integrity.os, "open", closed)
    assert broken(classes, run_audit) == (
        "photos: 2 photos cannot be read: not_wear/0.jpg (Permission denied), wear/0.jpg "
        "(Permission denied); copy again or remove",
    )


def test_the_same_photo_in_two_places_is_a_warning(classes, run_audit):
    content = (classes / "wear" / "0.jpg").read_bytes()
    (classes / "wear" / "again.jpg").write_bytes(content)
    (classes / "wear" / "thrice.jpg").write_bytes(content)
    (classes / "incorrect" / "other.jpg").write_bytes((classes / "wear" / "1.jpg").read_bytes())
    found = run_audit(classes)
    assert found.errors == ()
    assert found.warnings == (
        "photos: 1 photo is there twice, in two classes: incorrect/other.jpg = wear/1.jpg; one of "
        "the classes is wrong",
        "photos: 1 photo is there twice: wear/0.jpg = wear/again.jpg; keep one of each, else a "
        "fold is judged on what others learn",
    )


def test_the_same_photo_within_a_group_is_not_told(tmp_path, write_people, run_audit):
    person = write_people(tmp_path) / "000000_male_Asian_20"
    (person / "mask2.jpg").write_bytes((person / "mask1.jpg").read_bytes())
    assert run_audit(tmp_path, group="person").warnings == ()


def test_too_many_likely_copies_are_not_compared(classes, run_audit, monkeypatch):
    monkeypatch.setattr("maskopt.data.duplicates._MOST", 1)
    (classes / "wear" / "again.jpg").write_bytes((classes / "wear" / "0.jpg").read_bytes())
    assert run_audit(classes).warnings == (
        "photos: more than 1 photos look like copies by size and last bytes; they were not "
        "compared",
    )
