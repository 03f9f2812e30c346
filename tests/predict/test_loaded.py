from pathlib import Path

import numpy as np
import pytest

import maskopt
from maskopt.errors import DataError
from maskopt.labels import Attribute

RED, BLUE = (200, 40, 10), (0, 50, 200)
AGE = Attribute("age", ("young", "middle", "senior"), (30, 60))


def test_three_lines_of_python_give_a_frame(make_bundle, voters, paint, tmp_path) -> None:
    files = [str(paint(tmp_path / "b.png", BLUE)), paint(tmp_path / "a.png", RED)]
    frame = maskopt.load_bundle(str(make_bundle([AGE]))).predict(files)
    assert list(frame.columns) == ["path", "age", "age:young", "age:middle", "age:senior"]
    assert frame["path"].tolist() == [str(file) for file in files]
    assert frame["age"].tolist() == ["senior", "young"]
    assert frame["age:young"].round(4).tolist() == pytest.approx([0.0, 0.8])
    assert frame["age:young"].dtype == np.float32


def test_a_folder_and_one_photo_are_taken_as_on_the_command_line(
    make_bundle, voters, paint, tmp_path
) -> None:
    photo = paint(tmp_path / "photos" / "deep" / "a.png")
    bundle = maskopt.load_bundle(make_bundle([AGE]))
    assert bundle.predict(photo.parent.parent)["path"].tolist() == ["deep/a.png"]
    assert bundle.predict(str(photo))["path"].tolist() == [str(photo)]
    assert len(voters) == 1  # networks stay


def test_no_paths_give_a_frame_without_rows(make_bundle, voters) -> None:
    frame = maskopt.load_bundle(make_bundle([AGE])).predict([])
    assert (len(frame), list(frame.columns)[:2]) == (0, ["path", "age"])


def test_paths_may_come_one_by_one(make_bundle, voters, paint, tmp_path) -> None:
    files = [paint(tmp_path / "a.png"), paint(tmp_path / "b.png")]
    frame = maskopt.load_bundle(make_bundle([AGE])).predict(each for each in files)
    assert frame["path"].tolist() == [str(file) for file in files]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"on_error": "ignore"}, "on_error must be 'stop' or 'skip', got 'ignore'"),
        ({"batch_size": 0}, "batch_size must be at least 1, got 0"),
    ],
)
def test_what_it_does_not_know_is_refused(given, told, make_bundle, voters) -> None:
    with pytest.raises(ValueError, match="must be") as caught:
        maskopt.load_bundle(make_bundle([AGE])).predict([], **given)
    assert str(caught.value) == told


def test_relative_paths_are_of_the_working_folder(
    make_bundle, voters, paint, tmp_path, monkeypatch
) -> None:
    paint(tmp_path / "a.png")
    monkeypatch.chdir(tmp_path)
    frame = maskopt.load_bundle(make_bundle([AGE])).predict([Path("a.png"), "a.png"])
    assert frame["path"].tolist() == ["a.png", "a.png"]


def test_unreadable_photos_raise_or_are_skipped_with_a_warning(
    make_bundle, voters, paint, tmp_path
) -> None:
    files = [paint(tmp_path / "a.png"), tmp_path / "nowhere.png"]
    bundle = maskopt.load_bundle(make_bundle([AGE]))
    told = f"photos: 1 photo is missing: {files[1]}; put back or leave out"
    two = f"photos: 2 photos are missing: {files[1]}, {files[1]}; put back or leave out"
    with pytest.raises(DataError) as caught:
        bundle.predict([*files, files[1]], batch_size=1)
    assert str(caught.value) == f'{two}\non_error="skip" leaves their cells empty'
    with pytest.warns(UserWarning, match="is missing") as warned:
        frame = bundle.predict(files, on_error="skip")
    assert [str(each.message) for each in warned] == [told]
    assert frame["age"].isna().tolist() == [False, True]
    assert frame["age:young"].isna().tolist() == [False, True]


def test_it_tells_its_classes_and_its_scores(make_bundle, voters) -> None:
    bundle = maskopt.load_bundle(make_bundle([AGE], facts={"scores": {"how": "nested"}}))
    assert bundle.attributes == {"age": ("young", "middle", "senior")}
    assert bundle.scores == {"how": "nested"}
    assert maskopt.load_bundle(make_bundle([AGE])).scores == {}
