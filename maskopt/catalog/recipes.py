"""Known systems as points of a search space: what `try_first: [two_models]` stands for.

Five teams wrote down what they trained on one competition's photos. `search_spaces/recipes` has
each as a fixed configuration, which says the same; what a space does not offer is drawn instead.
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
    {"loss": "cross_entropy", "optimizer": "adam"},
    "an age model and a mask+gender model joined column by column, elderly oversampled: "
    "rank 47 -> 16 by the join alone, 10th at the end",
    {
        "age": {
            "sampler": "factors",
            "sampler.factors.60+": 3.0,
            "augmentation": "by_class",
            "augmentation.by_class.others": "light",
            "augmentation.by_class.60+": "heavy",
            "label_policy": "cut",
            "label_policy.cut.to": 58.0,
        },
        "mask+gender": {"augmentation": "light"},
    },
    "one attribute is harder than the others and its rare classes decide",
)
TWO_MODELS = Recipe(
    {
        "backbone": "efficientnet_b3",
        "image_size": 380,
        "lr": 1e-5,
        "loss": "cross_entropy",
        "view": "center",
        "view.center.size": 380,
        "augmentation": "custom",
        "augmentation.custom.flip": 0.5,
        "augmentation.custom.color_jitter": 0.1,
    },
    "two parallel EfficientNet-B3 models: 18 classes 0.7385 -> two models 0.7698; 3rd in public, "
    "4th in private",
    {
        "age": {"optimizer": "adam"},
        "mask+gender": {"optimizer": "adamw"},
        "mask+gender+age": {"optimizer": "adamw", "loss": "focal"},
    },
    "large photos, a strong backbone and time for a small learning rate",
)
_STEPS: Point = {"schedule": "step", "schedule.step.epochs": 4, "schedule.step.factor": 0.3}
THREE_MODELS = Recipe(
    {
        "loss": "cross_entropy",
        "sampler": "class_balanced",
        "augmentation": "light",
        "optimizer": "adam",
    },
    "mask, gender and age models side by side with a weighted sampler: the team's best F1",
    {
        "mask": {**_STEPS, "view": "whole"},
        "gender": {**_STEPS, "view": "no_background"},
        "age": {
            "view": "mixed",
            "view.mixed.view": "no_background",
            "schedule": "warm_restarts",
            "schedule.warm_restarts.period": 4.0,
        },
    },
    "attributes want different photos, schedules or backbones",
)
MULTI_HEAD = Recipe(
    {"sampler": "class_balanced", "augmentation": "light"},
    "one backbone with three heads, and an age model of 5-year bins beside one of two heads; "
    "focal loss and LADE, an imbalanced sampler",
    {
        "mask+gender+age": {"loss": "focal"},
        "mask+gender": {"loss": "focal"},
        "age": {"loss": "lade", "label_policy": "bins", "label_policy.bins.width": 5.0},
    },
    "one network is to answer everything",
)
SMOOTHED_B4 = Recipe(
    {
        "backbone": "efficientnet_b4",
        "image_size": 224,
        "batch_size": 128,
        "lr": 1e-3,
        "loss": "cross_entropy",
        "loss.cross_entropy.label_smoothing": 0.1,
        "sampler": "factors",
        "sampler.factors.30-49": 3.0,
        "sampler.factors.60+": 3.0,
        "label_policy": "cut",
        "label_policy.cut.to": 58.0,
        "mixup": 0.2,
        "augmentation": "light",
        "optimizer": "adamw",
        "schedule": "warm_restarts",
        "schedule.warm_restarts.period": 5.0,
    },
    "EfficientNet-B4 with label smoothing and oversampled people of 30 to 49 and from 60: "
    "0.7261 -> 0.7667",
    when="all combinations of classes are told by one head, with rare ones among them",
)

RECIPES = {
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
