"""Bundles that become one without a network that is run."""

from pathlib import Path

import numpy as np
import pytest

from maskopt.bundle import read_bundle, seal, staging, store_photo, write_card
from maskopt.ensembles import Bundle, Ensemble, Member, StoredPhoto
from maskopt.errors import BundleError
from maskopt.export.joining import join_bundles
from maskopt.labels import Attribute, Head, LabelSpace

AGE = Attribute("age", ("young", "old"))
MASK = Attribute("mask", ("worn", "bare"))
SAID = {"age": (0.25, 0.75), "mask": (0.5, 0.5)}


def bundle_at(
    place: Path,
    study: str,
    *attributes: Attribute,
    score: float = 0.5,
    members: int = 1,
    seen: bool = False,
) -> Path:
    """Write a bundle of members without tensors, one photo and made up scores."""
    space = LabelSpace(tuple(Head((each,)) for each in attributes))
    names = tuple(attribute.name for attribute in attributes)
    with staging(place) as folder:
        (folder / "members").mkdir()
        (folder / "photos").mkdir()
        store_photo(np.full((4, 4, 3), members, np.uint8), folder / "photos/00.png")
        voting = []
        for number in range(members):
            file = f"members/{study}-{number}.safetensors"
            (folder / file).write_text(f"weights {number} of {study}")
            options = {"pad_type": "same"}
            voting.append(
                Member(
                    study, number, space, "test_resnet", options, 32, (0.5,) * 3, (0.2,) * 3,
                    (file,), {"lr": 0.1}, temperatures=(1.0,) * len(attributes),
                )
            )  # fmt: skip
        bundle = Bundle(
            attributes=attributes,
            members=tuple(voting),
            ensembles=(Ensemble(names, dict.fromkeys(range(members), 1 / members)),),
            priors=dict.fromkeys(names, (0.5, 0.5)),
            photos=(StoredPhoto("photos/00.png", {n: SAID[n] for n in names}, seen),),
            facts={
                "objective": "macro_f1",
                "scores": {
                    "attributes": {name: {"score": score} for name in names},
                    "joint": {"score": score},
                    "joint_reason": "",
                    "how": "on unseen folds.",
                },
                "reason": f"it is the best of {study}",
                "notes": [],
                "splits": [{"study": study}],
            },
        )
        write_card(folder, bundle)
        seal(folder, bundle, {})
    return place


def test_each_bundle_answers_what_it_knows_in_the_order_that_was_asked_for(tmp_path: Path) -> None:
    places = [
        bundle_at(tmp_path / "one", "ages", AGE, members=2),
        bundle_at(tmp_path / "two", "masks", MASK),
    ]
    join_bundles(places, tmp_path / "whole", ("mask", "age"))
    whole = read_bundle(tmp_path / "whole")
    assert [attribute.name for attribute in whole.attributes] == ["mask", "age"]
    assert [member.name for member in whole.members] == ["ages/0", "ages/1", "masks/0"]
    assert [(each.attributes, dict(each.shares)) for each in whole.ensembles] == [
        (("age",), {0: 0.5, 1: 0.5}),
        (("mask",), {2: 1.0}),
    ]
    assert whole.priors == {"age": (0.5, 0.5), "mask": (0.5, 0.5)}
    assert (tmp_path / "whole/members/masks-0.safetensors").read_text() == "weights 0 of masks"


def test_each_photo_comes_with_what_its_own_bundle_said(tmp_path: Path) -> None:
    places = [
        bundle_at(tmp_path / "one", "ages", AGE, members=2),
        bundle_at(tmp_path / "two", "masks", MASK),
    ]
    whole = join_bundles(places, tmp_path / "whole")
    assert [(photo.file, photo.probabilities) for photo in whole.photos] == [
        ("photos/00.png", {"age": (0.25, 0.75)}),
        ("photos/01.png", {"mask": (0.5, 0.5)}),
    ]
    for number, place in enumerate(places):
        photo = (tmp_path / f"whole/photos/0{number}.png").read_bytes()
        assert photo == (place / "photos/00.png").read_bytes()


def test_it_says_that_nothing_scored_them_together(tmp_path: Path) -> None:
    places = [
        bundle_at(tmp_path / "one", "ages", AGE, score=0.7),
        bundle_at(tmp_path / "two", "masks", MASK, score=0.9),
    ]
    facts = join_bundles(places, tmp_path / "whole").facts
    assert facts["scores"] == {
        "attributes": {"age": {"score": 0.7}, "mask": {"score": 0.9}},
        "joint": None,
        "joint_reason": "studies were joined as they are: nothing scored them together",
        "how": "on unseen folds.",
    }
    assert facts["reason"] == "age: it is the best of ages; mask: it is the best of masks"
    assert facts["splits"] == [{"study": "ages"}, {"study": "masks"}]


@pytest.mark.parametrize(("second", "answers"), [(0.6, "two"), (0.5, "both")])
def test_what_several_know_is_answered_by_the_highest_score(
    tmp_path: Path, second: float, answers: str
) -> None:
    """Where the second one knows age better the first has nothing left to answer."""
    places = [
        bundle_at(tmp_path / "one", "ages", AGE, score=0.5),
        bundle_at(tmp_path / "two", "both", AGE, MASK, score=second),
    ]
    whole = join_bundles(places, tmp_path / "whole")
    votes = {each.attributes: [whole.members[at].study for at in each.shares]
             for each in whole.ensembles}  # fmt: skip
    if answers == "two":
        assert votes == {("age", "mask"): ["both"]}
        assert [member.study for member in whole.members] == ["both"]
    else:
        assert votes == {("age",): ["ages"], ("mask",): ["both"]}


@pytest.mark.parametrize(("first", "photos"), [(True, 2), (False, 1)])
def test_photos_as_networks_see_them_are_kept_only_where_all_are(
    tmp_path: Path, first: bool, photos: int
) -> None:
    places = [
        bundle_at(tmp_path / "one", "ages", AGE, seen=first),
        bundle_at(tmp_path / "two", "masks", MASK, seen=True),
    ]
    whole = join_bundles(places, tmp_path / "whole")
    assert (len(whole.photos), {photo.seen for photo in whole.photos}) == (photos, {first})


def test_a_broken_bundle_is_told_and_nothing_is_written(tmp_path: Path) -> None:
    place = bundle_at(tmp_path / "one", "ages", AGE)
    (place / "members/ages-0.safetensors").write_text("cut")
    with pytest.raises(BundleError, match=r"ages-0\.safetensors"):
        join_bundles([place], tmp_path / "whole")
    assert not (tmp_path / "whole").exists()
