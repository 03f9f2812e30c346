import subprocess
import sys
from pathlib import Path

import pytest

from maskopt.data.people import draw_people, has_people
from maskopt.data.people.census import draw_train
from maskopt.data.people.sittings import Sitting, draw_sittings
from maskopt.errors import DataError


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Three people and one to evaluate on."""
    folder = tmp_path_factory.mktemp("people") / "drawn"
    draw_people(folder, 3, seed=3, eval_people=1)
    return folder


def contents(folder):
    files = (file for file in sorted(folder.rglob("*")) if file.is_file())
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}


def test_workers_start_from_a_script_on_stdin_without_a_main_guard(tmp_path):
    script = "import sys, pathlib\nfrom maskopt.data.people import draw_people\n"
    script += "draw_people(pathlib.Path(sys.argv[1]), 2, workers=2)\n"
    command = [sys.executable, "-W", "error", "-", str(tmp_path / "drawn")]
    ended = subprocess.run(command, input=script, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
    assert has_people(tmp_path / "drawn", 2)


def test_what_a_worker_may_not_write_is_told_by_the_driver(tmp_path):
    (tmp_path / "taken").write_text("a file")
    sitting = Sitting(draw_train(1, 3)[0].person, tuple(f"train/{n}.jpg" for n in range(7)))
    with pytest.raises(NotADirectoryError) as refused:
        draw_sittings(tmp_path / "taken", [sitting, sitting], workers=2, progress=None)
    assert refused.value.filename == str(tmp_path / "taken" / "train")


def test_progress_counts_photos_up_to_all_of_them(tmp_path):
    seen = []
    draw_people(
        tmp_path / "drawn",
        2,
        eval_people=1,
        progress=lambda done, total: seen.append((done, total)),
    )
    assert seen == [(7, 21), (14, 21), (21, 21)]


def test_the_same_people_are_not_drawn_twice(folder):
    before = {file: file.stat().st_mtime_ns for file in folder.rglob("*")}
    calls = []
    draw_people(
        folder,
        3,
        seed=3,
        eval_people=1,
        progress=lambda *call: calls.append(call),
    )
    assert calls == []
    assert {file: file.stat().st_mtime_ns for file in folder.rglob("*")} == before


def test_a_folder_has_only_the_people_that_were_asked_for(folder, tmp_path):
    assert has_people(folder, 3, 3, eval_people=1)
    assert has_people(folder, 3, 3)  # a third of three is one
    assert not has_people(folder, 3, 3, eval_people=2)
    assert not has_people(folder, 3, 4, eval_people=1)
    assert not has_people(folder, 4, 3, eval_people=1)
    assert not has_people(folder, 3, 3, eval_people=1, eval_proportions="same")
    assert not has_people(tmp_path / "nowhere", 3, 3)


def test_other_people_in_the_folder_are_refused_with_what_differs(folder):
    with pytest.raises(DataError) as error:
        draw_people(folder, 60, seed=4, eval_people=1)
    assert str(error.value) == (
        f"{folder}: other people were drawn here (people 3, not 60, seed 3, not 4);"
        " name another folder, or remove this one"
    )


@pytest.mark.parametrize("kind", ["a folder with a photo", "a file", "a dangling link"])
def test_anything_else_at_the_place_is_refused_and_left_alone(tmp_path, kind):
    place = tmp_path / "place"
    if kind == "a folder with a photo":
        place.mkdir()
        (place / "photo.jpg").write_bytes(b"mine")
    elif kind == "a file":
        place.write_bytes(b"mine")
    else:
        place.symlink_to(tmp_path / "gone")
    before = contents(tmp_path)
    with pytest.raises(DataError) as error:
        draw_people(place, 3)
    assert str(error.value) == (
        f"{place}: people are drawn into a new or an empty folder only, and this holds"
        " something else; name another folder"
    )
    assert contents(tmp_path) == before


@pytest.mark.parametrize("record", ["", "[]", "{}", '{"people": 3}'], ids=repr)
def test_a_record_that_is_not_ours_is_something_else(tmp_path, record):
    (tmp_path / "people.json").write_text(record, encoding="utf-8")
    assert not has_people(tmp_path, 3)
    with pytest.raises(DataError, match="this holds something else"):
        draw_people(tmp_path, 3)


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("there", [False, True], ids=["new folder", "empty folder"])
def test_an_interrupted_run_leaves_nothing_and_can_be_repeated(tmp_path, there, workers):
    place = tmp_path / "place"
    if there:
        place.mkdir()

    def interrupt(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        draw_people(place, 9, workers=workers, progress=interrupt)
    assert place.exists() == there
    assert contents(tmp_path) == {}
    (tmp_path / ".drawing-killed").mkdir()  # what a killed run leaves hides nothing
    if there:
        (place / ".drawing-killed").mkdir()
    draw_people(place, 2)
    assert has_people(place, 2)
    assert len(list((place / "train").iterdir())) == 2


def test_people_are_drawn_into_the_working_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    draw_people(Path(), 1)
    assert has_people(tmp_path, 1)
    assert [entry.name for entry in tmp_path.iterdir() if entry.name.startswith(".")] == []


def test_two_runs_at_once_end_with_one_whole_folder(tmp_path):
    def meanwhile(done, total):
        if done == total:
            draw_people(tmp_path / "place", 1)

    draw_people(tmp_path / "place", 1, progress=meanwhile)
    assert has_people(tmp_path / "place", 1)
    assert [entry.name for entry in tmp_path.iterdir()] == ["place"]


@pytest.mark.parametrize(
    ("people", "eval_people", "got"), [(0, None, 0), (-5, None, -5), (3, 0, 0)]
)
def test_nobody_cannot_be_drawn(tmp_path, people, eval_people, got):
    with pytest.raises(DataError) as error:
        draw_people(tmp_path / "place", people, eval_people=eval_people)
    assert str(error.value) == f"at least 1 person must be drawn, got {got}"


def leave(hidden, *files):
    """Write files as a drawing has them when it is killed."""
    for file in files:
        (hidden / file).parent.mkdir(parents=True, exist_ok=True)
        (hidden / file).write_bytes(b"")
    return hidden


@pytest.mark.parametrize("there", [False, True], ids=["new folder", "empty folder"])
def test_what_killed_runs_left_is_removed_by_the_next(tmp_path, there):
    around = tmp_path / "place" if there else tmp_path
    first = leave(around / ".drawing-a1b2c3d4", "place/train/1_male_Asian_20/normal.jpg")
    other = leave(around / ".drawing-_x_x_x_x", "people-300/eval/info.csv")
    draw_people(tmp_path / "place", 1)
    assert has_people(tmp_path / "place", 1)
    assert not first.exists()
    assert not other.exists()


def test_what_is_not_a_killed_runs_is_left_alone(tmp_path):
    photo = "place/train/1_male_Asian_20/normal.jpg"
    mine = [
        leave(tmp_path / ".drawing-lessons", photo),
        leave(tmp_path / ".drawing-cats_and", "place/photo.jpg"),
        leave(tmp_path / ".drawing-cats_too", photo, "notes/today.txt"),
        leave(tmp_path / ".drawing-homework", "text"),
    ]
    (tmp_path / ".drawing-new_made").mkdir()  # another process may be about to lock it
    leave(tmp_path / "elsewhere", photo)
    (tmp_path / ".drawing-linked00").symlink_to(tmp_path / "elsewhere")
    before = contents(tmp_path)
    draw_people(tmp_path / "place", 1)
    assert {name: contents(tmp_path)[name] for name in before} == before
    assert all(folder.exists() for folder in mine)
    assert (tmp_path / ".drawing-new_made").exists()
    assert (tmp_path / ".drawing-linked00").is_symlink()


def test_a_drawing_that_goes_on_is_left_alone(tmp_path):
    def meanwhile(done, total):
        if done < total:
            draw_people(tmp_path / "other", 1)

    draw_people(tmp_path / "place", 2, progress=meanwhile)
    assert has_people(tmp_path / "place", 2)
    assert len(list((tmp_path / "place" / "train").iterdir())) == 2
    assert {entry.name for entry in tmp_path.iterdir()} == {"place", "other"}


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
def test_a_killed_process_holds_no_lock_on_what_it_left(tmp_path):
    script = "import os, pathlib, sys\nfrom maskopt.data.people import draw_people\n"
    script += "end = lambda done, total: os.kill(os.getpid(), 9)\n"
    script += "draw_people(pathlib.Path(sys.argv[1]), 9, workers=1, progress=end)\n"
    command = [sys.executable, "-c", script, str(tmp_path / "place")]
    assert subprocess.run(command, check=False).returncode == -9
    (left,) = tmp_path.iterdir()
    assert left.name.startswith(".drawing-")
    draw_people(tmp_path / "place", 1)
    assert [entry.name for entry in tmp_path.iterdir()] == ["place"]
