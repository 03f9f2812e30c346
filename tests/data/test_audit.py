from __future__ import annotations

import pytest

from maskopt.data.audit import audit
from maskopt.data.class_table import ClassRow
from maskopt.data.photos import PhotoTable
from maskopt.labels import Head, LabelSpace
from maskopt.spec.model import DataSpec, FoldsSpec


def test_sound_people_give_a_table_in_the_order_of_paths(tmp_path, write_people, run_audit):
    found = run_audit(write_people(tmp_path), ("gender", "age"), group="person")
    assert (found.errors, found.warnings, found.notes) == ((), (), ())
    assert isinstance(found.table, PhotoTable)
    assert found.table.root == str(tmp_path)
    assert found.table.paths[:2].tolist() == [
        "000000_male_Asian_20/incorrect_mask.jpg",
        "000000_male_Asian_20/mask1.jpg",
    ]
    assert found.table.groups[0] == "000000_male_Asian_20"
    assert {name: ids[::7].tolist() for name, ids in found.table.class_ids.items()} == {
        "gender": [0, 1] * 6,
        "age": [0, 0, 1, 1, 2, 2] * 2,
    }


def test_the_class_table_counts_photos_groups_and_folds(tmp_path, write_people, run_audit):
    found = run_audit(write_people(tmp_path), ("mask", "gender"), group="person")
    assert found.class_table == {
        "mask": (
            ClassRow("wear", 60, 12, (30, 30)),
            ClassRow("incorrect", 12, 12, (6, 6)),
            ClassRow("not_wear", 12, 12, (6, 6)),
        ),
        "gender": (ClassRow("male", 42, 6, (21, 21)), ClassRow("female", 42, 6, (21, 21))),
        "mask+gender": (
            ClassRow("wear+male", 30, 6, (15, 15)),
            ClassRow("wear+female", 30, 6, (15, 15)),
            ClassRow("incorrect+male", 6, 6, (3, 3)),
            ClassRow("incorrect+female", 6, 6, (3, 3)),
            ClassRow("not_wear+male", 6, 6, (3, 3)),
            ClassRow("not_wear+female", 6, 6, (3, 3)),
        ),
    }


def test_a_study_of_one_attribute_has_no_second_table(tmp_path, write_people, run_audit):
    found = run_audit(write_people(tmp_path), ("age",), group="person")
    assert list(found.class_table) == ["age"]


def test_folds_depend_on_nothing_but_names(tmp_path, write_people, run_audit):
    one = run_audit(write_people(tmp_path / "here"), ("mask", "age"), group="person")
    two = run_audit(write_people(tmp_path / "there" / "deep"), ("mask", "age"), group="person")
    assert one.table.folds.tolist() == two.table.folds.tolist()
    assert one.table.fingerprint != two.table.fingerprint  # the photos differ


def test_everything_wrong_is_told_at_once(tmp_path, write_photo, write_people, run_audit):
    write_people(tmp_path)
    person = tmp_path / "000000_male_Asian_20"
    (person / "mask2.jpg").write_bytes(b"")
    (person / "mask3.jpg").write_text("not a photo")
    (person / "mask4.jpg").unlink()
    (person / "mask4.jpg").mkdir()
    (person / "mask5.jpg").unlink()
    (person / "mask5.jpg").symlink_to("nowhere.jpg")
    (person / "._mask1.jpg").write_text("x")
    (tmp_path / "Thumbs.db").write_text("x")
    (tmp_path / "__MACOSX").mkdir()
    (tmp_path / "000098_male_Asian_20").mkdir()
    write_photo(tmp_path / "000099_femail_Asian_abc" / "mask1.jpg")
    write_photo(tmp_path / "strangers" / "a.jpg")
    write_photo(tmp_path / "loose.jpg")
    write_photo(person / "me.jpg")
    found = run_audit(tmp_path, ("mask", "gender", "age"), group="person")
    assert found.errors == (
        "photos: 1 folder is not named number_gender_origin_age: strangers; rename or remove",
        "photos: 1 photo is empty: 000000_male_Asian_20/mask2.jpg; copy again or remove",
        "photos: 1 photo is missing: 000000_male_Asian_20/mask5.jpg; put back or leave out",
        "photos: 1 photo is no image: 000000_male_Asian_20/mask3.jpg; copy again or remove",
        "photos: 1 photo has no mask: 000000_male_Asian_20/me.jpg; say what it is, or leave the "
        "photo out",
        "photos: 1 photo has gender 'femail', which is no class: "
        "000099_femail_Asian_abc/mask1.jpg; did you mean 'female'?",
        "photos: 1 photo has age 'abc', which is no number: 000099_femail_Asian_abc/mask1.jpg; "
        "write one",
    )
    assert found.warnings == (
        "photos: 3 files are left by other systems and are ignored: "
        "000000_male_Asian_20/._mask1.jpg, Thumbs.db, __MACOSX/; remove what you do not need",
        "photos: 1 folder is named like a photo: 000000_male_Asian_20/mask4.jpg/; look what it is",
        "photos: 1 folder holds no photo: 000098_male_Asian_20; fill or remove",
        "photos: 1 photo lies in no person's folder and is ignored: loose.jpg; move it into the "
        "folder of its person",
        "photos: 2 persons lack some of the 7 photos of a person: 000000_male_Asian_20 (no mask4),"
        " 000099_femail_Asian_abc (no mask2, mask3, mask4, mask5, incorrect_mask, normal); copy "
        "them again if they should be there",
        "photos: 1 person has more than the 7 photos of a person: 000000_male_Asian_20 (me); "
        "remove what should not be there",
    )
    assert found.table is None
    assert found.class_table["gender"][0].name == "male"


def test_facts_that_the_study_does_not_need_are_not_asked_for(tmp_path, write_people, run_audit):
    write_people(tmp_path)
    person = tmp_path / "000000_male_Asian_20"
    (person / "mask1.jpg").rename(person / "holiday.jpg")
    person.rename(tmp_path / "000000_male_Asian_unknown")
    found = run_audit(tmp_path, ("gender",), group="person")
    assert found.errors == ()
    assert len(found.table) == 84


@pytest.mark.parametrize("folds", [3, 13])
def test_classes_with_too_few_groups_are_errors(tmp_path, write_people, run_audit, folds):
    write_people(tmp_path)
    for age in ("000005_female_Asian_60", "000010_male_Asian_60"):
        (tmp_path / age).rename(tmp_path / age.replace("_60", "_59"))
    found = run_audit(tmp_path, ("age",), group="person", folds=folds)
    few = {
        3: ["senior' has 2 persons (14 photos)"],
        13: [
            "young' has 4 persons (28 photos)",
            "middle' has 6 persons (42 photos)",
            "senior' has 2 persons (14 photos)",
        ],
    }
    start = ["photos: 12 persons cannot fill 13 folds; add some, or make fewer folds"]
    assert found.errors == (
        *(start if folds == 13 else []),
        *(
            f"photos: class of age '{text}, fewer than the {folds} folds; add some, or make fewer "
            "folds"
            for text in few[folds]
        ),
    )


def test_a_class_without_photos_is_an_error(tmp_path, write_manifest, run_audit):
    file = tmp_path / "all.csv"
    write_manifest(file, "path,mask\na.jpg,wear\nb.jpg,wear\nc.jpg,not_wear\n")
    assert run_audit(file).errors == (
        "photos: no photo is of class of mask 'incorrect'; add some, or remove the class",
        "photos: class of mask 'not_wear' has 1 photo, fewer than the 2 folds; add some, or make "
        "fewer folds",
    )


def test_rare_and_absent_combinations_are_warnings(tmp_path, write_manifest, run_audit):
    rows = ["m.jpg,male,20", "n.jpg,male,30", "o.jpg,male,61", "p.jpg,male,62"]
    rows += ["f.jpg,female,20", "g.jpg,female,30", "h.jpg,female,31"]
    file = tmp_path / "all.csv"
    write_manifest(file, "\n".join(["path,gender,age", *rows]))
    found = run_audit(file, ("gender", "age"))
    assert found.errors == ()
    assert found.warnings == (
        "photos: 3 classes of gender+age have fewer photos than the 2 folds: male+young (1), "
        "male+middle (1), female+young (1); some folds will be scored without",
        "photos: 1 class of gender+age has no photo: female+senior; it cannot be learned together",
    )


def test_an_unknown_group_is_told_with_what_there_is(tmp_path, write_people, run_audit):
    assert run_audit(write_people(tmp_path), group="persn").errors == (
        "photos: no fact 'persn' to group by; layout `people` has mask, gender, age, person; "
        "write `group: none` if no photos belong together; did you mean 'person'?",
    )


def test_an_unknown_fact_is_told_with_what_there_is(tmp_path, write_manifest, run_audit):
    file = tmp_path / "all.csv"
    write_manifest(file, "path,masks,person\na.jpg,wear,anna\nb.jpg,wear,\n")
    assert run_audit(file, ("mask", "age"), group="person").errors == (
        "photos: 1 photo has no person: b.jpg (line 3); say which group it belongs to, or leave "
        "the photo out",
        "photos: no fact 'mask', which the study learns; layout `manifest` has masks, person; did "
        "you mean 'masks'?",
        "photos: no fact 'age', which the study learns; layout `manifest` has masks, person",
    )


def test_many_different_wrong_facts_are_summed_up(tmp_path, write_manifest, run_audit):
    rows = "".join(f"{number}.jpg,{number}x\n" for number in range(9))
    file = tmp_path / "all.csv"
    write_manifest(file, f"path,age\n{rows}")
    assert run_audit(file, ("age",)).errors == (
        *(
            f"photos: 1 photo has age '{number}x', which is no number: {number}.jpg (line "
            f"{number + 2}); write one"
            for number in range(5)
        ),
        "photos: age has 4 other facts that are no numbers: 5x, 6x, 7x and 1 more",
    )


def test_one_fact_more_than_are_told_is_summed_up_as_one(tmp_path, write_manifest, run_audit):
    rows = "".join(f"{number}.jpg,{number}x\n" for number in range(6))
    file = tmp_path / "all.csv"
    write_manifest(file, f"path,age\n{rows}")
    last = run_audit(file, ("age",)).errors[-1]
    assert last == "photos: age has 1 other fact that is no number: 5x"


def test_a_photo_with_an_unknown_fact_is_of_no_combination(tmp_path, write_manifest, run_audit):
    rows = ["a.jpg,male,20", "b.jpg,female,20", "c.jpg,female,x", "d.jpg,male,40"]
    file = tmp_path / "all.csv"
    write_manifest(file, "\n".join(["path,gender,age", *rows]))
    found = run_audit(file, ("gender", "age"))
    assert len(found.errors) == 1  # what classes lack is not told while facts are wrong
    assert {row.name: row.photos for row in found.class_table["gender+age"]} == {
        "male+young": 1,
        "male+middle": 1,
        "male+senior": 0,
        "female+young": 1,
        "female+middle": 0,
        "female+senior": 0,
    }


@pytest.mark.parametrize("number", ["nan", "inf", "-inf", "1e999"])
def test_numbers_that_are_not_finite_cannot_be_cut(tmp_path, write_manifest, run_audit, number):
    file = tmp_path / "all.csv"
    write_manifest(file, f"path,age\na.jpg,{number}\n")
    assert run_audit(file, ("age",)).errors[0] == (
        f"photos: 1 photo has age '{number}', which is no number: a.jpg (line 2); write one"
    )


def test_an_audit_without_photos_is_a_mistake_of_the_caller():
    spec = DataSpec(None, None, (), None)
    with pytest.raises(ValueError, match=r"`spec.photos` must be set, got none"):
        audit(spec, LabelSpace((Head(()),)), FoldsSpec(), source="photos")
