"""What a sweep says of decoding, and what it holds and removes."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from maskopt.catalog.views import Input, View
from maskopt.data.cache_bound import keep_within
from maskopt.data.images import build_images, images_file
from maskopt.data.photos import PhotoTable
from maskopt.data.views import is_processed
from maskopt.spec import read_spec
from maskopt.sweep.decoding import decoded_photos
from maskopt.sweep.photos import inputs_wanted

HEADER = 128  # bytes
BEHIND = 16  # bytes a photo, and once more


@pytest.fixture
def photos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., PhotoTable]:
    """Write photos that are not there yet, and give the table of those that are named."""
    monkeypatch.chdir(tmp_path)

    def make(*numbers: int, folder: str = "photos") -> PhotoTable:
        root = tmp_path / folder
        root.mkdir(exist_ok=True)
        paths = [f"{number}.png" for number in numbers]
        for number, path in zip(numbers, paths, strict=True):
            if not (root / path).exists():
                cv2.imwrite(str(root / path), np.full((8, 8, 3), number, np.uint8))
        nothing = np.zeros(len(paths), dtype=np.int64)
        return PhotoTable(str(root), np.array(paths), np.array(paths), nothing, {"mask": nothing})

    return make


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def inputs(*sizes: int) -> tuple[Input, ...]:
    return tuple(map(Input, sizes))


def file_size(photos: int, size: int) -> int:
    return HEADER + photos * size * size * 3 + (photos + 1) * BEHIND


def said(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Return what was said, without seconds."""
    return [
        re.sub(r": [0-9.]+ s$", ": ... s", line) for line in capsys.readouterr().err.splitlines()
    ]


def test_what_is_decoded_and_what_is_copied_is_said(
    photos: Callable[..., PhotoTable], cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with decoded_photos([(photos(1, 2, 3), inputs(8, 16))], cache, 1):
        pass
    assert said(capsys) == [
        "decoding 3 photos at 8 px ...", "decoding 3 photos at 8 px: ... s",
        "decoding 3 photos at 16 px ...", "decoding 3 photos at 16 px: ... s",
    ]  # fmt: skip
    with decoded_photos([(photos(1, 3, 4, 5), inputs(8))], cache, 1):
        pass
    assert said(capsys) == [
        "decoding 2 of 4 photos at 8 px ...", "decoding 2 of 4 photos at 8 px: ... s",
    ]  # fmt: skip
    with decoded_photos([(photos(1, 4), inputs(8))], cache, 1):
        pass
    assert said(capsys) == [
        "copying 2 decoded photos at 8 px ...", "copying 2 decoded photos at 8 px: ... s",
    ]  # fmt: skip
    with decoded_photos([(photos(1, 4), inputs(8))], cache, 1):
        pass
    assert said(capsys) == []


def test_what_no_sweep_uses_any_more_goes_and_that_is_said(
    photos: Callable[..., PhotoTable], cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """128 bytes of a header, 8 x 8 x 3 of pixels, 2 x 16 of identities: 352 bytes, twice."""
    old = [build_images(photos(n, folder=f"photos {n}"), 8, cache) for n in (1, 2)]
    table, new = photos(3, 4), file_size(2, 28)
    with decoded_photos([(table, inputs(28))], cache, (new + 1) / 1e9):
        assert [place.exists() for place in old] == [False, False]
        assert images_file(table, 28, cache).stat().st_size == new == 4880
    assert file_size(1, 8) == 352
    assert said(capsys)[2:] == [
        "note: removed 2 files of decoded photos that no sweep uses (704 bytes), those used "
        "longest ago: all in cache may take 4.9 kB (`budget.cache`)"
    ]


def test_all_that_is_needed_is_kept_and_a_warning_says_that_it_is_too_much(
    photos: Callable[..., PhotoTable], cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, two = photos(1), photos(2, folder="others")
    with decoded_photos([(one, inputs(8, 16)), (two, inputs(8))], cache, 1e-6):
        assert len(list(cache.glob("*.npy"))) == 3
    assert file_size(1, 16) == 928
    assert said(capsys)[-1] == (
        "warning: decoded photos that are needed now take 1.6 kB of cache, and `budget.cache` "
        "lets all take 1 kB: they are kept; raise it, or choose fewer image sizes"
    )


def test_what_a_sweep_needs_is_held_against_others_while_it_runs(
    photos: Callable[..., PhotoTable], cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, two = photos(1), photos(2, folder="others")
    place = images_file(one, 8, cache)
    with decoded_photos([(one, inputs(8))], cache, 1):
        said(capsys)
        with decoded_photos([(two, inputs(8))], cache, 500e-9):
            assert place.exists()
        assert said(capsys)[2:] == [
            "warning: decoded photos and compiled code take 704 bytes of cache, and "
            "`budget.cache` lets all take 500 bytes: other processes use them, or their disk "
            "knows no locks, so they are kept; "
            "raise it, or choose fewer image sizes"
        ]
    assert keep_within(cache, 1e-9, ()).files == 2


def test_a_start_counts_as_use(photos: Callable[..., PhotoTable], cache: Path) -> None:
    one, two = (build_images(photos(n, folder=f"photos {n}"), 8, cache) for n in (1, 2))
    for second, place in enumerate((one, two)):
        os.utime(place, (second, second))
    with decoded_photos([(photos(1, folder="photos 1"), inputs(8))], cache, 1):
        pass
    keep_within(cache, 400e-9, ())
    assert (one.exists(), two.exists()) == (True, False)


def test_an_error_lets_go_of_what_was_held(photos: Callable[..., PhotoTable], cache: Path) -> None:
    with pytest.raises(KeyError), decoded_photos([(photos(1), inputs(8))], cache, 1):
        raise KeyError
    assert keep_within(cache, 1e-9, ()).files == 1


def test_how_often_a_view_found_nothing_is_said_once(
    photos: Callable[..., PhotoTable], cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Photos of one colour: nobody stands out in any of them."""
    cut, mixed = View.of("no_background"), View.of("mixed", {"originals": 1})
    table = photos(*range(12))
    looked = sum(is_processed(path, 1) for path in table.paths.tolist())
    with decoded_photos([(table, (Input(8, cut), Input(16, cut), Input(8, mixed)))], cache, 1):
        pass
    assert 1 < looked < 12
    assert [line for line in said(capsys) if "..." not in line] == [
        "note: no_background: nobody stands out in the middle of 12 of 12 photos, they were left "
        "whole",
        "note: mixed(view=no_background, originals=1): nobody stands out in the middle of "
        f"{looked} of {looked} photos, they were left whole",
    ]
    with decoded_photos([(table, (Input(8, cut),))], cache, 1):
        pass
    assert said(capsys) == []


def test_every_view_and_size_that_a_trial_can_draw_is_decoded_before(tmp_path: Path) -> None:
    views = "[whole, {center: {size: [100, 200]}}, {mixed: {view: face, originals: 3}}]"
    file = tmp_path / "a.yaml"
    file.write_text(
        "study: a\ndata: {attributes: {m: {classes: [x, y]}}, group: none}\nheads: [m]\n"
        "budget: {trials: 3}\n"
        f"space: {{backbone: resnet18, image_size: [64, 32], view: {views}}}\n"
    )
    names = ["whole", "center_size_100", "center_size_200", "mixed_view_face_originals_3"]
    wanted = inputs_wanted(read_spec(file))
    assert [(each.size, each.view.key) for each in wanted] == [
        (size, name) for size in (32, 64) for name in names
    ]
    alone = inputs_wanted(read_spec(file, sets=["space.view=mixed", "space.image_size=32"]))
    assert [each.view.name for each in alone] == ["mixed", "whole"]
