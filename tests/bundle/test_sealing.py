from dataclasses import replace

import numpy as np
import pytest

from maskopt.bundle import read_bundle, read_evidence, staging, store_photo
from maskopt.data.decode import read_image


def test_what_was_sealed_is_read_again(tmp_path, bundles):
    bundle = bundles.write_bundle(tmp_path / "a.bundle")
    assert read_bundle(tmp_path / "a.bundle") == bundle
    evidence = read_evidence(tmp_path / "a.bundle", bundle)
    assert {name: array.tolist() for name, array in evidence.items()} == {
        name: array.tolist() for name, array in bundles.EVIDENCE.items()
    }


def test_the_same_bundle_has_the_same_bytes(tmp_path, bundles):
    for name in ("a.bundle", "b.bundle"):
        bundles.write_bundle(tmp_path / name)
    files = ["bundle.json", "evidence.npz", "photos/00.png"]
    first, second = (
        [(tmp_path / name / file).read_bytes() for file in files]
        for name in ("a.bundle", "b.bundle")
    )
    assert first == second


def test_a_bundle_without_evidence_has_no_file_of_it(tmp_path, bundles):
    with staging(tmp_path / "a.bundle") as folder:
        bundles.fill(folder, bundles.small_bundle(), evidence={})
    bundle = read_bundle(tmp_path / "a.bundle")
    assert read_evidence(tmp_path / "a.bundle", bundle) == {}
    assert not (tmp_path / "a.bundle" / "evidence.npz").exists()


def test_nan_among_the_facts_is_read_as_none(tmp_path, bundles):
    facts = {"scores": {"f1": np.array([0.5, np.nan])}, "photos": np.int64(3)}
    bundles.write_bundle(tmp_path / "a.bundle", replace(bundles.small_bundle(), facts=facts))
    read = read_bundle(tmp_path / "a.bundle").facts
    assert read == {"scores": {"f1": [0.5, None]}, "photos": 3}


def test_a_bundle_that_could_not_be_read_is_not_sealed(tmp_path, bundles):
    bundle = bundles.small_bundle()
    (tmp_path / "members").mkdir()
    with pytest.raises(ValueError, match="a bundle must be readable") as refused:
        bundles.seal(tmp_path, replace(bundle, priors={"mask": (1.0, 0.0, 0.0)}), {})
    assert str(refused.value).splitlines() == [
        "a bundle must be readable, got",
        "priors: 'age' is missing",
        "members[0].weights: 'members/age-3-0.safetensors' is not among the bundle's files",
        "members[0].weights: 'members/age-3-1.safetensors' is not among the bundle's files",
        "members[1].weights: 'members/both-8.safetensors' is not among the bundle's files",
        "photos[0].file: 'photos/00.png' is not among the bundle's files",
        "photos[1].file: 'photos/01.png' is not among the bundle's files",
    ]


def test_objects_are_no_evidence(tmp_path, bundles):
    arrays = {"groups": np.array(["a", None], dtype=object)}
    with pytest.raises(ValueError, match=r"^arrays must hold plain values, got .* \['groups'\]$"):
        bundles.seal(tmp_path, bundles.small_bundle(), arrays)


def test_a_link_is_not_sealed(tmp_path, bundles):
    (tmp_path / "link").symlink_to("/etc/passwd")
    with pytest.raises(ValueError, match=r"^a bundle holds files of its own only, got .* 'link'$"):
        bundles.seal(tmp_path, bundles.small_bundle(), {})


def test_a_stored_photo_keeps_its_pixels(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (16, 16, 3), dtype=np.uint8)
    store_photo(pixels, tmp_path / "photos" / "a.png")
    assert np.array_equal(read_image(tmp_path / "photos" / "a.png", 16), pixels)


@pytest.mark.parametrize(
    "pixels",
    [np.zeros((4, 4, 3)), np.zeros((4, 4), np.uint8), np.zeros((4, 4, 4), np.uint8)],
    ids=["floats", "grey", "transparent"],
)
def test_only_rgb_is_stored(pixels, tmp_path):
    with pytest.raises(ValueError, match=r"^pixels must be uint8 \[S, S, 3\], got "):
        store_photo(pixels, tmp_path / "a.png")
