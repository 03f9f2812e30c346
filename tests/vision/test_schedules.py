import warnings
from collections.abc import Callable
from functools import partial

import pytest
from torch import nn
from torch.optim import SGD, Optimizer
from torch.optim import lr_scheduler as torchs

from maskopt.vision.schedules import (
    Schedule,
    constant,
    cosine,
    one_cycle,
    plateau,
    step,
    warm_restarts,
    warmed_up,
)


def test_constant_stays() -> None:
    assert [constant(4)(done) for done in (0.0, 3.9)] == [1.0, 1.0]


def test_cosine_falls_from_one_to_its_floor() -> None:
    schedule = cosine(8, floor=0.1)
    assert [schedule(done) for done in (0, 4, 8)] == pytest.approx([1.0, 0.55, 0.1])


def test_cosine_stays_at_its_floor_afterwards() -> None:
    assert cosine(8, floor=0.1)(9) == pytest.approx(0.1)


def test_step_multiplies_every_few_epochs() -> None:
    schedule = step(9, epochs=2, factor=0.5)
    assert [schedule(done) for done in (0, 1.99, 2, 4.5)] == pytest.approx([1, 1, 0.5, 0.25])


def test_warm_up_rises_evenly_and_the_schedule_fills_what_remains() -> None:
    schedule = warmed_up(partial(cosine, floor=0.0), epochs=5, warmup_epochs=1.0)
    assert [schedule(done) for done in (0.25, 0.5, 1, 3, 5)] == pytest.approx(
        [0.25, 0.5, 1, 0.5, 0], abs=1e-9
    )


def test_without_warm_up_the_schedule_is_left_as_it_is() -> None:
    schedule, bare = warmed_up(partial(cosine, floor=0.0), 4, 0.0), cosine(4, floor=0.0)
    assert [schedule(done) for done in (0, 1.3)] == [bare(done) for done in (0, 1.3)]


def test_a_warm_up_longer_than_the_trial_only_rises() -> None:
    schedule = warmed_up(partial(cosine, floor=0.0), epochs=2, warmup_epochs=4.0)
    assert [schedule(done) for done in (0.5, 1.99)] == pytest.approx([0.125, 0.4975])


def by_torch(make: Callable[[Optimizer], torchs.LRScheduler], count: int) -> list[float]:
    """Return the learning rates of torch's own scheduler, whose highest is 1."""
    optimizer = SGD([nn.Parameter(nn.Linear(1, 1).weight)], lr=1.0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # there is no step of the optimiser to come first
        scheduler, found = make(optimizer), []
        for _ in range(count):
            found.append(optimizer.param_groups[0]["lr"])
            scheduler.step()
    return found


@pytest.mark.parametrize(
    ("ours", "make"),
    [
        (cosine(12, floor=0.05), lambda o: torchs.CosineAnnealingLR(o, 12, eta_min=0.05)),
        (step(12, epochs=3, factor=0.3), lambda o: torchs.StepLR(o, 3, gamma=0.3)),
        (
            warm_restarts(12, period=3, mult=2, floor=0.05),
            lambda o: torchs.CosineAnnealingWarmRestarts(o, 3, T_mult=2, eta_min=0.05),
        ),
        (
            warm_restarts(12, period=4, mult=1, floor=0.0),
            lambda o: torchs.CosineAnnealingWarmRestarts(o, 4),
        ),
    ],
    ids=["cosine", "step", "warm restarts, longer each time", "warm restarts, all alike"],
)
def test_the_learning_rates_are_torchs(ours: Schedule, make) -> None:
    assert [ours(epoch) for epoch in range(12)] == pytest.approx(by_torch(make, 12), abs=1e-12)


def test_warm_restarts_between_epochs_are_torchs() -> None:
    optimizer = SGD([nn.Parameter(nn.Linear(1, 1).weight)], lr=1.0)
    theirs = torchs.CosineAnnealingWarmRestarts(optimizer, 2, T_mult=2)
    ours = warm_restarts(14, period=2, mult=2, floor=0.0)
    for done in (0.1, 1.9, 2.3, 5.99, 6.0, 13.5):
        theirs.step(done)
        assert ours(done) == pytest.approx(theirs.get_last_lr()[0], abs=1e-9)


def test_one_cycle_is_torchs() -> None:
    """torch's top is at step `pct_start * steps - 1` of `steps - 1`, ours at a share of all."""
    rise, steps = 0.25, 101
    theirs = by_torch(
        lambda o: torchs.OneCycleLR(
            o,
            max_lr=1.0,
            total_steps=steps,
            pct_start=(rise * (steps - 1) + 1) / steps,
            div_factor=20,
            final_div_factor=50,
            cycle_momentum=False,
        ),
        steps - 1,
    )
    ours = one_cycle(steps - 1, rise=rise, start_divisor=20, final_divisor=50)
    assert [ours(done) for done in range(steps - 1)] == pytest.approx(theirs, abs=1e-9)
    assert ours(steps - 1) == pytest.approx(1 / 1000)


@pytest.mark.parametrize("rise", [0.0, 1.0])
def test_one_cycle_may_only_fall_or_only_rise(rise: float) -> None:
    cycle = one_cycle(4, rise=rise, start_divisor=10, final_divisor=10)
    found = [cycle(done) for done in (0, 2, 3.9999)]
    assert found == sorted(found, reverse=rise == 0.0)
    assert max(found) == pytest.approx(1.0, abs=1e-6)


@pytest.mark.parametrize(
    "losses",
    [
        [1.0, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9],
        [1.0, 1.1, 0.8, 0.85, 0.79995, 0.81, 0.5, 0.6, 0.6],  # 0.79995 is no better by 1e-4
        [3.0, 2.0, 1.0, 0.5, 0.4, 0.3, 0.2, 0.1, 0.05],
    ],
    ids=["a long plateau", "ups and downs", "none"],
)
@pytest.mark.parametrize("patience", [0, 1, 2])
def test_a_plateau_lowers_the_learning_rate_as_torchs_does(losses, patience: int) -> None:
    optimizer = SGD([nn.Parameter(nn.Linear(1, 1).weight)], lr=1.0)
    theirs = torchs.ReduceLROnPlateau(optimizer, factor=0.5, patience=patience, min_lr=0.2)
    ours = plateau(9, factor=0.5, patience=patience, floor=0.2)
    for epoch, loss in enumerate(losses, start=1):
        theirs.step(loss)
        found = ours(epoch, losses[:epoch])
        assert found == pytest.approx(optimizer.param_groups[0]["lr"])


def test_a_plateau_without_validation_photos_stays_where_it_is() -> None:
    assert plateau(9, factor=0.5, patience=0, floor=0.0)(3, [float("nan")] * 3) == 1.0


def test_a_warm_up_rises_to_where_one_cycle_begins() -> None:
    build = partial(one_cycle, rise=0.5, start_divisor=4, final_divisor=10)
    schedule = warmed_up(build, epochs=5, warmup_epochs=1.0)
    assert [schedule(done) for done in (0.5, 1, 3, 5)] == pytest.approx([0.125, 0.25, 1, 0.025])


def test_losses_of_the_warm_up_are_no_plateau() -> None:
    schedule = warmed_up(partial(plateau, factor=0.5, patience=0, floor=0.0), 9, 1.5)
    losses = [0.1, 0.2, 3.0, 3.0]
    assert [schedule(epoch, losses[:epoch]) for epoch in (2, 3, 4)] == [1.0, 1.0, 0.5]
