"""What of a backbone does not learn: its first stages, and all of it in the first epochs."""

from __future__ import annotations

from dataclasses import dataclass

from torch import nn
from torch.optim import Optimizer

from maskopt.vision.failures import TrainingError
from maskopt.vision.models import Model
from maskopt.vision.parameter_groups import layers_of


@dataclass(frozen=True)
class Frozen:
    """Stages of a backbone that never learn.

    They are in evaluation: batch norm keeps its statistics and uses them, no layer is dropped at
    random. As nothing before them learns either, torch computes no backward pass through them.

    Attributes:
        stages: How many, from the stem on.
        weights: Their parameters.
        modules: What has no other parameters than these.
    """

    stages: int = 0
    weights: tuple[nn.Parameter, ...] = ()
    modules: tuple[nn.Module, ...] = ()

    def hold(self) -> None:
        """Keep them from learning, whatever was set for the whole backbone."""
        for weight in self.weights:
            weight.requires_grad_(False)
        for module in self.modules:
            module.eval()


def freeze(backbone: nn.Module, stages: int, name: str) -> Frozen:
    """Keep the first stages of a backbone from learning, and return what they are made of.

    Args:
        backbone: Without its classifier.
        stages: How many; 1 is the stem. All of them leave the heads to learn alone.
        name: The backbone's, for messages.

    Raises:
        TrainingError: It has fewer.
    """
    if not stages:
        return Frozen()
    check_stages(backbone, stages, name)
    layers = layers_of(backbone, coarse=True)
    names = {name for name, layer in layers.items() if layer < stages}
    weights = tuple(each for name, each in backbone.named_parameters() if name in names)
    own = set(map(id, weights))
    modules = tuple(each for each in backbone.modules() if _is_within(each, own))
    frozen = Frozen(stages, weights, modules)
    frozen.hold()
    return frozen


def check_stages(backbone: nn.Module, stages: int, name: str) -> None:
    """Raise if a backbone has fewer stages than are not to learn.

    Args:
        backbone: Without its classifier.
        stages: How many are not to learn.
        name: For the message.

    Raises:
        TrainingError: It has.
    """
    there = 1 + max(layers_of(backbone, coarse=True).values())
    if stages > there:
        raise TrainingError(
            f"backbone {name} has {there} stages, its stem included, so {stages} cannot be "
            f"frozen; `space.freeze_stages` may be {there} at most"
        )


def _is_within(module: nn.Module, own: set[int]) -> bool:
    found = [id(each) in own for each in module.parameters()]
    return bool(found) and all(found)


def set_learning(
    model: Model, optimizer: Optimizer, epoch: int, freeze_epochs: int, frozen: Frozen
) -> None:
    """Make a backbone learn in an epoch, or not: a function of the epoch alone.

    A frozen backbone is in evaluation: its batch norm neither moves nor uses the batch's own
    statistics, and no layer is dropped. Its parameters get no gradient, so that optimisers pass
    over them, and torch computes no backward pass through it.

    Args:
        model: In training.
        optimizer: Backbone and heads share none of its groups.
        epoch: Counted from 1.
        freeze_epochs: Of them the backbone does not learn in the first so many.
        frozen: What of it never learns.
    """
    if freeze_epochs:
        learns = epoch > freeze_epochs
        model.backbone.requires_grad_(learns)
        model.backbone.train(learns)
        if epoch == freeze_epochs + 1:
            _begin(model, optimizer)
    frozen.hold()


def _begin(model: Model, optimizer: Optimizer) -> None:
    """Let the backbone's groups count their steps from here.

    Some of timm's optimisers count steps by group, and those of the frozen epochs moved nothing.
    """
    own = {id(parameter) for parameter in model.backbone.parameters()}
    for group in optimizer.param_groups:
        if own.issuperset(map(id, group["params"])):
            group.pop("step", None)
