"""Members whose networks see something else than whole photos."""

import json
from dataclasses import replace

import pytest

from maskopt.bundle import read_bundle
from maskopt.catalog.views import View
from maskopt.errors import BundleError

BROKEN = "is broken: copy the bundle again from where it was made, or make it again"


def refusal(place):
    with pytest.raises(BundleError) as refused:
        read_bundle(place)
    return str(refused.value).splitlines()


def assert_told(place, *lines):
    assert refusal(place) == [f"people.bundle: {line}" for line in (*lines, BROKEN)]


def see_by(document, view):
    document["members"][0]["view"] = view


def test_a_view_that_this_version_does_not_know_is_told_in_one_line(place, bundles):
    bundles.change(place, lambda d: see_by(d, {"name": "zoom", "parameters": {}}))
    assert refusal(place) == [
        "people.bundle: bundle.json: members[0].view: 'zoom' is not known to this version of "
        "maskopt (known: whole, center, face, no_background); update maskopt"
    ]


@pytest.mark.parametrize(
    ("view", "told"),
    [
        ({"name": "face", "parameters": {}}, ".parameters: margin are wanted, got none"),
        (
            {"name": "face", "parameters": {"margin": "wide"}},
            ".parameters: margin must be a number in 0 to 3, got 'wide'",
        ),
        (
            {"name": "center", "parameters": {"size": 0}},
            ".parameters: size must be a number in 16 to 20000, got 0",
        ),
        ({"name": "face"}, ".parameters: is missing"),
    ],
    ids=["missing", "text", "bounds", "form"],
)
def test_a_view_with_odd_parameters_is_told(place, bundles, view, told):
    bundles.change(place, lambda d: see_by(d, view))
    assert_told(place, f"bundle.json: members[0].view{told}")


def test_networks_with_a_view_come_back_and_ask_for_a_newer_maskopt(bundles, tmp_path):
    whole = bundles.small_bundle()
    seen = replace(
        whole,
        members=(replace(whole.members[0], view=View.of("face")), *whole.members[1:]),
        photos=tuple(replace(photo, seen=True) for photo in whole.photos),
    )
    for made, number in ((whole, 1), (seen, 2)):
        bundles.write_bundle(tmp_path / f"{number}.bundle", made)
        document = json.loads((tmp_path / f"{number}.bundle/bundle.json").read_text())
        assert document["format"] == number
        read = read_bundle(tmp_path / f"{number}.bundle")
        assert (read.members, read.photos) == (made.members, made.photos)
    assert "64 px, face(margin=0.4)" in (tmp_path / "2.bundle/README.md").read_text()
