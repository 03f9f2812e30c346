import numpy as np
import pytest

from maskopt.votes.shift.likeness import chance, confidences, features_by_fold, unlikeness
from maskopt.votes.shift.photos import Evidence, NewPhotos, Sample, deal, thin
from maskopt.votes.shift.proportions import estimate
from maskopt.votes.shift.rehearsals import rehearse

from .shifted import FOLDS, world


@pytest.mark.parametrize(
    ("freedom", "seen", "told"), [(10, 18.307, 0.05), (10, 23.209, 0.01), (40, 51.805, 0.1)]
)
def test_chances_are_those_of_a_table_of_chi_square(
    freedom: int, seen: float, told: float
) -> None:
    usual = np.random.default_rng(0).chisquare(freedom, 200_000)

    assert chance(seen, usual) == pytest.approx(told, rel=0.05)


def test_what_never_varies_is_usual_or_impossible() -> None:
    assert (chance(0.0, np.zeros(9)), chance(1.0, np.zeros(9))) == (1, 0)


@pytest.mark.parametrize(
    ("kind", "low", "high"), [(0.0, 0.01, 1), (0.4, 0, 1e-3)], ids=["alike", "another kind"]
)
def test_features_tell_another_kind_from_other_proportions(
    kind: float, low: float, high: float
) -> None:
    evidence, new, _ = world([700, 620, 180], [270, 240, 290], kind=kind, seed=1)
    rng = np.random.default_rng(0)
    sample = deal(new, evidence.folds, 5000, rng)
    shares = np.array([[700, 620, 180]]) / 1500
    everyone = np.ones((1, 800), np.float32)
    found = estimate(sample.probabilities, everyone, 1 / shares, shares, shares)[0]
    pair = features_by_fold(evidence, sample)
    assert pair is not None

    told = unlikeness(evidence, pair, found, rehearse(evidence, found, 800, 100, rng))

    assert low <= told <= high


def test_the_wrong_proportions_do_not_explain_new_photos() -> None:
    evidence, new, _ = world([700, 620, 180], [270, 240, 290], seed=1)
    sample = deal(new, evidence.folds, 5000, np.random.default_rng(0))
    pair = confidences(evidence, sample)

    right, wrong = (
        unlikeness(
            evidence, pair, found, rehearse(evidence, found, 800, 100, np.random.default_rng(0))
        )
        for found in (np.array([270, 240, 290]) / 800, np.array([700, 620, 180]) / 1500)
    )

    assert wrong < 1e-6 < 0.01 < right


def test_features_of_networks_are_kept_apart() -> None:
    old = Evidence(
        np.full((2, 2), 0.5, np.float32),
        np.array([0, 1]),
        np.array([0, 1]),
        np.array([1, 0]),
        np.array([[1, 2], [3, 4]], np.float32),
    )
    new = Sample(old.probabilities[:1], np.array([1]), np.array([[5, 6]], np.float32), 1)

    pair = features_by_fold(old, new)

    assert pair is not None
    assert pair[0].tolist() == [[0, 0, 1, 2], [3, 4, 0, 0]]
    assert pair[1].tolist() == [[0, 0, 5, 6]]


def test_a_photo_stands_in_the_cell_of_its_class_and_confidence() -> None:
    rows = np.array([[0.5, 0.3], [0.6, 0.3], [0.7, 0.3], [0.2, 0.9]], np.float32)
    old = Evidence(rows, np.zeros(4, np.int64), np.arange(4), np.zeros(4, np.int64))

    cells, others = confidences(old, Sample(rows[1:3], np.zeros(2, np.int64), None, 2))

    assert cells.argmax(axis=1).tolist() == [0, 1, 2, 3]
    assert others.argmax(axis=1).tolist() == [1, 2]
    assert (cells.sum(axis=1) == 1).all()


def test_each_new_photo_is_dealt_to_one_network_as_often_as_old_ones_are() -> None:
    evidence, new, _ = world([700, 620, 180], [1200, 900, 900])
    folds = np.minimum(evidence.folds, 1)  # a third of fold 0, the rest of fold 1

    sample = deal(new, folds, 2000, np.random.default_rng(0))

    assert len(sample) == 2000
    assert np.bincount(sample.folds, minlength=FOLDS) / 2000 == pytest.approx(
        [1 / 3, 2 / 3, 0], abs=0.04
    )


def test_what_a_photo_is_dealt_to_is_what_answers_it() -> None:
    said = np.arange(3, dtype=np.float32)[:, None, None] * np.ones((3, 90, 2), np.float32)
    photos = np.arange(90, dtype=np.float32)[:, None]

    sample = deal(
        NewPhotos(said, said[..., :1] + 10 * photos), np.arange(3), 60, np.random.default_rng(0)
    )

    assert set(sample.folds.tolist()) == {0, 1, 2}
    assert (sample.probabilities == sample.folds[:, None]).all()
    assert sample.features is not None
    assert (sample.features[:, 0] % 10 == sample.folds).all()
    assert len(np.unique(sample.features // 10)) == 60


def test_old_photos_are_thinned_by_whole_groups() -> None:
    evidence, _, _ = world([700, 630, 210], [1, 0, 0], a_group=7)

    some = thin(evidence, 500, np.random.default_rng(0))

    assert 490 <= len(some.targets) <= 500
    assert set(np.unique(some.groups, return_counts=True)[1]) == {7}
    assert thin(evidence, 2000, np.random.default_rng(0)) is evidence
