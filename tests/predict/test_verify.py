from types import SimpleNamespace

import numpy as np
import pytest

from maskopt.catalog.views import Input, View
from maskopt.errors import BundleError
from maskopt.labels import Attribute
from maskopt.predict import verify
from maskopt.predict.verify import run_verify

AGE = Attribute("age", ("young", "middle", "senior"), (30, 60))
MASK = Attribute("mask", ("wear", "incorrect", "not_wear"))
SAID = (200.001 / 250.003, 40.001 / 250.003, 10.001 / 250.003)  # by a red photo, 200 : 40 : 10


def test_a_bundle_that_predicts_as_before_is_verified(make_bundle, voters) -> None:
    found = run_verify(make_bundle([AGE], stored={"age": SAID}))
    assert (found.photos, found.difference < 1e-6) == (1, True)
    assert found.to_dict()["tolerance"] == 1e-4


def test_the_worst_photo_and_the_versions_that_differ_are_named(
    make_bundle, voters, monkeypatch
) -> None:
    monkeypatch.setattr(verify, "versions", lambda: {"torch": "2.15", "timm": "1.0.31"})
    stored = {"age": (SAID[0] - 0.001, SAID[1], SAID[2] + 0.001)}
    versions = {"torch": "2.6", "timm": "1.0.31", "python": "3.11"}
    stored["mask"] = SAID
    place = make_bundle([MASK, AGE], stored=stored, facts={"versions": versions})
    with pytest.raises(BundleError) as caught:
        run_verify(place)
    first = (
        f"{place}: predicts other probabilities than when it was made: age of photos/00.png "
        "differs by 0.001, at most 0.0001 is allowed"
    )
    assert str(caught.value).splitlines() == [
        first,
        "it was made with other versions, which may be why:",
        "  torch 2.6 when it was made, 2.15 here",
    ]


@pytest.mark.parametrize("versions", [{"torch": "2.15"}, None, "no mapping"])
def test_with_the_same_versions_the_machine_is_suspected(
    make_bundle, voters, monkeypatch, versions
) -> None:
    monkeypatch.setattr(verify, "versions", lambda: {"torch": "2.15"})
    place = make_bundle([AGE], stored={"age": (0.0, 0.0, 1.0)}, facts={"versions": versions})
    with pytest.raises(BundleError, match="another kind of machine may be why"):
        run_verify(place)


def test_numbers_that_are_none_are_told(make_bundle, voters, monkeypatch) -> None:
    said = SimpleNamespace(probabilities={"age": np.full((1, 3), np.nan, np.float32)})
    monkeypatch.setattr("maskopt.predict.answers._vote", lambda *_: said)
    with pytest.raises(BundleError, match=r"no finite probabilities of age for photos/00\.png"):
        run_verify(make_bundle([AGE], stored={"age": SAID}))


def test_a_bundle_without_photos_cannot_be_verified(make_bundle, voters) -> None:
    place = make_bundle([AGE])
    with pytest.raises(BundleError) as caught:
        run_verify(place)
    assert str(caught.value) == (
        f"{place}: holds no photos that could be predicted again; its files are as they were"
    )


def test_photos_that_are_stored_as_networks_see_them_are_not_cropped_again() -> None:
    face = View.of("face")
    given = []

    class Voting:
        inputs = (Input(8, face), Input(8), Input(16, face))

        def __call__(self, pixels: dict[Input, int]) -> None:
            given.append(pixels)

    seen = verify._AsSeen(Voting())
    assert seen.inputs == (Input(8), Input(16))
    seen({Input(8): 1, Input(16): 2})
    assert given == [{Input(8, face): 1, Input(8): 1, Input(16, face): 2}]
