"""Parameter groups: which weights decay, and how fast each layer of a backbone learns.

`lr_scale` of a group is what each step's learning rate is multiplied by; a group without one takes
it as it is.
"""

from __future__ import annotations

from typing import Any

from timm.models._manipulate import group_with_matcher
from timm.optim._param_groups import auto_group_layers
from torch import nn

Groups = list[dict[str, Any]]
_BACKBONE = "backbone."


def parameter_groups(
    model: nn.Module,
    weight_decay: float,
    spared: frozenset[str] = frozenset(),
    *,
    layer_decay: float | None = None,
    is_apart: bool = False,
) -> Groups:
    """Return the parameter groups of a model; those that decay come first.

    Args:
        model: Every parameter of it that learns is in one of the groups.
        weight_decay: Of all but norms, biases and what is spared.
        spared: Names that do not decay either: positions and class tokens of transformers.
        layer_decay: Learning rate of each layer of the backbone as a share of the next one's,
            the heads being the last; none lets all learn alike.
        is_apart: Whether backbone and heads are to share no group.
    """
    backbone = getattr(model, "backbone", None)
    scales = {} if layer_decay is None else layer_scales(backbone, layer_decay)
    groups: dict[tuple[bool, float, bool], dict[str, Any]] = {}
    for name, parameter in model.named_parameters():
        if not parameter.requires_grad:
            continue
        decays = parameter.ndim > 1 and name not in spared
        inside = name.startswith(_BACKBONE)
        scale = scales.get(name.removeprefix(_BACKBONE), 1.0) if inside else 1.0
        key = (not decays, scale, is_apart and not inside)
        fresh = {"params": [], "weight_decay": weight_decay if decays else 0.0, "lr_scale": scale}
        if is_apart and not inside:
            fresh["use_fallback"] = True  # timm's Muon is not for classifiers
        groups.setdefault(key, fresh)["params"].append(parameter)
    return [groups[key] for key in sorted(groups)]


def layer_scales(backbone: Any, layer_decay: float) -> dict[str, float]:
    """Return by a parameter's name what a backbone's layers multiply the learning rate by.

    The layers are timm's own. With L the place of the classifier, layer l takes
    `layer_decay ** (L - l)`; what timm puts beside the classifier, such as a last norm, takes 1.

    Args:
        backbone: Without its classifier.
        layer_decay: Of each layer to the next.

    References:
        Bao et al., BEiT: BERT Pre-Training of Image Transformers, 2022 (layer-wise decay, after
        Clark et al., ELECTRA, 2020).
    """
    classifiers = [_classifier(backbone)] if hasattr(backbone, "group_matcher") else []
    layers = layers_of(backbone, *classifiers)
    last = layers.pop(classifiers[0]) if classifiers else max(layers.values()) + 1
    return {name: layer_decay ** (last - layer) for name, layer in layers.items()}


def layers_of(backbone: Any, *others: str, coarse: bool = False) -> dict[str, int]:
    """Return the layer of each parameter by its name, counted from 0, the stem.

    Args:
        backbone: Without its classifier; one that does not know its layers is told them by timm's
            rule for such.
        others: Names that it has not, to be placed as well where it knows its layers.
        coarse: Whether whole stages of a CNN are wanted, and not their blocks.
    """
    if not hasattr(backbone, "group_matcher"):
        told: dict[str, int] = auto_group_layers(backbone)  # type: ignore[no-untyped-call]
        return told
    named = [*backbone.named_parameters(), *((each, None) for each in others)]
    found: dict[str, int] = group_with_matcher(
        iter(named), backbone.group_matcher(coarse=coarse), reverse=True
    )
    return found


def _classifier(backbone: Any) -> str:
    name = backbone.pretrained_cfg.get("classifier") or "classifier"
    first: str = name if isinstance(name, str) else name[0]
    return f"{first}.weight"
