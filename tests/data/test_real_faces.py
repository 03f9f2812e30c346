from __future__ import annotations

from pathlib import Path

import pytest

from maskopt.data.images import build_images, open_images

REAL = Path(__file__).parents[3] / "shared" / "data"

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not REAL.is_dir(), reason="no real photos beside the project"),
]


def test_faces_with_ages_are_audited_split_and_decoded(tmp_path, run_audit):
    found = run_audit(REAL / "faces_age" / "manifest.csv", ("gender", "age"), folds=5)
    assert found.errors == ()
    assert [text.partition(":")[2].partition(":")[0] for text in found.warnings] == [
        " 8 photos are there twice, in two classes",
        " 45 photos are there twice",
    ]
    assert [(row.name, row.photos) for row in found.class_table["gender+age"]] == [
        ("male+young", 991),
        ("male+middle", 1547),
        ("male+senior", 462),
        ("female+young", 1758),
        ("female+middle", 928),
        ("female+senior", 276),
    ]
    assert all(max(r.per_fold) - min(r.per_fold) <= 1 for r in found.class_table["gender+age"])
    build_images(found.table, 32, tmp_path)
    assert open_images(found.table, 32, tmp_path)[-1].std() > 1


def test_faces_of_one_street_photo_share_a_fold(run_audit):
    found = run_audit(REAL / "faces_mask" / "manifest.csv", group="photo", folds=5)
    assert (found.errors, found.warnings) == ((), ())
    assert [(r.name, r.photos, r.groups) for r in found.class_table["mask"]] == [
        ("wear", 1468, 662),
        ("incorrect", 69, 60),
        ("not_wear", 246, 160),
    ]
    pairs = set(zip(found.table.groups.tolist(), found.table.folds.tolist(), strict=True))
    assert len(pairs) == len(set(found.table.groups.tolist()))
    assert all(max(r.per_fold) - min(r.per_fold) <= 1 for r in found.class_table["mask"])
