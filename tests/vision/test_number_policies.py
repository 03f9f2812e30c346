"""The order of a number taught, and the number itself: losses by hand, cuts that are fitted."""

from math import exp, log

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose

from maskopt.labels import Attribute, Head
from maskopt.vision.failures import TrainingError
from maskopt.vision.fitted_cuts import fit_cuts
from maskopt.vision.fold_photos import open_photos, part_groups, split_photos
from maskopt.vision.joins import Ordinal, Product, Regression, between_cuts
from maskopt.vision.learner import build_learner
from maskopt.vision.loaders import Photos
from maskopt.vision.losses import cross_entropy
from maskopt.vision.number_policies import ordinal, regression
from maskopt.vision.taught import OrdinalLoss, RegressionLoss
from maskopt.vision.trial import run

AGE = Attribute("age", ("young", "middle", "senior"), (30.0, 60.0))
MASK = Attribute("mask", ("wear", "not_wear"))


def plain_loss() -> torch.nn.Module:
    return cross_entropy(np.array([1, 1, 1]), label_smoothing=0.0, class_weights=None)


def test_ordinal_thresholds_are_the_cuts_and_others_between() -> None:
    numbers = {"age": np.array([18.0, 45.0, 75.0])}
    lesson = ordinal(Head((AGE,)), numbers, np.arange(3), width=15, spread=0, weight=0.5)
    assert isinstance(lesson.join, Product)
    (part,) = lesson.join.parts
    assert isinstance(part, Ordinal)
    assert part.thresholds.tolist() == [30, 45, 60]
    assert part.cuts.tolist() == [0, 2]
    assert lesson.told.tolist() == [[1, 0, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]


def test_an_ordinal_loss_is_that_over_classes_and_each_question_s() -> None:
    product = Product([Ordinal(torch.tensor([30.0, 45.0, 60.0]), torch.tensor([0, 2]))])
    outputs = torch.logit(torch.tensor([[0.9, 0.8, 0.5]]))
    told = torch.tensor([[0.0, 0.0, 1.0, 0.0]])  # from 45 to 60: yes, yes, no
    loss = OrdinalLoss(plain_loss(), product, 0.5)(outputs, torch.tensor([1]), told)
    by_hand = -log(0.54) - 0.5 * (log(0.9) + log(0.8) + log(1 - 0.5))
    assert loss.item() == pytest.approx(by_hand, rel=1e-5)


def test_too_many_thresholds_are_refused_with_the_key_to_change() -> None:
    numbers = {"age": np.array([40.0, 50.0])}
    with pytest.raises(TrainingError) as raised:
        ordinal(Head((AGE,)), numbers, np.array([1, 1]), width=0.01, spread=0, weight=1)
    assert str(raised.value) == (
        "label policy ordinal: 3002 bins of age are more than 2000; widen `width`, got 0.01"
    )


def test_a_regression_is_told_numbers_in_deviations_from_their_mean() -> None:
    numbers = {"age": np.array([20.0, 40.0])}  # their middles: 20.5 and 40.5
    lesson = regression(Head((MASK, AGE)), numbers, np.array([0, 4]), weight=1, apart=0.2)
    assert lesson.told.tolist() == [[-1.0], [1.0]]
    assert isinstance(lesson.join, Product)
    part = lesson.join.parts[1]
    assert isinstance(part, Regression)
    assert_allclose(part.cuts, [-0.05, 2.95], rtol=1e-6)
    assert part.scale.tolist() == [30.5, 10.0]
    assert (lesson.join.outputs, lesson.apart) == (4, 0.2)


def test_a_regression_s_loss_is_that_over_classes_and_the_number_s() -> None:
    part = Regression(torch.tensor([-1.0, 1.0]), torch.tensor([45.0, 10.0]))
    loss = RegressionLoss(plain_loss(), Product([part]), [0], 0.5)
    given = loss(torch.tensor([[0.5, 0.0]]), torch.tensor([1]), torch.tensor([[1.5]]))
    inside = 1 / (1 + exp(-0.5)) - 1 / (1 + exp(1.5))
    density = exp(-1.0) / (1 + exp(-1.0)) ** 2  # of the logistic distribution, one away
    assert given.item() == pytest.approx(-log(inside) - 0.5 * log(density), rel=1e-5)


def test_a_head_without_numbers_is_taught_its_classes() -> None:
    ids = np.arange(2)
    for lesson in (
        ordinal(Head((MASK,)), {}, ids, width=5, spread=0, weight=1),
        regression(Head((MASK,)), {}, ids, weight=1, apart=0.1),
    ):
        assert (lesson.join, lesson.told.shape, lesson.apart) == (None, (2, 0), 0.0)


def test_cuts_go_where_a_network_that_shrinks_numbers_parts_classes() -> None:
    # It answers half of each number: classes that part at -1 and 1 part at -0.5 and 0.5 there
    numbers = torch.linspace(-3, 3, 2001, dtype=torch.float64)
    outputs = torch.stack([numbers / 2, torch.full_like(numbers, -2.0)], dim=1)
    scored = torch.tensor([-1.0, 1.0], dtype=torch.float64)
    found = fit_cuts(outputs, torch.bucketize(numbers, scored, right=True), scored)
    assert_allclose(found, [-0.5, 0.5], atol=0.01)


def test_fitted_cuts_are_likelier_than_those_around_them() -> None:
    random = torch.Generator().manual_seed(0)
    middles = torch.randn(300, generator=random, dtype=torch.float64)
    outputs = torch.stack([middles, torch.zeros_like(middles)], dim=1)
    scored = torch.tensor([-1.0, 1.0], dtype=torch.float64)
    ids = torch.bucketize(middles + 0.5, scored, right=True)
    found = fit_cuts(outputs, ids, scored)

    def loss(cuts: torch.Tensor) -> float:
        logs = between_cuts(outputs, cuts).gather(1, ids[:, None])
        return float(-logs.sum() + 2 * (cuts - scored).square().sum())

    steps = torch.tensor([[0.01, 0], [-0.01, 0], [0, 0.01], [0, -0.01]], dtype=torch.float64)
    assert all(loss(found) < loss(found + step) for step in steps)


def test_a_class_without_photos_keeps_its_cut_near() -> None:
    outputs = torch.zeros(20, 2, dtype=torch.float64)
    scored = torch.tensor([-1.0, 1.0], dtype=torch.float64)
    found = fit_cuts(outputs, torch.zeros(20, dtype=torch.int64), scored)
    assert found.isfinite().all()
    assert bool(found[0] < found[1])


def test_groups_are_parted_whole() -> None:
    names = np.repeat(np.array(["a", "b", "c", "d", "e"]), 4)
    photos = Photos(
        np.zeros((20, 2, 2, 3), np.uint8),
        np.arange(20),
        np.arange(20)[None],
        np.arange(20),
        {"age": np.arange(20.0)},
        groups=names,
    )
    stays, gone = part_groups(photos, 0.4, np.random.default_rng(0))
    assert stays.groups is not None
    assert gone.groups is not None
    assert (len(set(stays.groups)), len(set(gone.groups))) == (3, 2)
    assert not set(stays.groups) & set(gone.groups)
    for part in (stays, gone):
        assert part.joint.tolist() == part.rows.tolist() == part.targets[0].tolist()
        assert part.numbers["age"].tolist() == part.rows.tolist()


def test_photos_apart_are_never_taught_and_no_validation_photos(
    make_task, tmp_path, table
) -> None:
    task = make_task(
        tmp_path, label_policy="regression", **{"label_policy.regression.apart": 0.25}
    )
    train, valid = split_photos(open_photos(task, table), table, task.setup.label_space, 0)
    learner = build_learner(task, train, valid, 0)
    assert learner.apart is not None
    parts = [set(each.photos.rows) for each in (learner.train, learner.apart, learner.valid)]
    assert [len(part) for part in parts] == [36, 12, 12]
    assert len(set.union(*parts)) == 60


def test_cuts_are_fitted_in_what_is_kept_and_not_in_what_is_descended(make_task, tmp_path) -> None:
    from safetensors.torch import load_file

    list(run(make_task(tmp_path / "fit", epochs=2, label_policy="regression")))
    plain = {"label_policy": "regression", "label_policy.regression.apart": 0.0}
    list(run(make_task(tmp_path / "plain", epochs=2, **plain)))
    moved, stayed = (
        load_file(tmp_path / name / "best.safetensors")["joins.0.parts.0.cuts"]
        for name in ("fit", "plain")
    )
    assert not torch.allclose(moved, stayed)
