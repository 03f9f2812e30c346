from pathlib import Path

import pytest

from maskopt.ensembles import Bundle, Ensemble, Member, StoredPhoto
from maskopt.export.assemble import Candidate, build_ensembles, build_members, with_predictions
from maskopt.labels import Attribute, Head, LabelSpace
from maskopt.records import EpochReport, TrialRecord, TrialState
from maskopt.votes.choices import Choice

from .weights import write_weights

AGE = Attribute("age", ("young", "old"))
SPACE = LabelSpace((Head((AGE,)),))
VOTE = (("age",), {("age", 3): 0.75, ("other", 1): 0.25})


def choice() -> Choice:
    return Choice(
        ensembles=(VOTE,),
        views={"age": "hflip", "other": "none"},
        temperatures={("age", 3): (1.5,), ("other", 1): (0.5,)},
        strategy="greedy",
        reason="",
        notes=(),
        compared=(),
        scores={},
        joint=None,
        joint_reason="",
        evidence={},
        priors={},
    )


@pytest.fixture
def members(tmp_path: Path) -> tuple[Member, ...]:
    candidates = {}
    for study, number, networks in (("age", 3, 2), ("other", 1, 1)):
        files = [
            tmp_path / study / f"fold-{fold}" / "best.safetensors" for fold in range(networks)
        ]
        for file in files:
            write_weights(file, SPACE, 1)
        config = {"backbone": "test_resnet", "lr": 0.001}
        trial = TrialRecord(
            number, TrialState.COMPLETE, config, (EpochReport(1, 0.5, 1.0, 1.0, 1.0),)
        )
        candidates[study, number] = Candidate(study, trial, SPACE, tuple(files))
    (tmp_path / "bundle").mkdir()
    return build_members(tmp_path / "bundle", choice(), candidates)


def test_members_are_described_by_their_weights_and_the_vote(members) -> None:
    first, second = members
    assert first == Member(
        study="age",
        trial=3,
        label_space=SPACE,
        backbone="test_resnet",
        options={},
        image_size=32,
        mean=(0.5, 0.5, 0.5),
        std=(0.25, 0.25, 0.25),
        weights=("members/age-00003-fold0.safetensors", "members/age-00003-fold1.safetensors"),
        config={"backbone": "test_resnet", "lr": 0.001},
        views="hflip",
        temperatures=(1.5,),
    )
    assert (second.weights, second.views) == (("members/other-00001.safetensors",), "none")


def test_weights_are_copied_into_the_bundle(members, tmp_path: Path) -> None:
    original = tmp_path / "age" / "fold-1" / "best.safetensors"
    copied = tmp_path / "bundle" / members[0].weights[1]
    assert copied.read_bytes() == original.read_bytes()
    assert copied.stat().st_ino != original.stat().st_ino


def test_ensembles_name_members_by_their_places(members) -> None:
    assert build_ensembles(choice(), members) == (Ensemble(("age",), {0: 0.75, 1: 0.25}),)


def test_stored_photos_are_given_what_was_said_of_them(members) -> None:
    photos = (StoredPhoto("photos/00.png", {}), StoredPhoto("photos/01.png", {}))
    bundle = Bundle((AGE,), members, build_ensembles(choice(), members), {}, photos)
    said = with_predictions(bundle, {"age": [[0.25, 0.75], [1.0, 0.0]]})
    assert [photo.probabilities for photo in said.photos] == [
        {"age": (0.25, 0.75)},
        {"age": (1.0, 0.0)},
    ]
