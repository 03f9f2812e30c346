import pytest
import torch
from torch import nn

from maskopt.vision.optimizers import adam, adamw, sgd


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
