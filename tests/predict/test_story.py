import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from maskopt.catalog.views import Input
from maskopt.errors import BundleError, DataError
from maskopt.labels import Attribute
from maskopt.predict.outcome import Order
from maskopt.predict.story import run_predict, show_outcome

RED, GREEN, BLUE = (200, 40, 10), (50, 150, 50), (0, 50, 200)
AGE = Attribute("age", ("young", "middle", "senior"), (30, 60))


def rows(file: Path) -> list[list[str]]:
    with file.open(newline="") as stream:
        return list(csv.reader(stream))


@pytest.fixture
def photos(tmp_path: Path, paint: Callable[..., Path]) -> Path:
    folder = tmp_path / "photos"
    for name, colour in {"b.png": GREEN, "a.png": RED, "deep/c.png": BLUE}.items():
        paint(folder / name, colour)
    return folder


def test_a_folders_photos_stand_in_a_table_by_path(make_bundle, voters, photos, tmp_path) -> None:
    output = tmp_path / "new" / "out.csv"
    outcome = run_predict(Order(make_bundle([AGE]), photos, str(output)))
    # 200 : 40 : 10 of 250, 50 : 150 : 50 of 250, 0 : 50 : 200 of 250, and a thousandth each.
    assert rows(output) == [
        ["path", "age", "age:young", "age:middle", "age:senior"],
        ["a.png", "young", "0.799994", "0.160002", "0.040004"],
        ["b.png", "middle", "0.200002", "0.599997", "0.200002"],
        ["deep/c.png", "senior", "0.000004", "0.200002", "0.799994"],
    ]
    assert (outcome.photos, outcome.unread, outcome.skipped) == (3, 0, [])
    assert outcome.proportions == {"age": {"young": 1 / 3, "middle": 1 / 3, "senior": 1 / 3}}
    assert [file.name for file in output.parent.iterdir()] == ["out.csv"]


def test_rows_are_the_same_in_batches_of_any_size(make_bundle, voters, photos, tmp_path) -> None:
    bundle, written = make_bundle([AGE]), []
    for size in (1, 2, 64):
        file = tmp_path / f"{size}.csv"
        run_predict(Order(bundle, photos, str(file), batch_size=size))
        written.append(file.read_bytes())
    assert [voter.batches for voter in voters] == [[1, 1, 1], [2, 1], [3]]
    assert written[0] == written[1] == written[2]


def test_a_competitions_list_is_answered_in_its_order(make_bundle, voters, photos, tmp_path):
    (photos / "info.csv").write_text("ImageID,ans\nb.png,\ndeep/c.png,\na.png,\n")
    output = tmp_path / "output.csv"
    run_predict(Order(make_bundle(), photos, str(output), format="competition"))
    # green: mask 1, gender 1 (150 against 50), age 1; blue: 2, 1 (50 against 0), 2; red: 0, 0, 0
    assert output.read_text() == "ImageID,ans\nb.png,10\ndeep/c.png,17\na.png,0\n"


def test_all_unreadable_photos_are_listed_and_nothing_is_written(
    make_bundle, voters, photos, tmp_path
) -> None:
    (photos / "d.png").write_bytes(b"")
    (photos / "e.jpg").write_bytes(b"text")
    (photos / "f.jpg").write_bytes(b"")
    output = tmp_path / "out.csv"
    output.write_text("what was there")
    with pytest.raises(DataError) as caught:
        run_predict(Order(make_bundle([AGE]), photos, str(output)))
    assert str(caught.value).splitlines() == [
        f"{photos}: 2 photos are empty: d.png, f.jpg; copy again or remove",
        f"{photos}: 1 photo is no image: e.jpg; copy again or remove",
        "--on-error skip answers them with empty rows",
    ]
    assert (output.read_text(), voters) == ("what was there", [])


@pytest.mark.parametrize("batch_size", [2, 64])
def test_unreadable_photos_can_be_skipped_with_empty_rows(
    batch_size, make_bundle, voters, photos, tmp_path
) -> None:
    (photos / "a.png").write_bytes(b"")
    (photos / "b.png").write_bytes(b"text")
    output = tmp_path / "out.csv"
    order = Order(make_bundle([AGE]), photos, str(output), on_error="skip", batch_size=batch_size)
    outcome = run_predict(order)
    assert rows(output)[1:3] == [["a.png", "", "", "", ""], ["b.png", "", "", "", ""]]
    assert rows(output)[3][:2] == ["deep/c.png", "senior"]
    assert voters[0].batches == [1]  # a batch without photos asks nobody
    assert (outcome.photos, outcome.unread) == (3, 2)
    assert outcome.proportions == {"age": {"young": 0.0, "middle": 0.0, "senior": 1.0}}
    assert outcome.skipped == [
        f"{photos}: 1 photo is empty: a.png; copy again or remove",
        f"{photos}: 1 photo is no image: b.png; copy again or remove",
    ]


def test_a_photo_found_broken_only_while_decoding_stops_too(
    make_bundle, voters, photos, tmp_path, monkeypatch
) -> None:
    monkeypatch.setattr("maskopt.predict.answers.find_broken", lambda photos: {})
    (photos / "b.png").write_bytes(b"text")
    output = tmp_path / "out.csv"
    with pytest.raises(DataError, match=r"1 photo is no image: b\.png"):
        run_predict(Order(make_bundle([AGE]), photos, str(output), batch_size=1))
    assert sorted(file.name for file in tmp_path.iterdir()) == ["people.bundle", "photos"]


def test_an_interrupt_leaves_what_was_there_and_no_half_file(
    make_bundle, voters, photos, tmp_path, monkeypatch
) -> None:
    output = tmp_path / "out.csv"
    output.write_text("what was there")
    bundle = make_bundle([AGE])

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("maskopt.predict.answers._vote", interrupt)
    with pytest.raises(KeyboardInterrupt):
        run_predict(Order(bundle, photos, str(output)))
    assert output.read_text() == "what was there"
    names = ["out.csv", "people.bundle", "photos"]
    assert sorted(file.name for file in tmp_path.iterdir()) == names


def test_a_full_memory_of_the_device_is_told(make_bundle, voters, photos, tmp_path, monkeypatch):
    def refuse(*_: object) -> None:
        raise RuntimeError("CUDA out of memory. Tried to allocate 20.00 MiB.")

    bundle = make_bundle([AGE])
    order = Order(bundle, photos, str(tmp_path / "out.csv"))
    monkeypatch.setattr("maskopt.predict.story.load_voter", lambda *_, **__: Refusing(refuse))
    with pytest.raises(BundleError) as caught:
        run_predict(order)
    assert str(caught.value) == (
        "the device's memory does not hold the networks and 3 photos at a time; take fewer with "
        "--batch-size, or end what else uses the device"
    )


class Refusing:
    inputs = (Input(8),)

    def __init__(self, refuse: Callable[..., None]) -> None:
        self.refuse = refuse

    def __call__(self, pixels: object) -> None:
        self.refuse(pixels)


def test_warnings_come_first_and_the_end_tells_how_many_and_where(
    make_bundle, voters, photos, tmp_path, capsys
) -> None:
    (photos / ".DS_Store").write_bytes(b"")
    (photos / "d.heic").write_bytes(b"")
    output = tmp_path / "out.csv"
    show_outcome(run_predict(Order(make_bundle([AGE]), photos, str(output))), as_json=False)
    told = capsys.readouterr()
    assert told.out.startswith(f"{output}: 3 photos in ")
    assert told.err.splitlines()[:3] == [
        f"warning: {photos}: 1 file is left by another system and is ignored: .DS_Store; "
        "remove what you do not need",
        f"warning: {photos}: 1 picture is none of .jpg, .jpeg, .png, .bmp, .webp and is ignored: "
        "d.heic; save as one of these",
        "predicting 3 photos ...",
    ]


def test_rows_may_go_to_stdout_and_all_else_to_stderr(make_bundle, voters, photos, capsys) -> None:
    show_outcome(run_predict(Order(make_bundle([AGE]), photos / "a.png", "-")), as_json=False)
    told = capsys.readouterr()
    assert told.out.splitlines() == [
        "path,age,age:young,age:middle,age:senior",
        f"{photos / 'a.png'},young,0.799994,0.160002,0.040004",
    ]
    assert told.err.splitlines()[-1].startswith("stdout: 1 photo in ")


def test_json_is_one_object(make_bundle, voters, photos, tmp_path, capsys) -> None:
    output = str(tmp_path / "out.csv")
    show_outcome(run_predict(Order(make_bundle([AGE]), photos / "a.png", output)), as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert told.pop("seconds") >= 0
    assert told == {
        "photos": 1,
        "skipped": 0,
        "output": output,
        "proportions": {"age": {"young": 1.0, "middle": 0.0, "senior": 0.0}},
        "adaptation": None,
    }


def test_a_format_the_bundle_cannot_answer_is_told_before_photos_are_looked_at(
    make_bundle, tmp_path
) -> None:
    order = Order(make_bundle([AGE]), tmp_path / "nowhere", "out.csv", format="competition")
    with pytest.raises(BundleError, match="mask is missing"):
        run_predict(order)
