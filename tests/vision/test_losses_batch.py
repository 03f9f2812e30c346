from math import exp, log

import numpy as np
import pytest
import torch
from torch.nn import functional

from maskopt.vision.losses_batch import f1, lade
from maskopt.vision.taught import SoftLoss
from maskopt.votes.scores import confusion, macro_f1

COUNTS = np.array([30, 20, 10])
LOGITS = torch.tensor([[2.0, 0.5, -1.0], [0.0, 0.0, 0.0], [-1.0, 3.0, 0.2], [0.3, 0.1, 0.0]])


def test_soft_f1_by_hand() -> None:
    # p of class 1: 0.8, 0.5, 0.2; true: 1, 1, 0. Class 1: 2 * 1.3 / (1.5 + 2);
    # class 0: 2 * 0.8 / (1.5 + 1)
    logits = torch.tensor([[0.0, log(4.0)], [0.0, 0.0], [log(4.0), 0.0]])
    given = f1(COUNTS[:2])(logits, torch.tensor([1, 1, 0]))
    assert given.tolist() == pytest.approx([1 - (2.6 / 3.5 + 1.6 / 2.5) / 2] * 3)


def test_soft_f1_of_sure_predictions_is_the_macro_f1_of_classes_in_the_batch() -> None:
    targets, predicted = torch.tensor([0, 0, 1, 1]), torch.tensor([0, 1, 1, 1])
    given = f1(COUNTS)(100.0 * functional.one_hot(predicted, 3), targets)
    assert given[0].item() == pytest.approx(1 - macro_f1(confusion(targets, predicted, 3)))


def regularizer(logits: torch.Tensor, targets: list[int], penalty: float) -> float:
    """Hong et al., 2021, written out photo by photo."""
    prior, total = COUNTS / COUNTS.sum(), 0.0
    for c in set(targets):
        own = np.mean([float(logits[i, c]) for i, y in enumerate(targets) if y == c])
        every = log(np.mean([exp(float(logits[i, c])) / (3 * prior[y])
                             for i, y in enumerate(targets)]))  # fmt: skip
        total += prior[c] * (every - own + penalty * every**2)
    return total


@pytest.mark.parametrize("targets", [[0, 1, 2, 0], [0, 1, 1, 0]], ids=["all", "one is absent"])
def test_lade_is_the_paper_s_formula(targets: list[int]) -> None:
    given = lade(COUNTS, weight=0.7, penalty=0.3)(LOGITS, torch.tensor(targets))
    shifted = LOGITS + torch.log(torch.tensor(COUNTS / 60, dtype=torch.float32))
    plain = functional.cross_entropy(shifted, torch.tensor(targets), reduction="none")
    assert torch.allclose(given, plain + 0.7 * regularizer(LOGITS, targets, 0.3), atol=1e-6)


def test_lade_without_its_regulariser_is_cross_entropy_with_the_prior_added() -> None:
    given = lade(np.array([90, 10]), weight=0.0, penalty=0.1)(torch.zeros(1, 2), torch.tensor([1]))
    assert given.item() == pytest.approx(-log(0.1))


def test_the_regulariser_is_least_where_logits_are_log_density_ratios() -> None:
    # Two classes, one photo each, told apart with certainty: p(x | c) / p_u(x) is 2 for the own
    # class, 0 for the other; the bound is then KL = log 2 of each class.
    loss = lade(np.array([1, 1]), weight=1.0, penalty=0.1)
    right = torch.tensor([[log(2.0), -50.0], [-50.0, log(2.0)]])
    targets = torch.tensor([0, 1])
    least = (loss(right, targets) - lade(np.array([1, 1]), weight=0, penalty=0)(right, targets))[0]
    assert least.item() == pytest.approx(-log(2))


@pytest.mark.parametrize("build", [f1, lambda c: lade(c, weight=1.0, penalty=0.5)])
def test_shares_of_a_photo_are_counted_at_once_and_not_class_by_class(build) -> None:
    targets = torch.tensor([0, 2, 1, 0])
    loss, whole = build(COUNTS), functional.one_hot(targets, 3).float()
    assert torch.allclose(SoftLoss(loss)(LOGITS, targets, whole), loss(LOGITS, targets))
    # A photo that is half of two classes counts as two photos do with half a weight each
    half = (0.5 * whole + 0.5 * torch.tensor([1.0, 0.0, 0.0])).repeat(2, 1)
    given = SoftLoss(loss)(LOGITS.repeat(2, 1), targets.repeat(2), half).mean()
    apart = loss(LOGITS.repeat(4, 1), torch.cat([targets, targets, 0 * targets, 0 * targets]))
    assert given.item() == pytest.approx(apart.mean().item(), rel=1e-5)


def test_a_class_that_soft_labels_hardly_touch_hardly_counts() -> None:
    loss, logits = lade(COUNTS, weight=1.0, penalty=0.1), LOGITS.clone().requires_grad_()
    shares = torch.tensor([[0.9, 0.1 - 1e-9, 1e-9]] * 4)
    loss.of_shares(logits, shares).sum().backward()
    plain = LOGITS.clone().requires_grad_()
    loss.of_shares(plain, torch.tensor([[0.9, 0.1, 0.0]] * 4)).sum().backward()
    assert torch.allclose(logits.grad, plain.grad, atol=1e-5)
