"""What a view shows of drawn photos, by hand."""

from __future__ import annotations

import hashlib
import inspect
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import pytest

from maskopt.catalog import load
from maskopt.catalog.views import VIEWS, WHOLE, View
from maskopt.data import faces, views
from maskopt.data.backgrounds import foreground
from maskopt.data.decode import PREPROCESSING, decode_image
from maskopt.data.faces import Box, find_face
from maskopt.data.views import (
    GREY,
    crop_centre,
    is_processed,
    preprocessing,
    see,
    see_file,
    square_around,
)
from maskopt.errors import DataError

REAL = Path(__file__).parents[3] / "shared" / "data" / "faces_age"


def png(pixels: np.ndarray) -> bytes:
    return cv2.imencode(".png", pixels[:, :, ::-1])[1].tobytes()


def gradient(height: int, width: int) -> np.ndarray:
    """Red tells the row, green the column."""
    rows, columns = np.mgrid[:height, :width]
    return np.dstack([rows, columns, np.zeros_like(rows)]).astype(np.uint8)


def disc() -> np.ndarray:
    """A green disc of radius 40 in the middle of a blue plain of 160 x 120, a little noisy."""
    noise = np.random.default_rng(0).integers(0, 20, (160, 120, 3)).astype(np.uint8)
    image = np.full((160, 120, 3), (20, 20, 180), np.uint8)
    cv2.circle(image, (60, 80), 40, (20, 200, 20), -1)
    return image + noise


def test_the_whole_photo_is_what_is_decoded() -> None:
    content = png(gradient(30, 20))
    assert (see(content, 8, WHOLE).pixels == decode_image(content, 8)).all()


def test_the_centre_is_so_many_pixels_of_the_photo_itself() -> None:
    """20 of 60 rows from 20 on, 20 of 40 columns from 10 on; nothing is resized."""
    seen = see(png(gradient(60, 40)), 20, View("center", (("size", 20),)))
    assert not seen.failed
    assert (seen.pixels[:, 0, 0] == np.arange(20, 40)).all()
    assert (seen.pixels[0, :, 1] == np.arange(10, 30)).all()


def test_of_a_photo_that_is_smaller_the_centre_is_what_there_is() -> None:
    """50 rows are wanted of 60, 50 columns of 40: all 40; then halved, pairs are averaged."""
    cropped = crop_centre(gradient(60, 40), 50)
    assert cropped.shape == (50, 40, 3)
    assert (cropped[0, 0] == (5, 0, 0)).all()
    seen = see(png(gradient(60, 40)), 20, View.of("center", {"size": 50})).pixels
    assert seen.shape == (20, 20, 3)
    assert abs(float(seen[0, 0, 1]) - 0.5) <= 0.5
    assert abs(float(seen[0, 0, 0]) - (5 + 0.75)) <= 0.5  # 2.5 rows a pixel


@pytest.mark.parametrize(
    ("box", "margin", "wanted"),
    [
        (Box(50, 40, 20, 16), 0.0, (30, 40, 20)),  # 20 around (50, 40)
        (Box(50, 40, 16, 20), 0.5, (20, 30, 40)),  # 20 + 2 x 10
        (Box(10, 10, 20, 20), 0.5, (0, 0, 40)),  # moved into the photo
        (Box(195, 95, 20, 20), 0.5, (60, 160, 40)),
        (Box(100, 50, 80, 80), 1.0, (0, 50, 100)),  # no larger than the photo
    ],
    ids=["tight", "grown", "first corner", "last corner", "whole height"],
)
def test_a_square_around_a_face_lies_in_the_photo(
    box: Box, margin: float, wanted: tuple[int, int, int]
) -> None:
    assert square_around(box, margin, 100, 200) == wanted


def test_the_square_around_a_face_is_what_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "find_face", lambda _: Box(50, 40, 20, 16))
    seen = see(png(gradient(100, 200)), 40, View.of("face", {"margin": 0.5}))
    assert not seen.failed
    assert (seen.pixels[:, 0, 0] == np.arange(20, 60)).all()
    assert (seen.pixels[0, :, 1] == np.arange(30, 70)).all()


def test_without_a_face_the_centre_is_taken_and_that_counts_as_a_failure() -> None:
    seen = see(png(gradient(100, 200)), 100, View.of("face"))
    assert seen.failed
    assert (seen.pixels[0, :, 1] == np.arange(50, 150)).all()
    assert see(png(np.full((40, 30, 3), 255, np.uint8)), 8, View.of("face")).failed


def test_a_missing_detector_is_told_with_the_command_that_brings_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "dlib", None)
    monkeypatch.setattr(faces, "_OF_THREAD", type("Nothing", (), {})())
    with pytest.raises(DataError) as caught:
        find_face(gradient(30, 30))
    assert str(caught.value) == (
        "the view `face` needs dlib, which is not installed here; pip install 'maskopt[faces]'"
    )


@pytest.mark.real
def test_a_face_is_found_where_it_is_whatever_the_photos_size() -> None:
    if not REAL.is_dir():
        pytest.skip("no real photos beside the project")
    photo = cv2.imread(str(REAL / "images/100_1_0_20170112213303693.jpg"))[:, :, ::-1]
    scene = np.full((400, 600, 3), 128, np.uint8)
    scene[150:350, 300:500] = photo
    large = find_face(np.ascontiguousarray(scene))
    small = find_face(cv2.resize(scene, (450, 300), interpolation=cv2.INTER_AREA))
    assert large is not None
    assert small is not None
    assert abs(large.x - 400) < 20
    assert abs(large.y - 250) < 35
    assert np.abs(np.array(large) * 0.75 - np.array(small)).max() < 12


def test_a_disc_stays_and_the_plain_around_it_is_grey() -> None:
    seen = see(png(disc()), 80, View.of("no_background"))
    assert not seen.failed
    rows, columns = np.mgrid[:80, :80] + 0.5
    # The photo is halved in height, and two thirds as wide.
    distance = np.hypot(rows / 80 * 160 - 80, columns / 80 * 120 - 60)
    whole = decode_image(png(disc()), 80)
    assert (seen.pixels[distance < 36] == whole[distance < 36]).all()
    assert (seen.pixels[distance > 44] == GREY).all()


@pytest.mark.parametrize("colour", [0, 128, 255])
def test_where_nothing_stands_out_the_photo_stays_whole_and_that_counts_as_a_failure(
    colour: int,
) -> None:
    seen = see(png(np.full((60, 40, 3), colour, np.uint8)), 16, View.of("no_background"))
    assert seen.failed
    assert (seen.pixels == colour).all()


def test_a_background_is_the_same_on_every_thread() -> None:
    cv2.setRNGSeed(7)
    first = foreground(disc())
    with ThreadPoolExecutor(4) as pool:
        others = list(pool.map(foreground, [disc()] * 12))
    assert first is not None
    assert all((first == each).all() for each in others)


def test_one_photo_in_so_many_is_processed_as_its_path_has_it() -> None:
    paths = [f"{number:06d}/mask{number % 5}.jpg" for number in range(4000)]
    for originals in (1, 3):
        chosen = [path for path in paths if is_processed(path, originals)]
        # Within four standard deviations of a binomial's.
        share = 1 / (originals + 1)
        assert abs(len(chosen) - 4000 * share) < 4 * (4000 * share * (1 - share)) ** 0.5
        digest = hashlib.blake2b(chosen[0].encode(), digest_size=8).digest()
        assert int.from_bytes(digest, "little") % (originals + 1) == 0


def test_a_mixture_shows_processed_photos_and_whole_ones() -> None:
    mixed, cut = View.of("mixed", {"originals": 2}), View.of("no_background")
    content = png(disc())
    seen = {path: see(content, 40, mixed, path).pixels for path in map(str, range(30))}
    for path, pixels in seen.items():
        view = cut if is_processed(path, 2) else WHOLE
        assert (pixels == see(content, 40, view).pixels).all()
    assert 0 < sum(is_processed(path, 2) for path in seen) < 30


def test_a_file_is_seen_as_its_bytes_are(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(png(disc()))
    view = View.of("center", {"size": 64})
    there = see_file(tmp_path / "a.png", 16, view, "a.png").pixels
    assert (there == see(png(disc()), 16, view).pixels).all()


@pytest.mark.parametrize("name", list(VIEWS))
def test_every_view_has_its_builder_and_its_words(name: str) -> None:
    given = inspect.signature(load(VIEWS[name].builder)).parameters.values()
    keywords = {each.name for each in given if each.kind is each.KEYWORD_ONLY}
    assert keywords == set(VIEWS[name].parameters)
    said = preprocessing(View.of(name))
    assert (said == PREPROCESSING) == (name == "whole")
    assert "S x S" in said


def test_words_tell_parameters() -> None:
    assert preprocessing(View.of("center", {"size": 300})) == (
        "the photo, upright as its EXIF data says, in RGB, transparent parts on white; its "
        "middle, 300 x 300 pixels or what there is of them, resized to S x S pixels by OpenCV's "
        "INTER_AREA, or by INTER_LINEAR where its shorter side has fewer than S"
    )
