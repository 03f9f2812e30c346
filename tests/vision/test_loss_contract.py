"""One contract for every loss, and what each promises, on a problem that a line can solve."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from maskopt.catalog import load
from maskopt.catalog.losses import LOSSES
from maskopt.vision.label_policies import Lesson
from maskopt.vision.lessons import HeadLosses
from maskopt.vision.losses import Timed
from maskopt.vision.taught import SoftLoss
from maskopt.votes.scores import confusion, macro_f1

PLAIN = Lesson(np.empty((0, 0), np.float32))


def build(name: str, counts: Any, **changes: Any) -> Any:
    defaults = {key: each.default for key, each in LOSSES[name].parameters.items()}
    return load(LOSSES[name].builder)(np.array(counts), **{**defaults, **changes})


def counts_of(name: str, *counts: int) -> list[int]:
    return list(counts[:2] if name == "bce" else counts)


@pytest.fixture(params=list(LOSSES))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


CASES: dict[str, Callable[[int], Tensor]] = {
    "some": lambda classes: torch.arange(8) % classes,
    "one class only": lambda classes: torch.zeros(8, dtype=torch.int64),
    "the last class only": lambda classes: torch.full((8,), classes - 1),
    "one photo": lambda classes: torch.tensor([1]),
}


@pytest.mark.parametrize("counts", [(40, 20, 10), (40, 0, 10), (0, 5, 0)], ids=str)
@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("size", [0.0, 1.0, 80.0], ids=lambda s: f"logits of {s:g}")
def test_a_loss_is_a_finite_number_a_photo_whatever_is_absent(
    name: str, counts: tuple[int, ...], case: str, size: float
) -> None:
    own = counts_of(name, *counts)
    targets = CASES[case](len(own))
    torch.manual_seed(0)
    logits = (size * torch.randn(len(targets), len(own))).requires_grad_()
    losses = build(name, own)(logits, targets)
    assert losses.shape == targets.shape
    assert losses.dtype == torch.float32
    losses.sum().backward()
    assert torch.isfinite(losses).all()
    assert logits.grad is not None
    assert torch.isfinite(logits.grad).all()


def test_a_loss_repeats_itself(name: str) -> None:
    own = counts_of(name, 40, 20, 10)
    torch.manual_seed(0)
    logits, targets = torch.randn(8, len(own)), torch.arange(8) % len(own)
    assert torch.equal(build(name, own)(logits, targets), build(name, own)(logits, targets))


def test_a_loss_counts_halves_in_single_precision(name: str) -> None:
    own = counts_of(name, 40, 20, 10)
    losses = HeadLosses([build(name, own)], [PLAIN])
    logits, targets = torch.randn(8, len(own)).bfloat16(), torch.arange(8)[None] % len(own)
    assert losses((logits,), targets, torch.empty(8, 0)).dtype == torch.float32
    assert losses.judge((logits,), targets).dtype == torch.float32


def test_shares_of_one_class_are_that_class(name: str) -> None:
    own = counts_of(name, 40, 20, 10)
    torch.manual_seed(0)
    logits, targets = torch.randn(8, len(own)), torch.arange(8) % len(own)
    shares = torch.nn.functional.one_hot(targets, len(own)).float()
    loss = build(name, own)
    assert torch.allclose(SoftLoss(loss)(logits, targets, shares), loss(logits, targets))


# What losses promise: 400 photos of a frequent class and 20 of a rare one, which overlap.


def photos() -> tuple[Tensor, Tensor]:
    random = np.random.default_rng(0)
    places = np.concatenate([random.normal(-0.7, 1, 400), random.normal(0.7, 1, 20)])
    features = torch.tensor(np.stack([places, np.ones(420)], axis=1), dtype=torch.float32)
    return features, torch.tensor([0] * 400 + [1] * 20)


def learn(loss: Any, share: float = 1.0) -> Tensor:
    """Return the probabilities of the rare class, [420], of the line that a loss ends at.

    A loss that changes in the course of a training is as it is once this share of it is done.
    """
    features, targets = photos()
    weights = torch.zeros(2, 2, requires_grad=True)
    optimizer = torch.optim.LBFGS([weights], max_iter=60, line_search_fn="strong_wolfe")
    if isinstance(loss, Timed):
        loss.begin(share)

    def step() -> Tensor:
        optimizer.zero_grad()
        value: Tensor = loss(features @ weights, targets).mean()
        value.backward()
        return value

    optimizer.step(step)
    return (features @ weights.detach()).softmax(dim=1)[:, 1]


def recalls(said: Tensor) -> tuple[float, float]:
    """Return the share of frequent and of rare photos that are told right."""
    return (said[:400] < 0.5).float().mean().item(), (said[400:] >= 0.5).float().mean().item()


MAKE = partial(build, counts=[400, 20])
FOR_RARE = {
    "weights": lambda: MAKE("cross_entropy", class_weights="inverse"),
    "effective": lambda: MAKE("cross_entropy", class_weights="effective"),
    "focal with weights": lambda: MAKE("focal", class_weights="inverse"),
    "f1": lambda: MAKE("f1"),
    "lade": lambda: MAKE("lade"),
    "logit_adjusted": lambda: MAKE("logit_adjusted"),
    "ldam": lambda: MAKE("ldam"),
    "bce": lambda: MAKE("bce", positive_weight=20.0),
}


@pytest.mark.parametrize("made", FOR_RARE)
def test_a_loss_for_rare_classes_finds_more_of_them_and_a_better_balance(made: str) -> None:
    plain, helped = recalls(learn(MAKE("cross_entropy"))), recalls(learn(FOR_RARE[made]()))
    assert helped[1] > plain[1] + 0.2
    assert sum(helped) > sum(plain) + 0.1


def test_more_tau_finds_more_of_the_rare_class() -> None:
    found = [recalls(learn(MAKE("logit_adjusted", tau=tau)))[1] for tau in (0.0, 0.5, 1.0, 2.0)]
    assert found == sorted(found)
    assert found[0] < found[2] < found[3]


def test_adjusted_logits_say_probabilities_of_a_balanced_world() -> None:
    # Bayes: two normal distributions of width 1 at -0.7 and 0.7, as frequent: even odds at 0
    said = learn(MAKE("logit_adjusted"))
    features, _ = photos()
    middle = said[(features[:, 0].abs() < 0.1)]
    assert middle.mean().item() == pytest.approx(0.5, abs=0.1)
    plain = learn(MAKE("cross_entropy"))[(features[:, 0].abs() < 0.1)]
    assert plain.mean().item() == pytest.approx(20 / 420, abs=0.03)


def test_deferred_weights_find_more_of_the_rare_class_than_margins_alone() -> None:
    early, late = (learn(MAKE("ldam", max_margin=0.1), share) for share in (0.0, 0.8))
    assert recalls(late)[1] > recalls(early)[1]


def test_margins_move_the_border_away_from_the_rare_class() -> None:
    # Photos at -1 (frequent) and 1 (rare) with logits 0 and 12 x + b. Where little is wrong, the
    # two pulls on b are n * exp(margin - distance), even at b = (log(20 / 400) + m1 - m0) / 2.
    loss = MAKE("ldam", max_margin=0.4, scale=10.0, deferred=1.0)
    places = torch.tensor([-1.0] * 400 + [1.0] * 20)
    border = torch.zeros(1, requires_grad=True)
    optimizer = torch.optim.LBFGS([border], max_iter=60, line_search_fn="strong_wolfe")

    def step() -> Tensor:
        optimizer.zero_grad()
        logits = torch.stack([torch.zeros(420), 12 * places + border], dim=1)
        value: Tensor = 1e4 * loss(logits, photos()[1]).mean()
        value.backward()
        return value

    optimizer.step(step)
    margins = [4 * (20 / 400) ** 0.25, 4.0]
    by_hand = (np.log(20 / 400) + margins[1] - margins[0]) / 2
    assert border.item() == pytest.approx(by_hand, abs=0.02)


def test_label_smoothing_makes_predictions_less_sure() -> None:
    sure, less = (learn(MAKE("cross_entropy", label_smoothing=e)) for e in (0.0, 0.3))
    assert (less - 0.5).abs().mean() < (sure - 0.5).abs().mean()


@pytest.mark.parametrize("form", ["softmax", "cross_entropy"])
def test_focal_gives_easy_photos_a_smaller_share_of_the_gradient(form: str) -> None:
    def share(loss: Any) -> float:
        logits = torch.tensor([[3.0, 0.0], [0.0, 1.0]], requires_grad=True)  # easy, hard
        loss(logits, torch.tensor([0, 0])).sum().backward()
        assert logits.grad is not None
        easy, hard = logits.grad.abs().sum(dim=1).tolist()
        return float(easy / (easy + hard))

    shares = [share(MAKE("focal", gamma=gamma, form=form)) for gamma in (0.0, 1.0, 3.0)]
    assert shares[0] > shares[1] > shares[2]
    assert shares[0] == pytest.approx(share(MAKE("cross_entropy")))


def test_soft_f1_descends_to_a_better_f1_than_cross_entropy() -> None:
    _, targets = photos()
    plain, direct = (
        macro_f1(confusion(targets, (learn(MAKE(name)) >= 0.5).long(), 2))
        for name in ("cross_entropy", "f1")
    )
    assert direct > plain + 0.05
