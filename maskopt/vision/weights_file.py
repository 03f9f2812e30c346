"""A weights file, and how it comes into a backbone."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

from safetensors import SafetensorError
from timm.models import load_state_dict
from torch import Tensor, nn

from maskopt.vision.failures import TrainingError

_SHOWN = 3
_UNREADABLE = (
    OSError,
    RuntimeError,
    ValueError,
    KeyError,
    AttributeError,  # a list, where timm looks for tensors by name
    EOFError,
    UnpicklingError,
    SafetensorError,
)


def load_weights(backbone: nn.Module, file: Path) -> None:
    """Load a weights file into a backbone that has no classifier.

    Args:
        backbone: A timm model with `num_classes=0`.
        file: safetensors or a torch file of tensors; a classifier in it is left out.

    Raises:
        TrainingError: The file is missing or broken, or is not of this backbone.
    """
    if not file.is_file():
        raise TrainingError(f"{file}: no such weights file")
    try:
        given = dict(load_state_dict(str(file), device="cpu", weights_only=True))
        given = _adapted(given, backbone)
    except _UNREADABLE as error:
        # A bare `KeyError(101)` says nothing without its type.
        reason = f"{type(error).__name__}: {error}".removesuffix(": ")
        raise TrainingError(f"{file}: weights cannot be read ({reason})") from error
    wanted = backbone.state_dict()
    complaint = misfit(wanted, given)
    if complaint:
        config = getattr(backbone, "pretrained_cfg", {})
        architecture = config.get("architecture", "the backbone")
        size = _only_size(config) if all(name in given for name in wanted) else ""
        raise TrainingError(f"{file}: not the weights of {architecture}: {complaint}{size}")
    backbone.load_state_dict({k: v for k, v in given.items() if k in wanted}, strict=False)


def _adapted(given: dict[str, Any], backbone: nn.Module) -> dict[str, Any]:
    """Return a checkpoint's tensors under the names that timm has for them today."""
    adapt = getattr(sys.modules[type(backbone).__module__], "checkpoint_filter_fn", None)
    try:
        return dict(adapt(given, backbone)) if adapt else given
    except AssertionError:  # shapes that it does not expect: `misfit` says which
        return given


def misfit(wanted: Mapping[str, Tensor], given: Mapping[str, Tensor]) -> str:
    """Say which tensors are missing or of another shape; counters of batch norm may be."""
    missing = [k for k in wanted if k not in given and not k.endswith("num_batches_tracked")]
    both = [k for k in wanted if k in given]
    shapes = [k for k in both if wanted[k].shape != given[k].shape]
    told = []
    if missing:
        told.append(f"{len(missing)} of {len(wanted)} tensors are missing ({_few(missing)})")
    if shapes:
        differ = [f"{k} is {[*given[k].shape]}, not {[*wanted[k].shape]}" for k in shapes]
        told.append(f"{len(shapes)} have another shape ({_few(differ)})")
    return "; ".join(told)


def _only_size(config: Mapping[str, Any]) -> str:
    """Say that weights may fit one image size alone: timm resizes positions of some backbones."""
    if not config.get("fixed_input_size"):
        return ""
    size = config["input_size"][1]
    return f"; if they are its own, they are for images of {size} px and no others"


def _few(names: list[str]) -> str:
    return ", ".join(names[:_SHOWN]) + (", ..." if len(names) > _SHOWN else "")
