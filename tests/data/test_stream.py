import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import pytest

from maskopt.catalog.views import Input
from maskopt.data import stream
from maskopt.data.decode import read_image
from maskopt.data.stream import stream_photos
from maskopt.data.unlabelled import Unlabelled, single_photos

Write = Callable[[Path], Path]


def inputs(*sizes: int) -> list[Input]:
    return [Input(size) for size in sizes]


def write_many(folder: Path, write_photo: Write, count: int) -> Unlabelled:
    return single_photos([write_photo(folder / f"{number:02d}.png") for number in range(count)])


def test_photos_come_in_their_order_at_each_size(tmp_path: Path, write_photo: Write) -> None:
    photos = write_many(tmp_path, write_photo, 5)
    batches = list(stream_photos(photos, inputs(8, 12), 2))
    assert [batch.places for batch in batches] == [range(2), range(2, 4), range(4, 5)]
    for size in (8, 12):
        pixels = np.concatenate([batch.pixels[Input(size)] for batch in batches])
        wanted = [read_image(photos.file(place), size) for place in range(5)]
        assert np.array_equal(pixels, np.stack(wanted))


def test_what_cannot_be_decoded_is_told_by_place(tmp_path: Path, write_photo: Write) -> None:
    photos = write_many(tmp_path, write_photo, 4)
    Path(photos.file(1)).write_bytes(b"")
    Path(photos.file(2)).unlink()
    Path(photos.file(3)).unlink()
    Path(photos.file(3)).mkdir()
    first, second = stream_photos(photos, inputs(8), 2)
    assert (first.sound, first.wrong, len(first.pixels[Input(8)])) == ((0,), {1: "is empty"}, 1)
    assert (second.sound, second.pixels) == ((), {})
    assert second.wrong == {2: "is missing", 3: "is no file"}


def test_a_pipe_named_like_a_photo_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    monkeypatch.setattr(Path, "read_bytes", lambda _: b"")  # the real one would wait
    (batch,) = stream_photos(single_photos([tmp_path / "pipe.jpg"]), inputs(8), 2)
    assert batch.wrong == {0: "is no file"}


def test_each_file_is_read_once_and_decoded_once_a_size(
    tmp_path: Path, write_photo: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: list[Path] = []
    read = Path.read_bytes

    def count(file: Path) -> bytes:
        reads.append(file)
        return read(file)

    monkeypatch.setattr(Path, "read_bytes", count)
    list(stream_photos(write_many(tmp_path, write_photo, 3), inputs(8, 12, 16), 2))
    assert sorted(file.name for file in reads) == ["00.png", "01.png", "02.png"]


def test_only_a_few_batches_are_decoded_ahead(
    tmp_path: Path, write_photo: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    class Counting(ThreadPoolExecutor):
        def submit(self, task, file, *others):
            asked.append(file)
            return super().submit(task, file, *others)

    monkeypatch.setattr(stream, "ThreadPoolExecutor", Counting)
    batches = stream_photos(write_many(tmp_path, write_photo, 30), inputs(8), 2)
    next(batches)
    assert len(asked) == 6  # one batch that is looked at, two ahead
    next(batches)
    assert len(asked) == 8
    batches.close()


def test_threads_and_opencvs_own_are_as_before_however_it_ends(
    tmp_path: Path, write_photo: Write
) -> None:
    before, kept = threading.active_count(), cv2.getNumThreads()
    batches = stream_photos(write_many(tmp_path, write_photo, 6), inputs(8), 1)
    next(batches)
    batches.close()
    assert (threading.active_count(), cv2.getNumThreads()) == (before, kept)
