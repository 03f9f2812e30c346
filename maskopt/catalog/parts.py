"""The tables: what stands under each key of a search space.

`PARTS` are keys whose value is a name; `NUMBERS` are keys whose value is a number. A key that a
file leaves out takes the default given here, and `maskopt check` shows it. Each kind of name has
its own module.
"""

from __future__ import annotations

from maskopt.catalog import Entry
from maskopt.catalog.augmentations import AUGMENTATIONS
from maskopt.catalog.backbone_options import BACKBONE_NAMED, BACKBONE_PARAMETERS
from maskopt.catalog.label_policies import LABEL_POLICIES
from maskopt.catalog.losses import LOSSES
from maskopt.catalog.numbers import NUMBERS
from maskopt.catalog.optimizers import OPTIMIZERS
from maskopt.catalog.samplers import SAMPLERS
from maskopt.catalog.schedules import SCHEDULES
from maskopt.catalog.views import VIEWS

__all__ = ["BACKBONE_NAMED", "BACKBONE_PARAMETERS", "DEFAULT_PARTS", "NUMBERS", "PARTS"]

PARTS: dict[str, dict[str, Entry]] = {
    "backbone": {},  # open: any name that timm knows
    "loss": LOSSES,
    "sampler": SAMPLERS,
    "label_policy": LABEL_POLICIES,
    "augmentation": AUGMENTATIONS,
    "optimizer": OPTIMIZERS,
    "schedule": SCHEDULES,
    "view": VIEWS,
}

DEFAULT_PARTS = {
    "loss": "cross_entropy",
    "sampler": "shuffled",
    "label_policy": "official",
    "augmentation": "light",
    "optimizer": "adamw",
    "schedule": "cosine",
    "view": "whole",
}
"""What is used where a file does not name a part; `backbone` must be named."""
