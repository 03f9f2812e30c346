from __future__ import annotations

import os
import re

import numpy as np
import pytest

from maskopt.data.photos import PhotoTable, read_photos, write_photos
from maskopt.errors import DataError


@pytest.fixture
def table(tmp_path, write_photo):
    for name in ("a.jpg", "b/c, d.jpg", 'e"é.jpg'):
        write_photo(tmp_path / "root" / name)
    return PhotoTable(
        root=str(tmp_path / "root"),
        paths=np.array(["a.jpg", "b/c, d.jpg", 'e"é.jpg']),
        groups=np.array(["x", "x", "y\n2"]),
        folds=np.array([0, 0, 1]),
        class_ids={"mask": np.array([0, 1, 2]), "age": np.array([2, 2, 0])},
        numbers={"age": np.array([60.0, 71.5, 29.0])},
    )


def same(one: PhotoTable, two: PhotoTable) -> None:
    assert one.root == two.root
    assert one.stamp == two.stamp
    assert list(one.class_ids) == list(two.class_ids)
    assert list(one.numbers) == list(two.numbers)
    pairs = [(one.paths, two.paths), (one.groups, two.groups), (one.folds, two.folds)]
    pairs += [(one.class_ids[name], two.class_ids[name]) for name in one.class_ids]
    pairs += [(one.numbers[name], two.numbers[name]) for name in one.numbers]
    for left, right in pairs:
        assert left.dtype.kind == right.dtype.kind
        assert left.tolist() == right.tolist()


def test_a_table_reads_as_it_was_written(tmp_path, table):
    write_photos(table, tmp_path / "study" / "photos.csv")
    same(read_photos(tmp_path / "study" / "photos.csv"), table)
    assert [file.name for file in (tmp_path / "study").iterdir()] == ["photos.csv"]


def test_the_file_is_one_that_people_can_read(tmp_path, table):
    write_photos(table, tmp_path / "photos.csv")
    assert (tmp_path / "photos.csv").read_text(encoding="utf-8") == (
        f'# {{"root": "{table.root}", "fingerprint": "", "numbers": ["age"]}}\n'
        "path,group,fold,mask,age,age (number)\n"
        "a.jpg,x,0,0,2,60.0\n"
        '"b/c, d.jpg",x,0,1,2,71.5\n'
        '"e""é.jpg","y\n2",1,2,0,29.0\n'
    )


def test_file_names_of_any_bytes_are_kept(tmp_path, table):
    odd = np.array([os.fsdecode(b"\xff.jpg"), "b", "c"])
    one = PhotoTable(table.root, odd, odd, table.folds, table.class_ids, "stamp")
    write_photos(one, tmp_path / "photos.csv")
    same(read_photos(tmp_path / "photos.csv"), one)


def test_a_table_without_photos_reads_as_it_was_written(tmp_path):
    nothing = np.array([], dtype=np.int64)
    names = np.array([], dtype=np.str_)
    one = PhotoTable("/root", names, names, nothing, {"mask": nothing})
    write_photos(one, tmp_path / "photos.csv")
    same(read_photos(tmp_path / "photos.csv"), one)


def test_a_table_of_before_numbers_were_kept_has_none(tmp_path):
    text = '# {"root": "/root", "fingerprint": "1"}\npath,group,fold,age\na.jpg,x,0,2\n'
    (tmp_path / "photos.csv").write_text(text)
    found = read_photos(tmp_path / "photos.csv")
    assert (dict(found.numbers), found.class_ids["age"].tolist()) == ({}, [2])


def test_what_fails_leaves_the_old_file(tmp_path, table):
    write_photos(table, tmp_path / "photos.csv")
    before = (tmp_path / "photos.csv").read_bytes()
    uneven = PhotoTable(table.root, table.paths, table.groups, table.folds[:2], table.class_ids)
    with pytest.raises(ValueError, match="zip"):
        write_photos(uneven, tmp_path / "photos.csv")
    assert (tmp_path / "photos.csv").read_bytes() == before
    assert sorted(file.name for file in tmp_path.iterdir()) == ["photos.csv", "root"]


def test_the_fingerprint_changes_with_any_photo(tmp_path, table):
    one = table.fingerprint
    assert re.fullmatch("[0-9a-f]{64}", one)
    assert table.fingerprint == one
    photo = tmp_path / "root" / "a.jpg"
    os.utime(photo, ns=(0, 0))
    two = table.fingerprint
    with photo.open("ab") as stream:
        stream.write(b"more")
    os.utime(photo, ns=(0, 0))
    three = table.fingerprint
    photo.rename(tmp_path / "root" / "z.jpg")
    renamed = np.array(["z.jpg", *table.paths[1:]])
    four = PhotoTable(table.root, renamed, table.groups, table.folds, {}).fingerprint
    assert len({one, two, three, four}) == 4


def test_the_fingerprint_does_not_change_with_facts_and_folds(table):
    other = PhotoTable(table.root, table.paths, table.groups[::-1], table.folds[::-1], {})
    assert other.fingerprint == table.fingerprint


def test_an_audit_knows_the_fingerprint_without_another_look(tmp_path, write_people, run_audit):
    table = run_audit(write_people(tmp_path, 4), ("gender",), group="person").table
    fresh = PhotoTable(table.root, table.paths, table.groups, table.folds, table.class_ids)
    assert table.stamp == fresh.fingerprint


def test_a_missing_photo_has_no_fingerprint(tmp_path, table):
    (tmp_path / "root" / "a.jpg").unlink()
    with pytest.raises(DataError) as error:
        _ = table.fingerprint
    assert str(error.value) == (
        f"{table.root}: photo a.jpg cannot be read (No such file or directory); put it back, or "
        "start a new study"
    )


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "Expecting value: line 1 column 1 (char 0)"),
        ("path,group,fold\n", "Expecting value: line 1 column 1 (char 0)"),
        ('# {"root": "r", "fingerprint": ""}\na,b,c\n', "columns a,b,c"),
        ('# {"fingerprint": ""}\npath,group,fold\n', "'root'"),
        (
            '# {"root": "r", "fingerprint": ""}\npath,group,fold\na,b,c\n',
            "invalid literal for int() with base 10: 'c'",
        ),
    ],
    ids=["empty", "headless", "columns", "rootless", "folds"],
)
def test_files_that_are_no_table_are_told(tmp_path, content, reason):
    file = tmp_path / "photos.csv"
    file.write_text(content)
    with pytest.raises(DataError) as error:
        read_photos(file)
    assert str(error.value) == f"{file}: is no table of photos that maskopt wrote ({reason})"


def test_a_missing_table_is_told(tmp_path):
    with pytest.raises(DataError) as error:
        read_photos(tmp_path / "photos.csv")
    assert str(error.value) == (
        f"{tmp_path / 'photos.csv'}: cannot be read (No such file or directory)"
    )
