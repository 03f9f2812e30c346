import pytest
import torch
from torch import nn

from maskopt.vision.optimizers import adam, adamw, decay_groups, sgd


def small_model() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Flatten(), nn.Linear(4, 2))


def test_only_weights_of_layers_decay() -> None:
    decaying, still = decay_groups(small_model(), 0.1, frozenset())
    assert [list(p.shape) for p in decaying["params"]] == [[4, 3, 3, 3], [2, 4]]
    assert [list(p.shape) for p in still["params"]] == [[4], [4], [4], [2]]
    assert (decaying["weight_decay"], still["weight_decay"]) == (0.1, 0.0)


def test_spared_names_and_frozen_parameters_do_not_decay() -> None:
    model = small_model()
    model[0].requires_grad_(False)
    decaying, still = decay_groups(model, 0.1, frozenset({"3.weight"}))
    assert decaying["params"] == []
    assert [list(p.shape) for p in still["params"]] == [[4], [4], [2, 4], [2]]


@pytest.mark.parametrize(
    ("build", "wanted"),
    [
        # One step from 1.0 with gradient 1, lr 0.1, decay 0.5. Adam's first step is lr whatever
        # the gradient; AdamW takes lr * decay off first; SGD's gradient is 1 + 0.5.
        (lambda groups: adam(groups, 0.1, beta1=0.9, beta2=0.999), 0.9),
        (lambda groups: adamw(groups, 0.1, beta1=0.9, beta2=0.999), 0.85),
        (lambda groups: sgd(groups, 0.1, momentum=0.0, nesterov=True), 0.85),
        # Nesterov's first step: gradient + momentum * gradient = 1.5 * 1.9
        (lambda groups: sgd(groups, 0.1, momentum=0.9, nesterov=True), 1 - 0.1 * 1.5 * 1.9),
        (lambda groups: sgd(groups, 0.1, momentum=0.9, nesterov=False), 0.85),
    ],
    ids=["adam", "adamw", "sgd without momentum", "sgd with nesterov", "sgd with momentum"],
)
def test_one_step_is_as_by_hand(build, wanted: float) -> None:
    weight = nn.Parameter(torch.ones(1))
    optimizer = build([{"params": [weight], "weight_decay": 0.5}])
    weight.grad = torch.ones(1)
    optimizer.step()
    assert weight.item() == pytest.approx(wanted)
