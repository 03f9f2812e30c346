from dataclasses import replace

import numpy as np
import pytest

from maskopt.votes.scores import confusion, macro_f1
from maskopt.votes.shift import Adaptation, Evidence, NewPhotos, adapt, reweight
from maskopt.votes.shift.photos import deal

from .shifted import world

OLD = [700, 620, 180]
TRIPLED = [270, 240, 290]


def _scores(found: Adaptation, new: NewPhotos, classes: np.ndarray) -> tuple[float, float]:
    vote = new.probabilities.mean(axis=0)
    before, after = (p.argmax(axis=1) for p in (vote, reweight(vote, found.weights)))
    return macro_f1(confusion(classes, before, 3)), macro_f1(confusion(classes, after, 3))


def test_a_tripled_class_is_estimated_corrected_for_and_told() -> None:
    evidence, new, classes = world(OLD, TRIPLED, seed=1)

    found = adapt(evidence, new)

    truth = np.array(TRIPLED) / 800
    before, after = _scores(found, new, classes)
    assert found.applied
    assert (found.low <= truth).all()
    assert (truth <= found.high).all()
    ratios = found.proportions / found.priors
    assert found.weights == pytest.approx(ratios ** found.figures["strength"], rel=1e-9)
    assert after > before + 0.01
    assert found.reasons[0] == (
        "The proportions have shifted: without a shift they would look so less than once in 1,000."
    )
    assert found.reasons[1].startswith(
        "Rehearsed on training photos that the networks never saw, the correction "
    )
    assert found.reasons[2] == (
        "The new photos look like the training photos in other proportions."
    )


def test_without_a_shift_predictions_stay_as_they_are() -> None:
    evidence, new, _ = world(OLD, [467, 413, 120], seed=3)

    found = adapt(evidence, new)

    assert not found.applied
    assert found.weights.tolist() == [1, 1, 1]
    assert found.reasons[0].startswith("No shift is proven: without one, the proportions would")


@pytest.mark.parametrize("new", [[467, 413, 120], TRIPLED], ids=["same", "tripled"])
def test_photos_of_another_kind_are_left_alone_whatever_their_proportions(new: list[int]) -> None:
    evidence, photos, _ = world(OLD, new, kind=0.4)

    found = adapt(evidence, photos)

    assert not found.applied
    assert found.reasons[2] == (
        "The new photos differ from the training photos in more than proportions, in what the "
        "networks see in them (by chance less than once in 1,000); corrections for proportions "
        "make predictions on such photos worse more often than better."
    )


def test_votes_that_are_less_sure_than_any_re_weighting_are_told() -> None:
    evidence, new, _ = world(OLD, TRIPLED)
    dull = (new.probabilities + 1) / 4

    found = adapt(evidence, replace(new, probabilities=dull))

    assert not found.applied
    assert ", in how sure the vote is of them" in found.reasons[2]


def test_features_that_are_no_numbers_are_unlike_any() -> None:
    evidence, new, _ = world(OLD, TRIPLED)
    assert new.features is not None
    new.features[:, 3, 1] = np.inf

    found = adapt(evidence, new)

    assert (found.applied, found.figures["features"]) == (False, 0)
    assert "in what the networks see in them" in found.reasons[2]


def test_too_few_photos_are_estimated_but_not_corrected_for() -> None:
    evidence, new, _ = world(OLD, [5, 5, 39])

    found = adapt(evidence, new)

    assert not found.applied
    assert found.reasons[0] == "49 new photos will not do: at least 50 are needed."
    assert found.proportions[2] > 0.6


@pytest.mark.parametrize(
    "features",
    [None, np.zeros((1500, 0), np.float32), np.ones((1500, 3), np.float32)],
    ids=["none", "no column", "constant"],
)
def test_without_features_to_compare_nothing_is_corrected(features: np.ndarray | None) -> None:
    evidence, new, _ = world(OLD, TRIPLED)

    found = adapt(replace(evidence, features=features), new)

    assert not found.applied
    assert found.reasons[2] == (
        "Features were not kept, so that nobody can tell whether the photos are alike."
    )


def test_no_new_photo_gives_the_old_proportions_with_nothing_known() -> None:
    evidence, new, _ = world(OLD, [0, 0, 0])

    found = adapt(evidence, new)

    assert found.proportions.tolist() == found.priors.tolist()
    assert (found.low.tolist(), found.high.tolist()) == ([0, 0, 0], [1, 1, 1])
    assert found.reasons == ("0 new photos will not do: at least 50 are needed.",)


def test_one_class_has_no_proportions() -> None:
    evidence, new, _ = world([300, 0, 0], [100, 0, 0])

    found = adapt(evidence, new)

    assert (found.applied, found.proportions.tolist()) == (False, [1, 0, 0])
    assert found.reasons == (
        "The out-of-fold photos have 1 class: there is no proportion to correct.",
    )


def test_old_photos_of_one_group_tell_nothing_of_others() -> None:
    evidence, new, _ = world(OLD, TRIPLED)

    found = adapt(replace(evidence, groups=np.zeros_like(evidence.groups)), new)

    assert (found.applied, found.low.tolist(), found.high.tolist()) == (False, [0] * 3, [1] * 3)
    assert found.reasons == (
        "The out-of-fold photos that are rehearsed on are of one group: nothing tells how others "
        "vary.",
    )


def test_a_class_without_old_photos_keeps_its_weight() -> None:
    evidence, new, _ = world([700, 180, 0], [300, 500, 0])

    found = adapt(evidence, new)

    assert found.applied
    assert found.weights[2] == 1
    assert (found.proportions[2], found.low[2], found.high[2]) == (0, 0, 1)


def test_a_class_that_the_new_photos_lack_may_still_be_among_them() -> None:
    evidence, new, _ = world(OLD, [300, 300, 0])

    found = adapt(evidence, new)

    assert 0 < found.proportions[2] < 0.05
    assert found.low[2] < 0.01
    assert found.high[2] >= 3 / 600


def test_photos_of_few_people_widen_the_intervals() -> None:
    alone, together = (
        adapt(*world([700, 630, 210], [301, 266, 133], a_group=size)[:2]) for size in (1, 7)
    )

    assert (together.high - together.low > 1.5 * (alone.high - alone.low)).all()


def test_a_seed_repeats_an_answer() -> None:
    evidence, new, _ = world(OLD, TRIPLED)
    first, second, other = (adapt(evidence, new, seed=seed) for seed in (1, 1, 2))

    assert first.figures == second.figures != other.figures
    assert first.low.tolist() == second.low.tolist()


def test_more_photos_than_are_rehearsed_with_are_sampled_by_whole_groups() -> None:
    evidence, new, _ = world([7000, 6202, 1799], [2700, 2400, 2900], a_group=7)

    found = adapt(evidence, new)

    assert found.priors == pytest.approx(np.array([7000, 6202, 1799]) / 15_001)
    assert found.applied


def test_the_contract_is_stated() -> None:
    evidence, new, _ = world(OLD, TRIPLED)
    with pytest.raises(ValueError, match=r"^new photos have 2 classes, the evidence 3$"):
        adapt(evidence, NewPhotos(new.probabilities[..., :2], new.features))
    with pytest.raises(ValueError, match=r"^fold 2 of the evidence is none of 2 votes$"):
        adapt(evidence, NewPhotos(new.probabilities[:2], new.features))
    with pytest.raises(ValueError, match=r"^one of groups a photo is needed, got 3 for 1500"):
        replace(evidence, groups=np.arange(3))
    with pytest.raises(ValueError, match=r"^targets must lie in \[0, 3\)$"):
        Evidence(evidence.probabilities, evidence.targets + 1, evidence.groups, evidence.folds)


def test_photos_that_are_there_several_times_count_as_the_different_ones_they_are() -> None:
    """Three copies each of four photos and one of another: (12 + 1)² / (4 * 9 + 1) = 4.6."""
    features = np.random.default_rng(0).normal(size=(5, 6)).astype(np.float32)
    copies = np.repeat(np.arange(5), [3, 3, 3, 3, 1])
    new = NewPhotos(np.full((1, 13, 2), 0.5, np.float32), features[copies][None])
    sample = deal(new, np.zeros(9, np.int64), 100, np.random.default_rng(0))
    assert (len(sample), sample.size) == (13, 5)
