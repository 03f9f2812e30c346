"""Photos made from others: a column `parent` in the manifest."""

from pathlib import Path

import numpy as np
import pytest

from maskopt.data.photos import read_photos, write_photos
from maskopt.labels import Attribute, Head, LabelSpace
from maskopt.vision.fold_photos import NO_FOLD, Images, split_photos

TAKEN = "".join(f"{name}.jpg,{mask},p{name},\n" for name, mask in
                zip("abcdef", ["wear", "incorrect", "not_wear"] * 2, strict=True))  # fmt: skip
HEAD = "path,mask,person,parent\n"
SPACE = LabelSpace((Head((Attribute("mask", ("wear", "incorrect", "not_wear")),)),))


PIXELS = np.zeros((12, 1, 1, 3), np.uint8)


def audit_of(tmp_path: Path, write_manifest, run_audit, rows: str, group: str | None = "person"):
    file = write_manifest(tmp_path / "all.csv", HEAD + TAKEN + rows)
    return run_audit(file, group=group)


@pytest.fixture
def audited(tmp_path, write_manifest, run_audit):
    return lambda rows, group="person": audit_of(tmp_path, write_manifest, run_audit, rows, group)


def test_a_generated_photo_inherits_facts_and_group_and_has_no_fold_of_its_own(audited) -> None:
    found = audited("g1.jpg,,,a.jpg\ng2.jpg,incorrect,,./b.jpg\n")
    assert found.errors == ()
    assert found.notes == ("2 photos were made from others: trained on, never judged",)
    table = found.table
    assert table.paths.tolist()[6:] == ["g1.jpg", "g2.jpg"]
    assert table.class_ids["mask"].tolist() == [0, 1, 2, 0, 1, 2, 0, 1]
    assert table.groups.tolist()[6:] == ["pa", "pb"]
    assert table.folds[6:].tolist() == (-2 - table.folds[:2]).tolist()
    assert table.taken.tolist() == [True] * 6 + [False] * 2


def test_generated_photos_change_nothing_about_the_folds_and_counts_of_the_others(audited) -> None:
    plain = audited("")
    found = audited("".join(f"g{i}.jpg,,,a.jpg\n" for i in range(5)))
    assert found.table.folds[:6].tolist() == plain.table.folds.tolist()
    assert found.class_table == plain.class_table
    assert (plain.notes, plain.errors) == ((), ())


def test_without_groups_a_generated_photo_is_of_its_parents_alone(audited) -> None:
    table = audited("g1.jpg,,,b.jpg\n", None).table
    assert table.groups.tolist() == [f"{name}.jpg" for name in "abcdefb"]
    assert table.folds[6] == -2 - table.folds[1]


@pytest.mark.parametrize("fold", [0, 1])
def test_it_is_trained_on_where_its_parent_is_and_validated_nowhere(audited, fold) -> None:
    table = audited("".join(f"g{name}.jpg,,,{name}.jpg\n" for name in "abcdef")).table
    train, valid = split_photos(Images(PIXELS, PIXELS), table, SPACE, fold)
    learned, judged = set(train.rows.tolist()), set(valid.rows.tolist())
    assert judged == {row for row in range(6) if table.folds[row] == fold}
    assert learned == {row for row in range(12) if table.folds[row % 6] != fold}
    everything, none = split_photos(Images(PIXELS, PIXELS), table, SPACE, NO_FOLD)
    assert (len(everything), len(none)) == (12, 0)


def test_generated_photos_go_through_the_studys_table(audited, tmp_path) -> None:
    table = audited("g1.jpg,,,a.jpg\n").table
    write_photos(table, tmp_path / "photos.csv")
    assert read_photos(tmp_path / "photos.csv").folds.tolist() == table.folds.tolist()


def test_what_is_wrong_with_a_generated_photo_is_told_a_line_a_photo(audited) -> None:
    found = audited(
        "g1.jpg,,,x.jpg\n"
        "g2.jpg,incorrect,,a.jpg\n"
        "g3.jpg,,pb,a.jpg\n"
        "g4.jpg,,,a.jpg\n"
        "g5.jpg,,,g4.jpg\n"
    )
    assert list(found.errors) == [
        "photos: g1.jpg (line 8): its parent x.jpg is no photo of the manifest; add it, or leave "
        "this photo out",
        "photos: g2.jpg (line 9): mask 'incorrect', but its parent a.jpg has 'wear'; leave the "
        "cell empty to inherit",
        "photos: g3.jpg (line 10): person 'pb', but its parent a.jpg has 'pa'; leave the cell "
        "empty to inherit",
        "photos: g5.jpg (line 12): its parent g4.jpg was made from another itself; name the photo "
        "that was taken",
    ]


def test_a_manifest_may_be_grouped_by_a_column_of_that_name(
    tmp_path, write_manifest, run_audit
) -> None:
    rows = TAKEN.replace(",\n", ",x\n", 3).replace(",\n", ",y\n")
    found = run_audit(write_manifest(tmp_path / "all.csv", HEAD + rows), group="parent")
    assert (found.errors, found.notes) == ((), ())
    assert found.table.groups.tolist() == ["x"] * 3 + ["y"] * 3
