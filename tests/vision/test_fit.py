"""The loop on one small linear model, whose steps can be worked out by hand."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from math import log
from typing import Any

import numpy as np
import pytest
import torch
from timm.utils.model_ema import ModelEmaV3
from torch import nn

from maskopt.vision.augmentations import Augmentation
from maskopt.vision.failures import TrainingError, check_losses
from maskopt.vision.fit import evaluate, fit, train_epoch, train_step
from maskopt.vision.label_policies import Lesson
from maskopt.vision.learning import Learner
from maskopt.vision.lessons import HeadLosses
from maskopt.vision.loaders import Loader, Photos, Placement
from maskopt.vision.losses import cross_entropy
from maskopt.vision.precision import Precision
from maskopt.vision.schedules import constant, plateau

CPU = torch.device("cpu")
PLAIN = Lesson(np.empty((0, 0), np.float32))


class Linear(nn.Module):
    """Logits of one head straight from the pixels."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(3 * 4, 2)
        nn.init.zeros_(self.layer.weight)
        nn.init.zeros_(self.layer.bias)

    def forward(self, images: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return self.outputs(images)

    def outputs(self, images: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return (self.layer(images.flatten(1)),)


def make_learner(batch_size: int = 4, **changes: Any) -> Learner:
    random = np.random.default_rng(0)
    images = random.integers(0, 256, (11, 2, 2, 3), dtype=np.uint8)
    targets = (images.mean(axis=(1, 2, 3)) > 127).astype(np.int64)
    photos = Photos(images, np.arange(11), targets[None], targets)
    place = Placement(CPU, (0.5,) * 3, (0.5,) * 3)
    loader = Loader(photos, place, batch_size, lambda _: np.arange(11), lambda _: 0, Augmentation)
    model: Any = Linear()
    loss = cross_entropy(np.array([6, 5]), label_smoothing=0.0, class_weights=None)
    precision = Precision(CPU, torch.float32)
    learner = Learner(
        model=model,
        losses=HeadLosses([loss], [PLAIN]),
        optimizer=torch.optim.SGD(model.parameters(), lr=0.1),
        scaler=precision.scaler(),
        precision=precision,
        train=loader,
        valid=loader,
        schedule=constant(1),
        lr=0.1,
        clip=None,
        accumulate=1,
        seed=0,
        fold=0,
    )
    return replace(learner, **changes)


def weights(learner: Learner) -> list[float]:
    return learner.model.layer.weight.flatten().tolist()


def test_an_epoch_of_a_blank_head_begins_at_chance_and_goes_down() -> None:
    learner = make_learner(batch_size=11)
    first, *_, last = fit(learner, range(1, 21))
    assert first.train_loss == pytest.approx(log(2))
    assert last.train_loss < first.train_loss
    assert last.valid_loss < first.valid_loss
    assert [first.epoch, last.epoch] == [1, 20]


def test_what_is_predicted_is_told_by_head_and_photo() -> None:
    *_, last = fit(make_learner(), range(1, 60))
    assert last.predicted.shape == (1, 11)
    assert (last.predicted[0] == make_learner().valid.photos.joint).mean() > 0.8


def test_a_model_trains_in_training_and_is_judged_in_evaluation() -> None:
    learner, seen = make_learner(batch_size=11), []
    model = learner.model
    model.layer.register_forward_hook(
        lambda *_: seen.append((model.training, torch.is_grad_enabled()))
    )
    list(fit(learner, range(1, 3)))
    assert seen == [(True, True), (False, False)] * 2


@pytest.mark.parametrize("accumulate", [3, 8])
def test_batches_accumulate_to_the_step_of_one_large_batch(accumulate: int) -> None:
    """Batches of 4, 4 and 3: the short one counts by its photos, not as a third."""
    small, large = make_learner(accumulate=accumulate), make_learner(batch_size=11)
    losses = [train_epoch(small, 1), train_epoch(large, 1)]
    assert losses[0] == pytest.approx(losses[1])
    assert weights(small) == pytest.approx(weights(large), abs=1e-7)


def test_an_incomplete_last_group_makes_a_step_of_its_own_photos() -> None:
    learner, by_hand = make_learner(accumulate=2), make_learner()
    train_epoch(learner, 1)
    batches = by_hand.train.epoch(1)
    train_step(by_hand, islice(batches, 2), 8, 0.1)
    train_step(by_hand, batches, 3, 0.1)
    assert weights(learner) == weights(by_hand)


def test_the_gradient_is_clipped_to_the_norm_given() -> None:
    learner = make_learner(batch_size=11, clip=0.01)
    train_epoch(learner, 1)
    moved = torch.cat([p.flatten() for p in learner.model.parameters()]).norm().item()
    assert moved == pytest.approx(0.1 * 0.01, rel=1e-4)  # lr times the clipped norm


def test_each_step_has_the_learning_rate_of_its_middle() -> None:
    seen: list[float] = []

    def schedule(done: float, losses: Sequence[float] = ()) -> float:
        seen.append(done)
        return 0.5

    learner = make_learner(schedule=schedule)
    train_epoch(learner, 3)
    assert seen == pytest.approx([2 + 1 / 6, 2.5, 2 + 5 / 6])
    assert learner.optimizer.param_groups[0]["lr"] == 0.05


def test_a_group_learns_by_its_own_share_of_the_learning_rate() -> None:
    learner = make_learner(batch_size=11)
    group = learner.optimizer.param_groups[0]
    learner.optimizer.add_param_group({"params": [group["params"].pop()], "lr_scale": 0.25})
    train_epoch(learner, 1)
    assert [each["lr"] for each in learner.optimizer.param_groups] == [0.1, 0.025]


def test_the_schedule_sees_the_validation_losses_of_the_epochs_before() -> None:
    seen: list[list[float]] = []

    def schedule(done: float, losses: Sequence[float] = ()) -> float:
        seen.append([*losses])
        return 1.0

    learner = make_learner(batch_size=11, schedule=schedule)
    found = [each.valid_loss for each in fit(learner, range(1, 4))]
    assert seen == [[], found[:1], found[:2]]
    again = make_learner(batch_size=11, schedule=schedule)
    again.restore(learner.state())
    list(fit(again, [4]))
    assert seen[3] == found


def test_the_losses_of_another_network_may_be_followed_instead() -> None:
    learner = make_learner(batch_size=11, schedule=plateau(5, factor=0.5, patience=0, floor=0.0))
    learner = replace(learner, followed=(2.0, 3.0, 3.0, 1.0))
    found = []
    for _ in fit(learner, range(1, 5)):
        found.append(learner.optimizer.param_groups[0]["lr"])
    assert found == [0.1, 0.1, 0.05, 0.025]


def test_a_class_absent_from_a_batch_and_a_batch_of_one_do_no_harm() -> None:
    results = list(fit(make_learner(batch_size=1), range(1, 3)))
    assert all(np.isfinite(each.valid_loss) for each in results)


def test_a_state_restored_goes_on_bit_for_bit() -> None:
    straight, broken = make_learner(), make_learner()
    wanted = [each.train_loss for each in fit(straight, range(1, 5))]
    first = [each.train_loss for each in fit(broken, range(1, 3))]
    fresh = make_learner()
    fresh.restore(broken.state())
    rest = [each.train_loss for each in fit(fresh, range(3, 5))]
    assert first + rest == wanted


def test_a_loss_that_is_no_number_ends_the_training_with_its_place() -> None:
    learner = make_learner(lr=float("inf"))
    with pytest.raises(TrainingError) as raised:
        list(fit(learner, range(1, 4)))
    assert str(raised.value) == ("loss is nan at epoch 1, step 2 (lr inf); lower lr or set clip")


def test_the_first_bad_loss_is_named_even_where_it_is_seen_later() -> None:
    values = [0.5, float("inf"), float("nan")]
    with pytest.raises(TrainingError) as raised:
        check_losses([torch.tensor(value) for value in values], 2, 0.01)
    assert str(raised.value) == "loss is inf at epoch 2, step 2 (lr 0.01); lower lr or set clip"


def test_a_validation_loss_that_is_no_number_ends_the_training() -> None:
    learner = make_learner(batch_size=11, lr=float("inf"))
    with pytest.raises(TrainingError) as raised:
        list(fit(learner, [2]))
    assert str(raised.value) == "validation loss is nan at epoch 2; lower lr or set clip"


def test_an_average_of_the_weights_is_judged_and_kept_while_training_goes_on_beside_it() -> None:
    """Warm-up: the first step is copied, then 1 - (1 + steps)^(-2/3), and 0.5 at most."""
    learner, plain = make_learner(), make_learner()
    learner = replace(learner, average=ModelEmaV3(learner.model, 0.5, use_warmup=True))
    wanted = np.zeros(24)
    for step, batch in enumerate(plain.train.epoch(1)):  # three steps
        train_step(plain, [batch], len(batch), 0.1)
        decay = min(0.5, 1 - (1 + step) ** (-2 / 3))
        wanted = decay * wanted + (1 - decay) * np.array(weights(plain))
    (fitted,) = fit(learner, [1])
    assert weights(learner) == weights(plain)
    kept = learner.judged.layer.weight.flatten().tolist()
    assert kept == pytest.approx(wanted.tolist(), abs=1e-7)
    assert fitted.valid_loss == pytest.approx(
        evaluate(replace(plain, model=learner.judged), 1).loss
    )
    assert fitted.valid_loss != pytest.approx(evaluate(plain, 1).loss)


def test_an_average_goes_on_from_a_checkpoint() -> None:
    straight, first, second = (
        replace(each, average=ModelEmaV3(each.model, 0.9, use_warmup=True))
        for each in (make_learner(), make_learner(), make_learner())
    )
    list(fit(straight, [1, 2]))
    list(fit(first, [1]))
    second.restore(first.state())
    list(fit(second, [2]))
    pairs = [each.judged.layer.weight.flatten().tolist() for each in (straight, second)]
    assert pairs[0] == pairs[1]
