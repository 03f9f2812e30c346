"""What heads are taught: numbers by hand, and official classes whatever was taught."""

from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose
from sklearn.metrics import f1_score

from maskopt.catalog.label_policies import LABEL_POLICIES
from maskopt.labels import Attribute, Head, LabelSpace
from maskopt.records import BEST, TrialTask
from maskopt.space import Part
from maskopt.vision.failures import TrainingError
from maskopt.vision.fold_photos import open_photos, split_photos
from maskopt.vision.joins import Joined
from maskopt.vision.label_policies import bins, cut, move_cut, official, soft
from maskopt.vision.learner import build_learner
from maskopt.vision.lessons import HeadLosses
from maskopt.vision.losses import cross_entropy
from maskopt.vision.networks import build_network
from maskopt.vision.number_shares import bin_edges, blurred
from maskopt.vision.taught import BinLoss, SoftLoss
from maskopt.vision.trial import run
from maskopt.votes.glimpse import PLAIN, read_glimpse

AGE = Attribute("age", ("young", "middle", "senior"), (30.0, 60.0))
MASK = Attribute("mask", ("wear", "not_wear"))
ONE = 0.8413447460685429  # of a normal distribution, what lies below one standard deviation


def plain_loss() -> torch.nn.Module:
    return cross_entropy(np.array([1, 1, 1]), label_smoothing=0.0, class_weights=None)


def test_whole_numbers_are_blurred_around_their_middle() -> None:
    shares = blurred(np.array([29.0, 30.0]), np.array([30.0, 60.0]), 0.5)
    assert_allclose(shares, [[ONE, 1 - ONE, 0], [1 - ONE, ONE, 0]], atol=1e-12)


def test_broken_numbers_are_blurred_where_they_are() -> None:
    shares = blurred(np.array([29.5, 30.25]), np.array([30.0, 60.0]), 0.5)
    assert_allclose(shares[0], [ONE, 1 - ONE, 0], atol=1e-12)


def test_without_a_spread_a_number_is_of_its_class_alone() -> None:
    numbers = np.array([29.0, 29.999, 30.0, 59.0, 60.0, 99.0])
    shares = blurred(numbers, np.array([30.0, 60.0]), 0.0)
    assert shares.argmax(axis=1).tolist() == [AGE.class_id(number) for number in numbers]
    assert shares.max(axis=1).tolist() == [1.0] * 6


@pytest.mark.parametrize(
    ("numbers", "cuts", "width", "edges"),
    [
        ([18.0, 75.0], (30.0, 60.0), 10.0, [20, 30, 40, 50, 60, 70]),
        ([40.0, 50.0], (30.0, 60.0), 10.0, [30, 40, 50, 60]),
        ([20.0, 70.0], (28.0, 61.0), 11.0, [28, 39, 50, 61]),
        ([29.0, 31.0], (30.0, 31.0), 100.0, [30, 31]),
    ],
    ids=["on both sides", "none outside", "cuts off the grid", "wider than all"],
)
def test_every_cut_lies_between_two_bins(numbers, cuts, width, edges) -> None:
    assert bin_edges(np.array(numbers), cuts, width).tolist() == edges


def test_bins_know_their_classes() -> None:
    numbers = np.array([18.0, 45.0, 75.0])
    lesson = bins(Head((AGE,)), {"age": numbers}, np.arange(3), width=10, spread=0, weight=0.5)
    assert isinstance(lesson.join, Joined)
    assert lesson.join.bins.tolist() == [0, 0, 1, 1, 1, 2, 2]
    assert lesson.told.argmax(axis=1).tolist() == [0, 3, 6]


def test_a_joint_head_is_taught_its_other_attributes_as_they_are() -> None:
    head = Head((MASK, AGE))
    numbers, ids = (
        {"age": np.array([29.0, 61.0])},
        np.array([head.join([1, 0]), head.join([0, 2])]),
    )
    lesson = soft(head, numbers, ids, spread=0.5)
    assert_allclose(lesson.told[0], [0, 0, 0, ONE, 1 - ONE, 0], atol=1e-7)
    fine = bins(head, numbers, ids, width=30, spread=0, weight=1)
    assert isinstance(fine.join, Joined)
    assert fine.join.bins.tolist() == [0, 1, 2, 3, 4, 5]
    assert fine.told.argmax(axis=1).tolist() == ids.tolist()


def test_a_head_without_numbers_is_taught_its_classes() -> None:
    for lesson in (
        official(Head((MASK,)), {}, np.arange(2)),
        soft(Head((MASK,)), {}, np.arange(2), spread=1.0),
        bins(Head((MASK,)), {}, np.arange(2), width=5, spread=4, weight=0.5),
    ):
        assert (lesson.join, lesson.told.shape) == (None, (2, 0))


def test_too_many_bins_are_refused_with_the_key_to_change() -> None:
    numbers = {"age": np.array([40.0, 50.0])}
    with pytest.raises(TrainingError) as raised:
        bins(Head((AGE,)), numbers, np.array([1, 1]), width=0.01, spread=0, weight=1)
    assert str(raised.value) == (
        "label policy bins: 3002 bins of age are more than 2000; widen `width`, got 0.01"
    )


def test_a_class_is_as_likely_as_its_bins_together() -> None:
    outputs = torch.log(torch.tensor([[0.1, 0.2, 0.3, 0.4]]))
    joined = Joined(torch.tensor([0, 1, 1, 2]), 3)
    assert_allclose(joined(outputs).softmax(dim=1), [[0.1, 0.5, 0.4]], rtol=1e-6)


def test_a_soft_loss_is_the_mean_over_a_photos_shares() -> None:
    logits = torch.tensor([[2.0, 0.5, -1.0]])
    loss = SoftLoss(plain_loss())(logits, torch.tensor([0]), torch.tensor([[0.75, 0.25, 0.0]]))
    log_p = logits.log_softmax(dim=1)[0]
    assert loss.item() == pytest.approx(-(0.75 * log_p[0] + 0.25 * log_p[1]).item())


def test_a_loss_over_bins_is_added_to_that_over_classes() -> None:
    outputs = torch.log(torch.tensor([[0.1, 0.2, 0.3, 0.4]]))
    loss = BinLoss(plain_loss(), Joined(torch.tensor([0, 1, 1, 2]), 3), 0.5)
    given = loss(outputs, torch.tensor([1]), torch.tensor([[0.0, 0.5, 0.5, 0.0]]))
    by_hand = -np.log(0.5) - 0.5 * (0.5 * np.log(0.2) + 0.5 * np.log(0.3))
    assert given.item() == pytest.approx(by_hand)


def test_validation_is_judged_on_the_official_classes_only() -> None:
    numbers = {"age": np.array([18.0, 75.0])}
    lesson = bins(Head((AGE,)), numbers, np.array([0, 2]), width=10, spread=4, weight=9)
    losses = HeadLosses([plain_loss()], [lesson])
    logits, targets = torch.tensor([[2.0, 0.5, -1.0]]), torch.tensor([[2]])
    assert torch.equal(losses.judge((logits,), targets), plain_loss()(logits, targets[0]))


def test_the_cut_that_is_nearest_moves() -> None:
    assert move_cut((30.0, 60.0), 58.0) == (30.0, 58.0)
    assert move_cut((30.0, 60.0), 33.0) == (33.0, 60.0)


def test_a_moved_cut_changes_what_is_taught_and_nothing_that_is_told() -> None:
    head, numbers = Head((MASK, AGE)), {"age": np.array([57.0, 58.0, 59.0, 60.0, 29.0])}
    ids = np.array([head.join([1, AGE.class_id(number)]) for number in numbers["age"]])
    lesson = cut(head, numbers, ids, to=58.0, attribute=None)
    assert lesson.class_ids is not None
    assert [head.split(each) for each in lesson.class_ids] == [
        (1, 1),
        (1, 2),
        (1, 2),
        (1, 2),
        (1, 0),
    ]
    assert (lesson.join, lesson.told.shape) == (None, (5, 0))


@pytest.mark.parametrize(
    ("to", "attribute"), [(None, None), (58.0, "height")], ids=["nowhere", "another's"]
)
def test_a_cut_that_does_not_move_teaches_the_official_classes(to, attribute) -> None:
    ids = np.array([1, 2])
    lesson = cut(Head((AGE,)), {"age": np.array([59.0, 60.0])}, ids, to=to, attribute=attribute)
    assert lesson.class_ids is not None
    assert lesson.class_ids.tolist() == [1, 2]


def test_samplers_and_losses_go_by_the_classes_of_a_moved_cut(make_task, tmp_path, table) -> None:
    # Seniors are 70 to 79: a cut at 75 leaves those at least that old
    task: TrialTask = make_task(
        tmp_path, label_policy="cut", **{"label_policy.cut.to": 75.0, "loss.class_weights": None}
    )
    space = task.setup.label_space
    train, valid = split_photos(open_photos(task, table), table, space, 0)
    learner = build_learner(task, train, valid, 0)
    old = train.numbers["age"] >= 75
    assert (learner.train.photos.targets[0] == 2).tolist() == old.tolist()
    assert learner.train.photos.joint.tolist() == learner.train.photos.targets[0].tolist()
    assert learner.valid.photos.targets.tolist() == valid.targets.tolist()


POLICIES = {
    "official": 3,
    "cut": 3,
    "soft": 3,
    "bins": 12,
    "ordinal": 11,
    "regression": 2,
}
"""Outputs of a head of three classes, of ages from 20 to 79 and bins of 5."""

VALIDATED = "9e7006be0ba00130"


def test_every_policy_of_the_catalog_is_tried_here() -> None:
    assert set(POLICIES) == set(LABEL_POLICIES)


@pytest.mark.parametrize("policy", POLICIES)
def test_validation_sees_the_official_classes_whatever_is_taught(
    make_task, tmp_path, table, policy: str
) -> None:
    task: TrialTask = make_task(
        tmp_path, epochs=1, label_policy=policy, **({"label_policy.cut.to": 55.0})
    )
    space = task.setup.label_space
    train, valid = split_photos(open_photos(task, table), table, space, 0)
    learner = build_learner(task, train, valid, 0)
    seen = learner.valid.photos
    content = [seen.images[seen.rows], seen.targets, seen.joint]
    assert sha256(b"".join(each.tobytes() for each in content)).hexdigest()[:16] == VALIDATED
    (report,) = run(task)
    (fold,) = read_glimpse(tmp_path).held_out
    said = fold.log_probabilities[PLAIN][0].argmax(axis=1)
    assert report.score == pytest.approx(f1_score(valid.targets[0], said, average="macro"))


@pytest.mark.parametrize("policy", POLICIES)
def test_a_network_of_any_policy_says_official_classes_when_read_again(
    make_task, tmp_path: Path, label_space: LabelSpace, policy: str
) -> None:
    task: TrialTask = make_task(tmp_path / "trial", epochs=1, label_policy=policy)
    list(run(task))
    model = build_network(Part("test_resnet"), label_space, 32, tmp_path / "trial" / BEST)
    (logits,) = model(torch.zeros(2, 3, 32, 32))
    assert logits.shape == (2, 3)
    outputs = model.outputs(torch.zeros(1, 3, 32, 32))[0].shape[1]
    assert outputs == POLICIES[policy]
