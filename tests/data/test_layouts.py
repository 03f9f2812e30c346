from __future__ import annotations

import pytest

LAYOUTS = """
  people    folders named number_gender_origin_age: 000001_female_Asian_45/mask1.jpg
  classes   one folder a class of one attribute: wear/a.jpg, incorrect/b.jpg, not_wear/c.jpg
  manifest  a .csv file with a column `path` and one column a fact: path,mask,person"""


def test_a_path_that_is_not_there_is_told_with_a_near_one(tmp_path, run_audit):
    (tmp_path / "photos").mkdir()
    assert run_audit(tmp_path / "fotos").errors == (
        "photos: no such file or folder; did you mean 'photos'?",
    )
    assert run_audit(tmp_path / "no" / "where").errors == ("photos: no such file or folder",)


def test_a_path_that_cannot_even_be_looked_for_is_told(tmp_path, run_audit):
    assert run_audit(tmp_path / ("a" * 300)).errors == (
        "photos: cannot be read (File name too long)",
    )


def test_an_empty_folder_is_told(tmp_path, run_audit):
    assert run_audit(tmp_path).errors == (
        "photos: holds no photo (.jpg, .jpeg, .png, .bmp, .webp); seen in it: nothing; it must be "
        f"one of{LAYOUTS}",
    )


def test_a_folder_without_photos_is_told_with_what_is_in_it(tmp_path, run_audit):
    (tmp_path / "wear" / "deep").mkdir(parents=True)
    (tmp_path / "notes.txt").write_text("x")
    assert run_audit(tmp_path).errors == (
        "photos: holds no photo (.jpg, .jpeg, .png, .bmp, .webp), however deep; seen in it: "
        f"1 folder (wear), 1 other file; it must be one of{LAYOUTS}",
    )


def test_photos_in_no_layout_are_told_with_what_was_seen(tmp_path, write_photo, run_audit):
    for name in ("a.jpg", "b.jpg", "x/c.jpg", "y/d.jpg", "z/e.jpg", "zz/f.jpg"):
        write_photo(tmp_path / name)
    assert run_audit(tmp_path).errors == (
        "photos: is in no layout that can be guessed; seen in it: 4 folders (x, y, z and 1 more), "
        f"2 photos; it must be one of{LAYOUTS}",
    )


@pytest.mark.parametrize("layout", [None, "people"])
def test_the_folder_above_the_persons_is_answered_with_a_hint(
    tmp_path, write_people, run_audit, layout
):
    write_people(tmp_path / "train" / "images")
    (tmp_path / "train" / "train.csv").write_text("id\n")
    rule = "is not in layout `people`" if layout else "is in no layout that can be guessed"
    assert run_audit(tmp_path, layout=layout, group="person").errors == (
        f"photos: {rule}; seen in it: 1 folder (train); it must be one of{LAYOUTS}"
        "\n  train/images in it holds 12 folders in layout `people`: give that",
    )


def test_a_folder_with_a_manifest_in_it_is_answered_with_a_hint(
    tmp_path, write_manifest, run_audit
):
    write_manifest(tmp_path / "all.csv", "path,mask\nimages/a.jpg,wear\n")
    assert run_audit(tmp_path).errors == (
        "photos: is in no layout that can be guessed; seen in it: 1 folder (images), 1 other file;"
        f" it must be one of{LAYOUTS}\n  all.csv in it may be a manifest: give that",
    )
    assert run_audit(tmp_path, layout="manifest").errors == (
        "photos: is a folder; layout `manifest` needs a file; give all.csv in it",
    )


def test_another_layout_than_the_file_says_is_told(tmp_path, write_people, run_audit):
    write_people(tmp_path, 2)
    assert run_audit(tmp_path, layout="classes").errors == (
        "photos: is not in layout `classes`; seen in it: 2 folders (000000_male_Asian_20, "
        f"000001_female_Asian_20); it must be one of{LAYOUTS}\n  it looks like layout `people`",
    )


@pytest.mark.parametrize(
    ("layout", "message"),
    [
        ("people", "photos: is a file; layout `people` needs a folder"),
        ("classes", "photos: is a file; layout `classes` needs a folder"),
        (None, "photos: is a file, but no .csv; give a folder of photos or a manifest"),
    ],
)
def test_a_photo_is_no_folder_of_photos(tmp_path, write_photo, run_audit, layout, message):
    assert run_audit(write_photo(tmp_path / "a.jpg"), layout=layout).errors == (message,)


@pytest.mark.parametrize(
    "name", ["a.jpg", "a.JPEG", "a.Png", "a.bmp", "a.WEBP"], ids=lambda name: name[2:]
)
def test_photos_are_known_by_their_extension_in_any_case(tmp_path, write_photo, run_audit, name):
    for folder in ("wear", "incorrect", "not_wear"):
        write_photo(tmp_path / folder / name.lower()).rename(tmp_path / folder / name)
        write_photo(tmp_path / folder / "deeper" / "still" / "b.jpg")
    found = run_audit(tmp_path)
    assert found.errors == ()
    assert found.table.paths[:2].tolist() == [f"incorrect/{name}", "incorrect/deeper/still/b.jpg"]
    assert found.table.class_ids["mask"].tolist() == [1, 1, 2, 2, 0, 0]
    assert found.table.groups.tolist() == found.table.paths.tolist()


def test_class_folders_may_be_named_where_numbers_are_cut(tmp_path, write_photo, run_audit):
    for folder in ("young", "middle", "senior"):
        for number in range(2):
            write_photo(tmp_path / folder / f"{number}.jpg")
    found = run_audit(tmp_path, ("age",))
    assert found.table.class_ids["age"].tolist() == [1, 1, 2, 2, 0, 0]


def test_class_folders_may_be_numbers_that_are_cut(tmp_path, write_photo, run_audit):
    for folder in ("9", "29", "30", "60", "59", "100"):
        write_photo(tmp_path / folder / "a.jpg")
    found = run_audit(tmp_path, ("age",), layout="classes")
    # in the order of paths: 100 29 30 59 60 9
    assert found.table.class_ids["age"].tolist() == [2, 0, 1, 1, 2, 0]


def test_misspelt_class_folders_are_told(tmp_path, write_photo, run_audit):
    for folder in ("wear", "incorect", "not_wear", "unknown"):
        write_photo(tmp_path / folder / "a.jpg")
    write_photo(tmp_path / "loose.jpg")
    found = run_audit(tmp_path)
    assert found.errors == (
        "photos: 1 photo has mask 'incorect', which is no class: incorect/a.jpg; did you mean "
        "'incorrect'?",
        "photos: 1 photo has mask 'unknown', which is no class: unknown/a.jpg; classes are wear, "
        "incorrect, not_wear",
    )
    assert found.warnings == (
        "photos: 1 photo lies in no class's folder and is ignored: loose.jpg; move it into the "
        "folder of its class",
    )


def test_class_folders_know_one_attribute(tmp_path, write_photo, run_audit):
    write_photo(tmp_path / "wear" / "a.jpg")
    assert run_audit(tmp_path, ("mask", "age"), layout="classes").errors == (
        "photos: layout `classes` knows one attribute, the study needs 2 (mask, age); learn one of"
        " them, or write a manifest with a column each",
    )


def test_a_number_of_several_persons_is_a_warning(tmp_path, write_people, run_audit):
    write_people(tmp_path)
    (tmp_path / "000002_male_Asian_45").rename(tmp_path / "000001_male_Asian_45")
    found = run_audit(tmp_path, group="person")
    assert (found.errors, found.warnings) == (
        (),
        (
            "photos: 1 number belongs to several persons: 000001_female_Asian_20 and "
            "000001_male_Asian_45; if they are one person, put the photos into one folder",
        ),
    )
    assert len(set(found.table.groups.tolist())) == 12


def test_a_persons_number_may_have_a_suffix(tmp_path, write_people, run_audit):
    write_people(tmp_path)
    (tmp_path / "000002_male_Asian_45").rename(tmp_path / "000001-1_male_Asian_45")
    found = run_audit(tmp_path, group="person")
    assert (found.errors, found.warnings) == ((), ())


def test_a_persons_photos_are_known_by_names_in_any_case(tmp_path, write_people, run_audit):
    person = write_people(tmp_path) / "000000_male_Asian_20"
    for file in list(person.iterdir()):
        file.rename(file.with_name(file.name.title()))
    found = run_audit(tmp_path, group="person")
    assert (found.errors, found.warnings) == ((), ())
    assert found.table.class_ids["mask"][:7].tolist() == [1, 0, 0, 0, 0, 0, 2]
