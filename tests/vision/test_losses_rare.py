from math import log

import numpy as np
import pytest
import torch
from torch.nn import functional

from maskopt.vision.losses import build_class_weights
from maskopt.vision.losses_rare import ldam, log_prior, logit_adjusted

LOGITS = torch.tensor([[2.0, 0.5, -1.0], [0.0, 0.0, 0.0], [-1.0, 3.0, 0.2]])
TARGETS = torch.tensor([0, 2, 0])


def test_adjusted_blank_logits_say_the_training_proportions() -> None:
    # By Menon et al., equation 10, with tau 1 and logits 0: the loss is -log(prior)
    loss = logit_adjusted(np.array([30, 20, 10]), tau=1.0)
    given = loss(torch.zeros(3, 3), torch.tensor([0, 1, 2]))
    assert given.tolist() == pytest.approx([log(2), log(3), log(6)])


def test_an_adjusted_loss_by_hand() -> None:
    # prior 0.9 and 0.1, tau 2, logits 1 and 0: exp(1) * 0.81 against 0.01
    loss = logit_adjusted(np.array([90, 10]), tau=2.0)
    rare = -log(0.01 / (2.718281828 * 0.81 + 0.01))
    assert loss(torch.tensor([[1.0, 0.0]]), torch.tensor([1])).item() == pytest.approx(rare)


def test_without_tau_nothing_is_adjusted() -> None:
    given = logit_adjusted(np.array([30, 20, 10]), tau=0.0)(LOGITS, TARGETS)
    assert torch.equal(given, functional.cross_entropy(LOGITS, TARGETS, reduction="none"))


def test_a_class_without_photos_counts_as_one_photo() -> None:
    assert log_prior(np.array([9, 0])).exp().tolist() == pytest.approx([0.9, 0.1])


def test_margins_go_by_the_fourth_root_and_the_rarest_class_has_the_largest() -> None:
    loss = ldam(np.array([1296, 81, 16]), max_margin=0.6, scale=10, deferred=1)
    # n ** (-1/4): 1/6, 1/3, 1/2
    assert loss.margins.tolist() == pytest.approx([2.0, 4.0, 6.0])


def test_only_the_true_class_is_held_back_by_its_margin() -> None:
    loss = ldam(np.array([16, 1]), max_margin=1, scale=2, deferred=1)  # margins 1 and 2
    given = loss(torch.tensor([[1.0, 0.0], [1.0, 0.0]]), torch.tensor([0, 1]))
    wanted = functional.cross_entropy(
        torch.tensor([[0.0, 0.0], [1.0, -2.0]]), torch.tensor([0, 1]), reduction="none"
    )
    assert torch.allclose(given, wanted)


def test_a_class_without_photos_takes_no_margin_from_the_others() -> None:
    loss = ldam(np.array([16, 81, 0]), max_margin=0.5, scale=1, deferred=1)
    assert loss.margins.tolist() == pytest.approx([0.5, 1 / 3, 0.5])


def test_classes_are_weighted_from_the_deferred_share_of_the_epochs_on() -> None:
    counts = np.array([1000, 10])
    loss = ldam(counts, max_margin=0, scale=1, deferred=0.75)
    logits, targets = torch.zeros(2, 2), torch.tensor([0, 1])
    seen = []
    for share in (0.0, 0.5, 0.75, 0.25, 1.0):  # a function of the share alone, not of the past
        loss.begin(share)
        seen.append((loss(logits, targets) / log(2)).tolist())
    weights = build_class_weights(counts, "effective")
    assert weights is not None
    late = pytest.approx(weights.tolist())
    assert seen == [pytest.approx([1, 1])] * 2 + [late, pytest.approx([1, 1]), late]
