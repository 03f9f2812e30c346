"""Known systems as points of a search space: what `try_first: [two_models]` stands for.

Five teams wrote down what they trained on one competition's photos. A recipe holds what today's
search spaces can say of it; what a space does not offer is drawn instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from maskopt.space import Value

Point = Mapping[str, Value]


@dataclass(frozen=True)
class Recipe:
    """A system that is known to work.

    Attributes:
        point: Values by dotted path.
        help: What it was and what its authors reported.
        where: What differs, by the attributes that a study learns (`age`, `mask+gender`).
        when: When it helps, in one line.
    """

    point: Point
    help: str
    where: Mapping[str, Point] = field(default_factory=dict)
    when: str = ""

    def point_for(self, attributes: tuple[str, ...]) -> dict[str, Value]:
        """Return the point for a study that learns these attributes, in whatever order."""
        different = {frozenset(names.split("+")): point for names, point in self.where.items()}
        return {**self.point, **different.get(frozenset(attributes), {})}


JOIN = Recipe(
    {
        "loss": "cross_entropy",
        "sampler": "class_balanced",
        "augmentation": "medium",
        "optimizer": "adam",
    },
    "age model and mask+gender model joined column by column, elderly oversampled: "
    "rank 47 -> 16 by the join alone, 10th at the end",
    when="one attribute is harder than the others and its rare classes decide",
)
TWO_MODELS = Recipe(
    {
        "backbone": "efficientnet_b3",
        "image_size": 380,
        "lr": 1e-5,
        "loss": "cross_entropy",
        "augmentation": "light",
        "optimizer": "adamw",
    },
    "two parallel EfficientNet-B3 models: 18 classes 0.7385 -> two models 0.7698; 4th",
    {
        "age": {"optimizer": "adam"},
        "mask+gender+age": {"loss": "focal"},
    },
    "large photos, a strong backbone and time for a small learning rate",
)
THREE_MODELS = Recipe(
    {"loss": "cross_entropy", "sampler": "class_balanced", "augmentation": "light"},
    "mask, gender and age models side by side with a weighted sampler: the team's best F1",
    when="attributes want different photos, schedules or backbones",
)
MULTI_HEAD = Recipe(
    {"loss": "focal", "sampler": "class_balanced", "augmentation": "light"},
    "one backbone with three heads, focal loss and an imbalanced sampler, split by person",
    when="one network is to answer everything",
)
SMOOTHED_B4 = Recipe(
    {
        "backbone": "efficientnet_b4",
        "image_size": 224,
        "batch_size": 128,
        "lr": 1e-3,
        "loss": "cross_entropy",
        "loss.cross_entropy.label_smoothing": 0.1,
        "sampler": "class_balanced",
        "optimizer": "adamw",
        "schedule": "cosine",
    },
    "EfficientNet-B4 with label smoothing and oversampled elderly: 0.7261 -> 0.7667",
    when="all combinations of classes are told by one head, with rare ones among them",
)

RECIPES: Mapping[str, Recipe] = {
    "join": JOIN,
    "two_models": TWO_MODELS,
    "three_models": THREE_MODELS,
    "multi_head": MULTI_HEAD,
    "smoothed_b4": SMOOTHED_B4,
    "recipe A": JOIN,
    "recipe B": TWO_MODELS,
    "recipe C": THREE_MODELS,
    "recipe D": MULTI_HEAD,
    "recipe E": SMOOTHED_B4,
}
"""By name; the teams' letters are names too."""
