"""Models: a timm backbone without its classifier, dropout, and one linear layer a head.

Letters of shapes: B photos of a batch, S height and width in pixels, F features, C classes of a
head, K outputs of it: classes, or what is joined into them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from torch import Tensor, nn

from maskopt.labels import LabelSpace
from maskopt.space import Part
from maskopt.vision.backbones import OUR_OWN, build_backbone, count_features, pooled
from maskopt.vision.failures import TrainingError
from maskopt.vision.joins import Join
from maskopt.vision.weights import cached_weights, fetch_weights
from maskopt.vision.weights_file import load_weights

Triple = tuple[float, float, float]
_HALF: Triple = (0.5, 0.5, 0.5)


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
        part: The backbone's timm name with what it may carry: `weights` (a file, or none for
            random ones), `mean`, `std`, and what timm's constructor takes.
        label_space: Gives the heads.
        image_size: S.
        dropout: Share of features left out in training.
        scratch: Start from random weights although none are named.
        joins: Of each head's outputs into its classes; none where outputs are the classes.

    Raises:
        TrainingError: timm has no such backbone, it cannot take these options or this image size,
            or its weights cannot be had.
    """
    given = dict(part.parameters)
    file, mean, std = (given.get(key) for key in OUR_OWN)
    options = {key: value for key, value in given.items() if key not in OUR_OWN}
    backbone = build_backbone(part.name, image_size, options)
    features = count_features(backbone, part.name, image_size, options)
    scratch = scratch or "weights" in given  # `weights: none` is a wish too
    weights = _fill_in(backbone, part.name, None if file is None else Path(str(file)), scratch)
    config = backbone.pretrained_cfg
    facts = BackboneFacts(
        part.name,
        _triple(mean or config.get("mean") or _HALF),
        _triple(std or config.get("std") or _HALF),
        weights,
        features,
    )
    return Model(backbone, facts, label_space, dropout, joins)


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


def _zeroed(layer: nn.Linear) -> nn.Linear:
    nn.init.zeros_(layer.weight)
    nn.init.zeros_(layer.bias)
    return layer


def _triple(values: Any) -> Triple:
    red, green, blue = (float(value) for value in values)
    return red, green, blue
