"""A backbone that does not learn in the first epochs."""

from itertools import islice

import pytest
import torch

from maskopt.vision.fit import fit
from maskopt.vision.trial import run


def copy(module) -> dict[str, torch.Tensor]:
    return {name: value.clone() for name, value in module.state_dict().items()}


def moved(before: dict[str, torch.Tensor], module) -> set[str]:
    after = module.state_dict()
    return {name for name in before if not torch.equal(before[name], after[name])}


@pytest.mark.parametrize(
    "optimizer", ["adamw", "sgd", "lamb", "adan", "muon", "lion", "lars", "rmsprop", "adafactor"]
)
def test_neither_weights_nor_statistics_of_a_frozen_backbone_move(build, optimizer) -> None:
    learner = build(freeze_epochs=2, optimizer=optimizer, weight_decay=0.5)
    backbone, heads = copy(learner.model.backbone), copy(learner.model.heads)
    epochs = fit(learner, range(1, 4))
    next(epochs), next(epochs)
    assert moved(backbone, learner.model.backbone) == set()
    assert moved(heads, learner.model.heads) == set(heads)
    next(epochs)
    statistics = {name for name in backbone if "running" in name}
    assert statistics | {"conv1.0.weight"} <= moved(backbone, learner.model.backbone)


def test_a_frozen_backbone_computes_no_backward_pass_and_drops_no_layer(build) -> None:
    learner, seen = build(freeze_epochs=1), []
    learner.model.backbone.register_forward_hook(
        lambda module, _, out: seen.append((module.training, out.requires_grad))
    )
    learner.model.dropout.register_forward_hook(
        lambda module, inside, _: seen.append((module.training, inside[0].requires_grad))
    )
    epochs = fit(learner, range(1, 3))
    next(epochs)
    trained = {each for each in seen if each[0]}
    assert trained == {(True, False)}  # dropout before the heads; nothing behind it learns
    seen.clear()
    next(epochs)
    assert (True, True) in seen


@pytest.mark.parametrize("optimizer", ["lamb", "adan"])
def test_optimisers_that_count_steps_by_group_begin_anew_for_the_backbone(
    build, optimizer
) -> None:
    learner = build(freeze_epochs=1, optimizer=optimizer)
    list(fit(learner, range(1, 3)))
    steps = sorted(int(group["step"]) for group in learner.optimizer.param_groups)
    per_epoch = len(learner.train.step_sizes(1, 1))
    assert steps == [per_epoch] * 2 + [2 * per_epoch] * 2


@pytest.mark.parametrize("optimizer", ["adamw", "adan", "lamb"])
@pytest.mark.parametrize("stopped", [1, 2, 3])
def test_a_trial_goes_on_within_and_after_its_frozen_epochs(
    make_task, tmp_path, timeless, stopped, optimizer
) -> None:
    told = {"freeze_epochs": 2, "epochs": 4, "layer_decay": 0.7, "optimizer": optimizer}
    wanted = timeless(run(make_task(tmp_path / "straight", **told)))
    running = run(make_task(tmp_path / "stopped", **told))
    first = timeless(islice(running, stopped))
    running.close()
    rest = timeless(run(make_task(tmp_path / "stopped", known=stopped, **told)))
    assert first + rest == wanted


def test_all_epochs_frozen_teach_the_heads_alone(make_task, tmp_path) -> None:
    reports = list(run(make_task(tmp_path, freeze_epochs=9, epochs=2, lr=0.1)))
    assert reports[1].train_loss < reports[0].train_loss
