from __future__ import annotations

import pytest


def manifest(file, persons, column, facts):
    """Write two photos a person with the given facts; photos are not needed for the judgement."""
    rows = [
        f"{person}/{number}.jpg,{fact},p{person:03d}"
        for person, both in zip(range(persons), facts, strict=True)
        for number, fact in enumerate(both)
    ]
    file.write_text("\n".join([f"path,{column},person", *rows]))
    return file


def told(found):
    def of(messages):
        return [text for text in messages if "two classes" in text and "twice" not in text]

    return of(found.errors), of(found.warnings)


def test_a_person_with_two_genders_is_an_error(tmp_path, run_audit):
    facts = [("male", "male"), ("male", "female"), ("female", "female")]
    file = manifest(tmp_path / "all.csv", 3, "gender", facts)
    assert told(run_audit(file, ("gender",), group="person")) == (
        [
            "photos: 1 person has two classes of gender: p001 (male: 1, female: 1); set it right,"
            " or write a correction"
        ],
        [],
    )


def test_photos_without_a_person_are_nobody_with_two_genders(tmp_path, write_manifest, run_audit):
    rows = [f"{number}.jpg,{('male', 'female')[number % 2]},p{number}\n" for number in range(4)]
    rows += ["4.jpg,male,\n", "5.jpg,female,\n"]
    file = write_manifest(tmp_path / "all.csv", "path,gender,person\n" + "".join(rows))
    found = run_audit(file, ("gender",), group="person")
    assert found.errors == (
        "photos: 2 photos have no person: 4.jpg (line 6), 5.jpg (line 7); say which group it "
        "belongs to, or leave the photo out",
    )
    assert found.warnings == ()


def test_where_no_photo_has_a_person_nobody_has_two_genders(tmp_path, write_manifest, run_audit):
    rows = "0.jpg,male,\n1.jpg,female,\n"
    file = write_manifest(tmp_path / "all.csv", "path,gender,person\n" + rows)
    assert told(run_audit(file, ("gender",), group="person")) == ([], [])


@pytest.mark.parametrize("column", ["gender", "age"])
def test_a_correction_of_one_photo_of_a_person_is_an_error(
    tmp_path, write_people, run_audit, column
):
    people = write_people(tmp_path / "people")
    value, classes = {
        "gender": ("female", "male: 6, female: 1"),
        "age": ("70", "young: 6, senior: 1"),
    }[column]
    file = tmp_path / "corrections.csv"
    file.write_text(f"path,attribute,value\n000000_male_Asian_20/mask1.jpg,{column},{value}\n")
    found = run_audit(people, (column,), group="person", corrections=file)
    assert found.errors == (
        f"photos: 1 person has two classes of {column}: 000000_male_Asian_20 ({classes}); set it "
        "right, or write a correction",
    )


def test_a_fact_that_nearly_all_groups_hold_constant_is_guessed_to_be_theirs(tmp_path, run_audit):
    facts = [("20", "20"), ("40", "40")] * 20 + [("59", "60")]
    file = manifest(tmp_path / "all.csv", 41, "age", facts)
    assert told(run_audit(file, ("age",), group="person")) == (
        [],
        [
            "photos: 1 person has two classes of age: p040 (middle: 1, senior: 1); nearly all have"
            " one: set it right if it is wrong"
        ],
    )


@pytest.mark.parametrize(
    "facts",
    [
        [("wear", "not_wear")] * 5 + [("wear", "wear")] * 35,  # an eighth of them change
        [("wear", "not_wear")] * 4 + [("wear", "wear")] * 20 + [("not_wear", "not_wear")] * 16,
        [("wear", "wear")] * 39 + [("wear", "not_wear")],  # as chance would have it
        [("wear", "wear")] * 20 + [("not_wear", "not_wear")] * 20,
    ],
    ids=["often", "a tenth", "chance", "never"],
)
def test_a_fact_that_may_change_within_a_group_is_not_told(tmp_path, run_audit, facts):
    file = manifest(tmp_path / "all.csv", 40, "mask", facts)
    assert told(run_audit(file, ("mask",), group="person")) == ([], [])


def test_an_unknown_fact_is_not_another_class(tmp_path, run_audit):
    facts = [("male", "x"), ("female", "female")]
    file = manifest(tmp_path / "all.csv", 2, "gender", facts)
    assert told(run_audit(file, ("gender",), group="person")) == ([], [])
