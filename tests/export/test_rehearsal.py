import numpy as np
import pytest

from maskopt.export import rehearsal
from maskopt.export.rehearsal import rehearsal_arrays
from maskopt.votes.choices import AttributeEvidence
from maskopt.votes.evidence import from_arrays
from maskopt.votes.out_of_fold import HeldOut

PHOTOS = 12
PLACES = {f"/photos/{number}.png": number for number in range(PHOTOS)}


def known(chosen: list[int]) -> AttributeEvidence:
    """Return what a vote says of some photos; two of a group stand side by side."""
    numbers = np.array(chosen)
    young = (numbers / PHOTOS).astype(np.float32)
    return AttributeEvidence(
        np.stack([young, 1 - young], axis=1),
        numbers % 2,
        numbers // 2,
        np.zeros(len(numbers), np.int64),
        np.array([f"/photos/{number}.png" for number in chosen]),
    )


def parts() -> list[HeldOut]:
    """Return what two networks saw: of the even and of the odd photos."""
    features = np.random.default_rng(0).normal(size=(PHOTOS, 5)).astype(np.float16)
    return [
        HeldOut(fold, np.arange(fold, PHOTOS, 2), {"none": ()}, features[fold::2])
        for fold in range(2)
    ]


def test_each_photo_is_kept_with_what_its_own_fold_s_network_saw() -> None:
    chosen = [7, 2, 3, 10]
    rehearsed = from_arrays("age", rehearsal_arrays("age", known(chosen), parts(), PLACES))
    assert rehearsed is not None
    evidence = rehearsed.evidence
    assert evidence.folds.tolist() == [1, 0, 1, 0]
    assert evidence.targets.tolist() == [1, 0, 1, 0]
    assert evidence.groups.tolist() == [1, 0, 0, 2]  # 2 stands with 3
    assert evidence.probabilities[:, 0] == pytest.approx(np.array(chosen) / PHOTOS)
    for place, photo in enumerate(chosen):
        part = parts()[photo % 2]
        seen = rehearsed.projections[photo % 2].apply(part.features[photo // 2])
        assert evidence.features[place] == pytest.approx(seen)


def test_of_many_photos_whole_groups_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rehearsal, "MOST_PHOTOS", 5)
    rehearsed = from_arrays(
        "age", rehearsal_arrays("age", known(list(range(PHOTOS))), parts(), PLACES)
    )
    assert rehearsed is not None
    assert np.bincount(rehearsed.evidence.groups).tolist() == [2, 2]
    monkeypatch.setattr(rehearsal, "MOST_PHOTOS", 1)  # each group has more
    arrays = rehearsal_arrays("age", known(list(range(PHOTOS))), parts(), PLACES)
    assert arrays["groups/age"].tolist() == [0, 0]
