"""Backbones that do not learn in the first epochs, while the heads do."""

from __future__ import annotations

from torch.optim import Optimizer

from maskopt.vision.models import Model


def set_learning(model: Model, optimizer: Optimizer, epoch: int, freeze_epochs: int) -> None:
    """Make a backbone learn in an epoch, or not: a function of the epoch alone.

    A frozen backbone is in evaluation: its batch norm neither moves nor uses the batch's own
    statistics, and no layer is dropped. Its parameters get no gradient, so that optimisers pass
    over them, and torch computes no backward pass through it.

    Args:
        model: In training.
        optimizer: Backbone and heads share none of its groups.
        epoch: Counted from 1.
        freeze_epochs: Of them the backbone does not learn in the first so many.
    """
    learns = epoch > freeze_epochs
    model.backbone.requires_grad_(learns)
    model.backbone.train(learns)
    if epoch == freeze_epochs + 1:
        _begin(model, optimizer)


def _begin(model: Model, optimizer: Optimizer) -> None:
    """Let the backbone's groups count their steps from here.

    Some of timm's optimisers count steps by group, and those of the frozen epochs moved nothing.
    """
    own = {id(parameter) for parameter in model.backbone.parameters()}
    for group in optimizer.param_groups:
        if own.issuperset(map(id, group["params"])):
            group.pop("step", None)
