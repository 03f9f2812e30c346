"""Models: a timm backbone without its classifier, dropout, and one linear layer a head.

Letters of shapes: B photos of a batch, S height and width in pixels, F features, C classes of a
head, K outputs of it: classes, or what is joined into them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import timm
import torch
from torch import Tensor, nn

from maskopt.errors import did_you_mean
from maskopt.labels import LabelSpace
from maskopt.space import Part
from maskopt.vision.failures import TrainingError
from maskopt.vision.joins import Join
from maskopt.vision.weights import cached_weights, fetch_weights
from maskopt.vision.weights_file import load_weights

Triple = tuple[float, float, float]
_HALF: Triple = (0.5, 0.5, 0.5)
# What timm raises of an image size that a backbone cannot take, as it is built or as it looks.
_UNFIT = (RuntimeError, AssertionError, ValueError, ZeroDivisionError)


@dataclass(frozen=True)
class BackboneFacts:
    """What is known of a backbone once it is built.

    Attributes:
        mean: What is subtracted from pixels in [0, 1], by channel.
        std: What they are divided by then.
        weights: Where its weights came from, in words.
        features: F, the numbers that it gives for a photo.
    """

    name: str
    mean: Triple
    std: Triple
    weights: str
    features: int


class Model(nn.Module):
    """A backbone with heads that start at zero, so that the first loss is that of chance.

    timm's own start gave MobileNetV2 a first loss of 6.9 where 1.1 is chance, and cost 0.05 to
    0.07 macro F1.
    """

    def __init__(
        self,
        backbone: nn.Module,
        facts: BackboneFacts,
        label_space: LabelSpace,
        dropout: float,
        joins: Sequence[Join | None] = (),
    ) -> None:
        """Put heads on a backbone.

        Args:
            backbone: Without a classifier.
            facts: Of it.
            label_space: Gives the heads.
            dropout: Share of features left out in training.
            joins: Of each head's outputs into its classes; none where outputs are the classes.
        """
        super().__init__()
        self.backbone = backbone
        self.facts = facts
        self.dropout = nn.Dropout(dropout)
        counts = [head.class_count for head in label_space.heads]
        joins = joins or [None] * len(counts)
        self.heads = nn.ModuleList(
            _zeroed(nn.Linear(facts.features, join.outputs if join else count))
            for count, join in zip(counts, joins, strict=True)
        )
        self.joins = nn.ModuleList(join or nn.Identity() for join in joins)

    def forward(self, images: Tensor) -> tuple[Tensor, ...]:
        """Return logits of each head, [B, C], given normalised images, [B, 3, S, S]."""
        return self.join(self.outputs(images))

    def outputs(self, images: Tensor) -> tuple[Tensor, ...]:
        """Return what heads give before they are joined into classes: [B, K] of each."""
        features = self.dropout(self.features(images))
        return tuple(head(features) for head in self.heads)

    def join(self, outputs: Sequence[Tensor]) -> tuple[Tensor, ...]:
        """Return logits of each head's classes, [B, C], given its outputs, [B, K]."""
        return tuple(join(each) for join, each in zip(self.joins, outputs, strict=True))

    def features(self, images: Tensor) -> Tensor:
        """Return what the heads see of normalised images, dropout apart, [B, F]."""
        return pooled(self.backbone, images)

    def classify(self, features: Tensor) -> tuple[Tensor, ...]:
        """Return logits of each head, [B, C], given features, [B, F]."""
        return self.join([head(features) for head in self.heads])


class StepOutputs(Protocol):
    """Computes a model's outputs in training, and hears what its epochs took."""

    def __call__(self, images: Tensor) -> tuple[Tensor, ...]:
        """Return outputs of each head, [B, K], given images, [B, 3, S, S]."""

    def trained(self, epoch: int, seconds: float) -> None:
        """Hear what an epoch's steps took."""


def pooled(backbone: Any, images: Tensor) -> Tensor:
    """Return what a backbone's classifier would see, [B, F]; layers before it included."""
    features: Tensor = backbone.forward_head(backbone.forward_features(images), pre_logits=True)
    return features


def build_model(
    part: Part,
    label_space: LabelSpace,
    *,
    image_size: int,
    dropout: float,
    scratch: bool,
    joins: Sequence[Join | None] = (),
) -> Model:
    """Build a model, with random or trained weights.

    Args:
        part: The backbone's timm name with what it may carry: `weights`, `pad_type`, `mean`,
            `std`, `drop_path_rate`.
        label_space: Gives the heads.
        image_size: S.
        dropout: Share of features left out in training.
        scratch: Start from random weights although none are named.
        joins: Of each head's outputs into its classes; none where outputs are the classes.

    Raises:
        TrainingError: timm has no such backbone, it cannot take these options or this image size,
            or its weights cannot be had.
    """
    options = dict(part.parameters)
    file = options.pop("weights", None)
    mean, std = options.pop("mean", None), options.pop("std", None)
    backbone = _build_backbone(part.name, image_size, options)
    weights = _fill_in(backbone, part.name, None if file is None else Path(str(file)), scratch)
    config = backbone.pretrained_cfg
    facts = BackboneFacts(
        part.name,
        _triple(mean or config.get("mean") or _HALF),
        _triple(std or config.get("std") or _HALF),
        weights,
        _count_features(backbone, part.name, image_size),
    )
    return Model(backbone, facts, label_space, dropout, joins)


def _build_backbone(name: str, image_size: int, options: dict[str, Any]) -> Any:
    if not timm.is_model(name):
        near = did_you_mean(name, timm.list_models())
        raise TrainingError(f"timm knows no backbone {name!r}{near}")
    taken = {key: value for key, value in options.items() if value is not None}
    config = timm.get_pretrained_cfg(name)
    sized: dict[str, Any] = (
        {"img_size": image_size} if config is not None and config.fixed_input_size else {}
    )
    try:
        return timm.create_model(name, pretrained=False, num_classes=0, **taken, **sized)
    except TypeError as error:
        raise TrainingError(
            f"backbone {name} does not take {', '.join(taken)}: {error}"
        ) from error
    except _UNFIT as error:
        raise TrainingError(_cannot_take(name, image_size, error)) from error


def _fill_in(backbone: nn.Module, name: str, file: Path | None, scratch: bool) -> str:
    """Load trained weights where there are to be any; return where they came from, in words."""
    if file is not None:
        load_weights(backbone, file)
        return f"file {file}"
    if scratch:
        return "none: from scratch"
    try:
        found = cached_weights(name) or fetch_weights(name)
    except TrainingError as error:
        raise TrainingError(f"weights of {name} cannot be had on this machine: {error}") from error
    load_weights(backbone, found)
    return f"timm, {found.name} of {name}"


def _count_features(backbone: nn.Module, name: str, image_size: int) -> int:
    """Return F by looking at one blank photo: no attribute tells it for every backbone."""
    backbone.eval()
    try:
        with torch.no_grad():
            features = pooled(backbone, torch.zeros(1, 3, image_size, image_size))
    except _UNFIT as error:
        raise TrainingError(_cannot_take(name, image_size, error)) from error
    return features.shape[1]


def _cannot_take(name: str, image_size: int, error: Exception) -> str:
    reason = f": {error}" if str(error) else ""
    return f"backbone {name} cannot take images of {image_size} px{reason}"


def _zeroed(layer: nn.Linear) -> nn.Linear:
    nn.init.zeros_(layer.weight)
    nn.init.zeros_(layer.bias)
    return layer


def _triple(values: Any) -> Triple:
    red, green, blue = (float(value) for value in values)
    return red, green, blue
