"""What of a backbone does not learn: all of it in the first epochs, its first stages ever."""

from itertools import islice

import pytest
import timm
import torch

from maskopt.vision.effective import effective
from maskopt.vision.failures import TrainingError
from maskopt.vision.fit import fit, train_epoch
from maskopt.vision.freezing import Frozen, freeze
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


def frozen_names(learner) -> set[str]:
    """Return what of `test_resnet` is in its stem and its first layer, weights and statistics."""
    first = ("conv1.", "bn1.", "layer1.")
    return {name for name in learner.model.backbone.state_dict() if name.startswith(first)}


@pytest.mark.parametrize("optimizer", ["adamw", "sgd", "lamb", "lars", "muon"])
def test_neither_weights_nor_statistics_of_frozen_stages_ever_move(build, optimizer) -> None:
    learner = build(freeze_stages=2, optimizer=optimizer, weight_decay=0.5)
    before = copy(learner.model.backbone)
    list(fit(learner, range(1, 3)))
    found = moved(before, learner.model.backbone)
    assert found & frozen_names(learner) == set()
    others = before.keys() - frozen_names(learner)
    assert {name for name in others if "conv" in name or "running" in name} <= found


def test_frozen_stages_compute_no_backward_pass_and_are_in_evaluation(build) -> None:
    learner, seen = build(freeze_stages=2), []
    for name in ("layer1", "layer2"):
        learner.model.backbone.get_submodule(name).register_forward_hook(
            lambda module, _, out, name=name: seen.append(
                (name, module.training, out.requires_grad)
            )
        )
    train_epoch(learner, 1)
    assert {*seen} == {("layer1", False, False), ("layer2", True, True)}


def test_stages_stay_frozen_when_the_rest_begins_to_learn(build) -> None:
    learner = build(freeze_stages=2, freeze_epochs=1)
    before = copy(learner.model.backbone)
    epochs = fit(learner, range(1, 3))
    next(epochs)
    assert moved(before, learner.model.backbone) == set()
    next(epochs)
    found = moved(before, learner.model.backbone)
    assert found & frozen_names(learner) == set()
    assert "layer2.0.conv1.weight" in found


def test_a_trial_with_frozen_stages_goes_on_where_it_stopped(
    make_task, tmp_path, timeless
) -> None:
    told = {"freeze_stages": 3, "epochs": 3, "layer_decay": 0.7}
    wanted = timeless(run(make_task(tmp_path / "straight", **told)))
    running = run(make_task(tmp_path / "stopped", **told))
    first = timeless(islice(running, 1))
    running.close()
    assert first + timeless(run(make_task(tmp_path / "stopped", known=1, **told))) == wanted


@pytest.mark.parametrize(
    ("name", "stages", "weights"),
    [
        # Stem 3 * 3 * 3 * 32 + 64; then 288 + 64 + 512 + 32; then 16 -> 96 -> 24: 1,536 + 192 +
        # 864 + 192 + 2,304 + 48, and 24 -> 144 -> 24: 3,456 + 288 + 1,296 + 288 + 3,456 + 48.
        ("mobilenetv2_100", 1, 928),
        ("mobilenetv2_100", 2, 1_824),
        ("mobilenetv2_100", 3, 15_792),
        (
            "test_vit",
            1,
            55_744,
        ),  # patches 3 * 16 * 16 * 64 + 64, positions 101 * 64, a class token
    ],
)
def test_stages_are_counted_from_the_stem(name: str, stages: int, weights: int) -> None:
    backbone = timm.create_model(name, num_classes=0)
    frozen = freeze(backbone, stages, name)
    held = [each for each in backbone.parameters() if not each.requires_grad]
    assert sum(each.numel() for each in held) == weights
    assert {*map(id, held)} == {*map(id, frozen.weights)}


def test_with_none_frozen_all_learns_and_with_all_the_heads_alone(build) -> None:
    assert build().frozen == Frozen()
    learner = build(freeze_stages=5)
    assert not any(each.requires_grad for each in learner.model.backbone.parameters())
    assert sum(len(group["params"]) for group in learner.optimizer.param_groups) == 2


def test_more_stages_than_a_backbone_has_cannot_be_frozen(build) -> None:
    with pytest.raises(TrainingError) as refusal:
        build(freeze_stages=6)
    assert str(refusal.value) == (
        "backbone test_resnet has 5 stages, its stem included, so 6 cannot be frozen; "
        "`space.freeze_stages` may be 5 at most"
    )


def test_what_really_ran_tells_frozen_stages_and_how_many_weights_learn(build, make_task) -> None:
    task = make_task("nowhere", freeze_stages=2)
    told = effective(task, [build(freeze_stages=2)])["model"]
    whole = effective(task, [build()])["model"]
    assert (told["frozen stages"], whole["frozen stages"]) == (2, 0)
    held = whole["parameters"]["learning"] - told["parameters"]["learning"]
    assert held == sum(each.numel() for each in build(freeze_stages=2).frozen.weights) > 0
