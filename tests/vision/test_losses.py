from math import exp, log
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch.nn import functional

from maskopt.vision.losses import Focal, bce, build_class_weights, cross_entropy
from maskopt.vision.losses import focal as build_focal

COUNTS = np.array([30, 20, 10])
LOGITS = torch.tensor([[2.0, 0.5, -1.0], [0.0, 0.0, 0.0], [-1.0, 3.0, 0.2]])
TARGETS = torch.tensor([0, 2, 0])
FORMS = ["softmax", "cross_entropy"]


def focal(counts: NDArray[np.int64], gamma: float, **changes: Any) -> Focal:
    plain = {"form": "softmax", "label_smoothing": 0.0, "class_weights": None}
    return build_focal(counts, gamma=gamma, **{**plain, **changes})


def test_cross_entropy_of_blank_logits_is_that_of_chance() -> None:
    loss = cross_entropy(COUNTS, label_smoothing=0.0, class_weights=None)
    assert loss(torch.zeros(2, 3), torch.tensor([0, 2])).tolist() == pytest.approx([log(3)] * 2)


def test_cross_entropy_gives_a_number_for_each_photo() -> None:
    loss = cross_entropy(COUNTS, label_smoothing=0.0, class_weights=None)
    wanted = functional.cross_entropy(LOGITS, TARGETS, reduction="none")
    assert torch.equal(loss(LOGITS, TARGETS), wanted)


def test_label_smoothing_spreads_its_share_evenly_over_all_classes() -> None:
    loss = cross_entropy(COUNTS, label_smoothing=0.3, class_weights=None)
    log_p = torch.log_softmax(LOGITS, dim=1)
    by_hand = -(0.7 * log_p[torch.arange(3), TARGETS] + 0.1 * log_p.sum(dim=1))
    assert torch.allclose(loss(LOGITS, TARGETS), by_hand)


def test_inverse_weights_are_inverse_frequencies_with_mean_one_over_the_photos() -> None:
    weights = build_class_weights(COUNTS, "inverse")
    assert weights is not None
    assert weights.tolist() == pytest.approx([2 / 3, 1.0, 2.0])  # 60 photos / 3 classes / count
    assert (weights.numpy() * COUNTS).sum() == pytest.approx(COUNTS.sum())


def test_effective_weights_follow_cui_et_al() -> None:
    counts = np.array([1000, 10])
    weights = build_class_weights(counts, "effective")
    assert weights is not None
    # By hand with b = 0.999: 0.001 / (1 - 0.999**1000) = 0.0015815, 0.001 / 0.00995512 = 0.1004508
    assert (weights[1] / weights[0]).item() == pytest.approx(0.1004508 / 0.0015815, rel=1e-3)
    assert (weights.numpy() * counts).sum() == pytest.approx(1010)


@pytest.mark.parametrize("kind", ["inverse", "effective"])
def test_a_class_without_training_photos_has_a_finite_weight(kind: str) -> None:
    weights = build_class_weights(np.array([30, 0, 10]), kind)
    assert weights is not None
    assert torch.isfinite(weights).all()
    assert (weights.numpy() * [30, 0, 10]).sum() == pytest.approx(40)


def test_class_weights_multiply_each_photo_by_its_own_class() -> None:
    weighted = cross_entropy(COUNTS, label_smoothing=0.0, class_weights="inverse")
    plain = cross_entropy(COUNTS, label_smoothing=0.0, class_weights=None)
    ratio = weighted(LOGITS, TARGETS) / plain(LOGITS, TARGETS)
    assert ratio.tolist() == pytest.approx([2 / 3, 2.0, 2 / 3])


def test_focal_with_gamma_zero_is_cross_entropy() -> None:
    loss = focal(COUNTS, gamma=0.0)
    wanted = functional.cross_entropy(LOGITS, TARGETS, reduction="none")
    assert torch.allclose(loss(LOGITS, TARGETS), wanted)


def test_focal_looks_away_from_what_is_right() -> None:
    loss = focal(np.array([1, 1]), gamma=2.0)
    logits = torch.tensor([[log(9.0), 0.0], [0.0, 0.0]])  # p = 0.9 and 0.5
    by_hand = [0.1**2 * -log(0.9), 0.5**2 * log(2)]
    assert loss(logits, torch.tensor([0, 0])).tolist() == pytest.approx(by_hand, rel=1e-5)


def test_focal_weights_multiply_each_photo_by_its_own_class() -> None:
    weighted = focal(COUNTS, gamma=1.5, class_weights="inverse")
    plain = focal(COUNTS, gamma=1.5)
    ratio = weighted(LOGITS, TARGETS) / plain(LOGITS, TARGETS)
    assert ratio.tolist() == pytest.approx([2 / 3, 2.0, 2 / 3])


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("gamma", [0.0, 0.5, 1.0, 2.0])
def test_focal_has_a_finite_gradient_where_a_photo_is_perfectly_right(
    gamma: float, form: str
) -> None:
    logits = torch.tensor([[200.0, 0.0, 0.0]], requires_grad=True)
    focal(COUNTS, gamma=gamma, form=form)(logits, torch.tensor([0])).sum().backward()
    assert logits.grad is not None
    assert torch.isfinite(logits.grad).all()


def test_both_forms_of_focal_are_one_without_weights_and_smoothing() -> None:
    one, other = (focal(COUNTS, 2.0, form=form)(LOGITS, TARGETS) for form in FORMS)
    assert torch.allclose(one, other)


@pytest.mark.parametrize("form", FORMS)
def test_with_gamma_zero_both_forms_are_the_smoothed_and_weighted_cross_entropy(form: str) -> None:
    changes = {"label_smoothing": 0.3, "class_weights": "inverse"}
    wanted = cross_entropy(COUNTS, label_smoothing=0.3, class_weights="inverse")(LOGITS, TARGETS)
    assert torch.allclose(focal(COUNTS, 0.0, form=form, **changes)(LOGITS, TARGETS), wanted)


def test_focal_on_the_cross_entropy_sees_weights_in_how_right_a_photo_is() -> None:
    # One photo of the rare class with p = 1/2; its weight is 2 (10 and 30 photos)
    changes = {"gamma": 2.0, "class_weights": "inverse"}
    counts, logits, targets = np.array([30, 10]), torch.zeros(1, 2), torch.tensor([1])
    on_softmax, on_sum = (focal(counts, form=f, **changes)(logits, targets) for f in FORMS)
    assert on_softmax.item() == pytest.approx(0.5**2 * 2 * log(2))
    assert on_sum.item() == pytest.approx((1 - 0.5**2) ** 2 * 2 * log(2))


def test_smoothing_makes_the_forms_of_focal_differ() -> None:
    # p = 0.9 of the true class of two, smoothing 0.2: targets 0.9 and 0.1
    logits, targets = torch.tensor([[log(9.0), 0.0]]), torch.tensor([0])
    terms = [0.9 * -log(0.9), 0.1 * -log(0.1)]
    built = [focal(np.array([1, 1]), 1.0, form=form, label_smoothing=0.2) for form in FORMS]
    by_hand = [0.1 * terms[0] + 0.9 * terms[1], (1 - exp(-sum(terms))) * sum(terms)]
    assert [loss(logits, targets).item() for loss in built] == pytest.approx(by_hand, rel=1e-5)


def test_bce_without_a_weight_is_the_cross_entropy_of_two_classes() -> None:
    logits, targets = LOGITS[:, :2], torch.tensor([0, 1, 1])
    plain = bce(COUNTS[:2], positive_weight=1.0, label_smoothing=0.0)(logits, targets)
    assert torch.allclose(plain, functional.cross_entropy(logits, targets, reduction="none"))
    smooth = bce(COUNTS[:2], positive_weight=1.0, label_smoothing=0.2)(logits, targets)
    wanted = functional.cross_entropy(logits, targets, label_smoothing=0.2, reduction="none")
    assert torch.allclose(smooth, wanted)


def test_bce_weighs_the_second_class() -> None:
    loss = bce(COUNTS[:2], positive_weight=3.0, label_smoothing=0.0)
    logits = torch.tensor([[0.0, log(4.0)], [0.0, log(4.0)]])  # 0.8 for the second class
    by_hand = [-log(0.2), 3 * -log(0.8)]
    assert loss(logits, torch.tensor([0, 1])).tolist() == pytest.approx(by_hand, rel=1e-5)


def test_bce_refuses_a_head_of_three_classes() -> None:
    with pytest.raises(ValueError, match=r"^`bce` takes a head of two classes, got 3$"):
        bce(COUNTS, positive_weight=1.0, label_smoothing=0.0)
