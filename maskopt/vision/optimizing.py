"""A trial's optimiser: the catalog's builder on the model's parameter groups."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torch.optim import Optimizer

from maskopt.space import TrialConfig
from maskopt.vision.models import Model
from maskopt.vision.parameter_groups import parameter_groups
from maskopt.vision.parts import builder, chosen, number, value


def build_optimizer(
    config: TrialConfig, model: Model, others: Sequence[dict[str, Any]] = ()
) -> Optimizer:
    """Build what a trial chose, on every parameter of a model that learns.

    Args:
        config: The trial's.
        model: Its parameters make most groups.
        others: Groups of what learns besides.
    """
    layer_decay = None if value(config, "layer_decay") is None else number(config, "layer_decay")
    is_muon = chosen(config, "optimizer").name.endswith("muon")  # of which heads are no part
    groups = parameter_groups(
        model,
        number(config, "weight_decay"),
        _spared(model),
        layer_decay=layer_decay,
        is_apart=number(config, "freeze_epochs") > 0 or is_muon,
    )
    optimizer: Optimizer = builder(config, "optimizer")([*groups, *others], number(config, "lr"))
    return optimizer


def _spared(model: Model) -> frozenset[str]:
    names: set[str] = getattr(model.backbone, "no_weight_decay", set)()
    return frozenset(f"backbone.{name}" for name in names)
