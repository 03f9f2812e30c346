import json
import os

import numpy as np
import pytest

from maskopt.bundle import read_bundle, read_evidence
from maskopt.errors import BundleError

BROKEN = "is broken: copy the bundle again from where it was made, or make it again"


def refusal(place):
    with pytest.raises(BundleError) as refused:
        read_bundle(place)
    return str(refused.value).splitlines()


def assert_told(place, *lines):
    assert refusal(place) == [f"people.bundle: {line}" for line in (*lines, BROKEN)]


def test_a_folder_that_is_not_there_is_told_with_its_neighbour(place):
    assert refusal(place.with_name("peple.bundle")) == [
        "peple.bundle: there is no such folder; did you mean 'people.bundle'?"
    ]


def test_a_folder_without_its_document_is_no_bundle(place):
    (place / "bundle.json").unlink()
    assert refusal(place) == ["people.bundle: is no bundle, bundle.json is missing"]


def test_a_folder_around_a_bundle_is_told_with_what_it_holds(place):
    assert refusal(place.parent) == [
        ".: is no bundle, bundle.json is missing; did you mean 'people.bundle'?"
    ]


def test_a_file_is_no_bundle(place):
    assert refusal(place / "README.md") == [
        "people.bundle/README.md: is no bundle; a bundle is a folder that "
        "`maskopt export-best` made"
    ]


def test_what_is_no_json_is_told(place):
    (place / "bundle.json").write_text('{"format": 1,')
    assert_told(
        place,
        "bundle.json: is no JSON: Expecting property name enclosed in double quotes: "
        "line 1 column 14 (char 13)",
    )


def test_a_newer_format_is_told_before_anything_else(place):
    (place / "bundle.json").write_text('{"format": 3, "all": "new"}')
    assert refusal(place) == [
        "people.bundle: was written by a newer maskopt (format 3; this one reads 2): "
        "update maskopt"
    ]


@pytest.mark.parametrize("text", ["[]", "{}", '{"format": "1"}', '{"format": 0}', "NaN"])
def test_a_document_without_its_format_is_told(place, text):
    (place / "bundle.json").write_text(text)
    assert_told(place, "bundle.json: a bundle begins with its format, a number from 1")


def test_a_document_that_was_changed_is_told(place):
    document = json.loads((place / "bundle.json").read_text())
    document["facts"]["notes"] = ["better than it is"]
    (place / "bundle.json").write_text(json.dumps(document))
    assert_told(place, "bundle.json: was changed since it was written, its digest differs")


def test_only_the_layout_of_the_document_may_change(place, bundles):
    document = json.loads((place / "bundle.json").read_text())
    (place / "bundle.json").write_text(json.dumps(document, sort_keys=True))
    assert read_bundle(place) == bundles.small_bundle()


def test_all_broken_files_are_named_at_once(place):
    weights = place / "members/age-3-0.safetensors"
    content = bytearray(weights.read_bytes())
    content[100] ^= 1
    weights.write_bytes(content)
    with (place / "README.md").open("a") as card:
        card.write("more")
    (place / "photos/01.png").unlink()
    (place / "evidence.npz").unlink()
    (place / "evidence.npz").mkdir()
    size = len((place / "README.md").read_bytes())
    assert_told(
        place,
        f"README.md: has {size:,} bytes instead of {size - 4:,}",
        "evidence.npz: is no file",
        "members/age-3-0.safetensors: a byte was changed, its sha256 differs",
        "photos/01.png: is missing",
    )


def test_a_member_that_is_gone_is_named(place):
    for file in (place / "members").iterdir():
        file.unlink()
    (place / "members").rmdir()
    assert_told(
        place,
        "members/age-3-0.safetensors: is missing",
        "members/age-3-1.safetensors: is missing",
        "members/both-8.safetensors: is missing",
    )


def test_every_single_byte_of_weights_counts(place):
    weights = place / "members/both-8.safetensors"
    content = weights.read_bytes()
    for position in range(0, len(content), 97):
        changed = bytearray(content)
        changed[position] ^= 0x80
        weights.write_bytes(changed)
        assert_told(place, "members/both-8.safetensors: a byte was changed, its sha256 differs")


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("../secret", "leads out of the bundle's folder"),
        ("members/../../secret", "leads out of the bundle's folder"),
        ("/etc/passwd", "leads out of the bundle's folder"),
        ("", "is no plain path of a file in the folder"),
        ("members//a", "is no plain path of a file in the folder"),
        ("..\\secret", "is no plain path of a file in the folder"),
        ("a\0b", "is no plain path of a file in the folder"),
        ("\ud800", "is no plain path of a file in the folder"),
        ("members/other", "is not among the bundle's files"),
    ],
)
def test_a_path_that_climbs_out_is_refused_wherever_it_stands(place, bundles, path, told):
    def climb(document):
        document["members"][1]["weights"] = [path]
        document["photos"][0]["file"] = path

    bundles.change(place, climb)
    assert_told(
        place,
        f"bundle.json: members[1].weights: {path!r} {told}",
        f"bundle.json: photos[0].file: {path!r} {told}",
    )


def test_a_listed_path_that_climbs_out_is_refused_though_the_file_fits(place, bundles):
    (place.parent / "secret").write_bytes((place / "README.md").read_bytes())

    def climb(document):
        document["files"]["../secret"] = document["files"].pop("README.md")

    bundles.change(place, climb)
    assert_told(
        place, "bundle.json: files['../secret']: '../secret' leads out of the bundle's folder"
    )


def test_a_link_that_leads_out_is_refused_though_the_bytes_fit(place):
    outside = place.parent / "outside"
    os.rename(place / "members", outside)  # noqa: PTH104
    (place / "members").symlink_to(outside.resolve())
    assert refusal(place)[0] == (
        "people.bundle: bundle.json: files['members/age-3-0.safetensors']: "
        "'members/age-3-0.safetensors' is a link that leads out of the bundle's folder"
    )


def test_a_link_to_a_bundle_is_read_as_the_bundle(place, bundles):
    place.with_name("link.bundle").symlink_to(place)
    assert read_bundle(place.with_name("link.bundle")) == bundles.small_bundle()


def test_evidence_that_does_not_fit_is_refused(place):
    bundle = read_bundle(place)
    np.savez(place / "evidence.npz", **{"probabilities/age": np.zeros((4, 2))})
    with pytest.raises(BundleError) as refused:
        read_evidence(place, bundle)
    assert str(refused.value).splitlines() == [
        "people.bundle: evidence.npz: 'probabilities/age' has the shape (4, 2), "
        "wanted (photos, 3)",
        f"people.bundle: {BROKEN}",
    ]


def test_pickled_evidence_is_refused(place):
    bundle = read_bundle(place)
    np.savez(place / "evidence.npz", groups=np.array([{}], dtype=object))
    with pytest.raises(BundleError, match=r"^people.bundle: evidence.npz: cannot be read: "):
        read_evidence(place, bundle)


def test_many_problems_are_cut_to_what_can_be_read(place, bundles):
    def forget(document):
        document["files"] = {}
        document["photos"] *= 20

    bundles.change(place, forget)
    lines = refusal(place)
    assert len(lines) == 22
    assert lines[-2:] == ["people.bundle: and 23 more", f"people.bundle: {BROKEN}"]
