import csv
import json
import re

import cv2
import numpy as np
import pytest

from maskopt.data.people import draw_people
from maskopt.data.people.census import draw_eval, draw_train
from maskopt.data.people.photo import PHOTO_NAMES, draw_photos

PEOPLE, EVAL_PEOPLE, SEED = 30, 4, 3  # 2 % of 30 is one wrong name


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("people") / "drawn"
    draw_people(folder, PEOPLE, seed=SEED, eval_people=EVAL_PEOPLE, workers=1)
    return folder


def rows(file):
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def contents(folder):
    files = (file for file in sorted(folder.rglob("*")) if file.is_file())
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}


def test_every_person_has_seven_photos_in_the_competitions_layout(folder):
    folders = sorted((folder / "train").iterdir())
    assert len(folders) == PEOPLE
    for person in folders:
        assert re.fullmatch(r"\d{6}_(female|male)_Asian_(1[89]|[2-5]\d|60)", person.name)
        assert {file.name for file in person.iterdir()} == {f"{name}.jpg" for name in PHOTO_NAMES}


def test_photos_are_jpegs_384_wide_and_512_high(folder):
    photos = [*(folder / "train").rglob("*.jpg"), *(folder / "eval").glob("*.jpg")]
    assert len(photos) == 7 * (PEOPLE + EVAL_PEOPLE)
    for photo in photos:
        image = cv2.imread(str(photo), cv2.IMREAD_UNCHANGED)
        assert image.shape == (512, 384, 3)
        assert image.std() > 10.0  # something is on it


def test_folder_names_tell_the_truth_but_where_it_is_written_down(folder):
    truth = rows(folder / "train_truth.csv")
    assert [row["folder"] for row in truth] == sorted(
        person.name for person in (folder / "train").iterdir()
    )
    assert sum(row["wrong_label"] != "" for row in truth) == 1
    for row in truth:
        _, gender, _, age = row["folder"].split("_")
        assert (gender != row["gender"]) == (row["wrong_label"] == "gender")
        assert (age != row["age"]) == (row["wrong_label"] == "age")


def test_eval_photos_stand_in_info_with_empty_answers(folder):
    info = rows(folder / "eval" / "info.csv")
    photos = {file.name for file in (folder / "eval").glob("*.jpg")}
    assert {row["ImageID"] for row in info} == photos
    assert len(info) == len(photos)
    assert {row["ans"] for row in info} == {""}
    answers = rows(folder / "eval_answers.csv")
    assert [row["ImageID"] for row in answers] == [row["ImageID"] for row in info]


def test_answers_follow_the_competitions_formula(folder):
    drawn = {file.read_bytes(): file.name for file in (folder / "eval").glob("*.jpg")}
    answers = {row["ImageID"]: int(row["ans"]) for row in rows(folder / "eval_answers.csv")}
    for person in draw_eval(EVAL_PEOPLE, SEED, "shifted"):
        age = 0 if person.age < 30 else 1 if person.age < 60 else 2
        rest = 3 * (person.gender == "female") + age
        for name, jpeg in draw_photos(person.gender, person.age, person.seed):
            mask = {"incorrect_mask": 1, "normal": 2}.get(name, 0)
            assert answers[drawn[jpeg]] == 6 * mask + rest


def test_bytes_do_not_depend_on_the_number_of_workers(tmp_path):
    draw_people(tmp_path / "one", 5, seed=8, workers=1)
    draw_people(tmp_path / "two", 5, seed=8, workers=2)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_another_seed_draws_other_people(tmp_path):
    draw_people(tmp_path / "one", 1, seed=0)
    draw_people(tmp_path / "other", 1, seed=1)
    ours, theirs = (set(contents(tmp_path / name).values()) for name in ("one", "other"))
    assert not {jpeg for jpeg in ours & theirs if jpeg.startswith(b"\xff\xd8")}


def test_swapped_photos_lie_under_each_others_names(tmp_path, monkeypatch):
    monkeypatch.setattr("maskopt.data.people.census._SWAPPED_SHARE", 1.0)
    monkeypatch.setattr("maskopt.data.people.census._WRONG_LABEL_SHARE", 0.0)
    draw_people(tmp_path / "drawn", 1, workers=1)
    (row,) = rows(tmp_path / "drawn" / "train_truth.csv")
    assert row["swapped"] in PHOTO_NAMES[:5]
    (swapped,) = draw_train(1, 0)
    person = swapped.person
    photos = dict(draw_photos(person.gender, person.age, person.seed))
    place = tmp_path / "drawn" / "train" / row["folder"]
    assert (place / "incorrect_mask.jpg").read_bytes() == photos[row["swapped"]]
    assert (place / f"{row['swapped']}.jpg").read_bytes() == photos["incorrect_mask"]
    assert (place / "normal.jpg").read_bytes() == photos["normal"]


def test_a_second_upload_is_nearly_the_same_photo_in_other_light():
    def photos(seed, again):
        images = []
        for _, jpeg in draw_photos("female", 40, seed, again):
            image = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
            images.append(cv2.resize(image, (24, 32), interpolation=cv2.INTER_AREA))
        return np.array(images, np.float64)

    first, second, stranger = photos("a", 0), photos("a", 1), photos("b", 0)
    assert 0.0 < np.abs(first - second).mean(axis=(1, 2, 3)).max() < 15.0
    light = first.mean(axis=(1, 2, 3)) - second.mean(axis=(1, 2, 3))
    assert np.abs(light).max() > 2.0  # other exposure, not only other noise
    assert np.abs(first - stranger).mean(axis=(1, 2, 3)).min() > 20.0


def test_the_record_tells_the_numbers(folder):
    assert json.loads((folder / "people.json").read_text(encoding="utf-8")) == {
        "people": 30,
        "seed": 3,
        "eval_people": 4,
        "eval_proportions": "shifted",
        "version": 1,
    }
