from __future__ import annotations

import pytest


@pytest.fixture
def people(tmp_path, write_people):
    return write_people(tmp_path / "people")


@pytest.fixture
def corrections(tmp_path):
    return tmp_path / "corrections.csv"


def test_corrections_set_facts_of_groups_photos_and_photos_of_groups(
    people, corrections, run_audit
):
    corrections.write_text(
        "group;path;attribute;value\n"
        "000000_male_Asian_20;;gender;female\n"
        "000001;;age;60\n"
        ";000002_male_Asian_45/normal.jpg;mask;incorrect\n"
        ";000002_male_Asian_45/incorrect_mask;mask;not_wear\n"
        "000003;normal;mask;wear\n"
        "000003;mask1.jpg;mask;wear\n"
    )
    before = run_audit(people, ("mask", "gender", "age"), group="person")
    found = run_audit(people, ("mask", "gender", "age"), group="person", corrections=corrections)
    assert found.errors == ()
    # 7 photos of a person each, and the first three of the last four rows change one
    assert found.notes == (f"{corrections}: 6 corrections changed 17 photos",)
    changed = {
        (str(path), name, int(new))
        for name, ids in found.table.class_ids.items()
        for path, old, new in zip(
            found.table.paths, before.table.class_ids[name], ids, strict=True
        )
        if old != new
    }
    assert {entry for entry in changed if entry[1] == "mask"} == {
        ("000002_male_Asian_45/normal.jpg", "mask", 1),
        ("000002_male_Asian_45/incorrect_mask.jpg", "mask", 2),
        ("000003_female_Asian_45/normal.jpg", "mask", 0),
    }
    assert {(path[:6], name, new) for path, name, new in changed if name != "mask"} == {
        ("000000", "gender", 1),
        ("000001", "age", 2),
    }


def test_later_corrections_stand(people, corrections, run_audit):
    corrections.write_text(
        "group,attribute,value\n000000,gender,female\n000000,gender,male\n000001,gender,female\n"
    )
    found = run_audit(people, ("gender",), group="person", corrections=corrections)
    assert found.table.class_ids["gender"][::7].tolist() == [0, 1] * 6
    # 000000 is male and 000001 female before and after
    assert found.notes == (f"{corrections}: 3 corrections changed 0 photos",)


def test_corrections_come_before_facts_are_judged(people, corrections, run_audit):
    (people / "000000_male_Asian_20").rename(people / "000000_men_Asian_x")
    corrections.write_text("group,attribute,value\n000000,gender,male\n000000,age,20\n")
    found = run_audit(people, ("gender", "age"), group="person", corrections=corrections)
    assert found.errors == ()


def test_corrections_of_facts_that_photos_do_not_have_are_not_applied(
    tmp_path, write_manifest, corrections, run_audit
):
    names = [
        f"{mask}{number}.jpg,{mask}"
        for mask in ("wear", "incorrect", "not_wear")
        for number in (1, 2)
    ]
    file = write_manifest(tmp_path / "all.csv", "\n".join(["path,mask", *names]))
    corrections.write_text("path,attribute,value\nwear1.jpg,age,60\nwear2,mask,wear\n")
    found = run_audit(file, corrections=corrections)
    assert (found.errors, found.notes) == (
        (),
        (f"{corrections}: 2 corrections changed 0 photos",),
    )


def test_every_wrong_correction_is_told(people, corrections, run_audit):
    (people / "000002_male_Asian_45").rename(people / "000001_male_Asian_45")
    (people / "000003_female_Asian_45" / "mask2.jpg").rename(
        people / "000003_female_Asian_45" / "mask1.png"
    )
    corrections.write_text(
        "group,path,attribute,value\n"
        "000099,,gender,male\n"
        "000001,,gender,male\n"
        ",000000_male_Asian_20/normals.jpg,mask,wear\n"
        "000000,mask9,mask,wear\n"
        "000003,mask1,mask,wear\n"
        ",,mask,wear\n"
        "000000,,gendre,male\n"
        "000000,,colour,red\n"
        "000000,,gender,mal\n"
        "000000,,age,sixty\n"
    )
    errors = []
    for first in range(2, 12):
        lines = corrections.read_text().splitlines()
        (corrections.parent / "one.csv").write_text(f"{lines[0]}\n{lines[first - 1]}\n")
        found = run_audit(
            people, ("gender",), group="person", corrections=corrections.parent / "one.csv"
        )
        errors += found.errors
    one = f"{corrections.parent / 'one.csv'}: 1 correction cannot be applied: line 2: "
    assert errors == [
        f"{one}{text}; mend or remove"
        for text in (
            "unknown group '000099'",
            "group '000001' may be 000001_female_Asian_20 or 000001_male_Asian_45",
            "unknown path '000000_male_Asian_20/normals.jpg'; did you mean "
            "'000000_male_Asian_20/normal.jpg'?",
            "unknown path 'mask9'",
            "path 'mask1' may be 2 photos; write its extension",
            "neither group nor path",
            "unknown attribute 'gendre'; did you mean 'gender'?",
            "unknown attribute 'colour'; known are mask, gender, age",
            "gender 'mal' is no class; did you mean 'male'?",
            "age 'sixty' is no number; write one",
        )
    ]
    found = run_audit(people, ("gender",), group="person", corrections=corrections)
    assert found.errors == (
        f"{corrections}: 10 corrections cannot be applied: line 2: unknown group '000099', line 3:"
        " group '000001' may be 000001_female_Asian_20 or 000001_male_Asian_45, line 4: unknown "
        "path '000000_male_Asian_20/normals.jpg'; did you mean '000000_male_Asian_20/normal.jpg'? "
        "and 7 more; mend or remove",
    )
    assert found.notes == (f"{corrections}: 0 corrections changed 0 photos",)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("attribute,value\nage,3\n", "no column 'group' nor 'path'; columns: attribute, value"),
        (
            "group,attribut,value\na,age,3\n",
            "no column 'attribute'; columns: group, attribut, value; did you mean 'attribut'?",
        ),
        (None, "cannot be read (No such file or directory)"),
    ],
)
def test_files_that_are_no_corrections_are_told(people, corrections, run_audit, text, message):
    if text:
        corrections.write_text(text)
    found = run_audit(people, ("gender",), group="person", corrections=corrections)
    assert (found.errors, found.notes) == ((f"{corrections}: {message}",), ())


def test_groups_cannot_be_corrected_where_there_are_none(people, corrections, run_audit):
    corrections.write_text("group,attribute,value\n000000,gender,male\n")
    found = run_audit(people, ("gender",), corrections=corrections)
    assert found.errors == (
        f"{corrections}: 1 correction cannot be applied: line 2: the photos have no groups; give a"
        " path; mend or remove",
    )
