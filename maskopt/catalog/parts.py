"""The tables: what stands under each key of a search space.

`PARTS` are keys whose value is a name; `NUMBERS` are keys whose value is a number. A key that a
file leaves out takes the default given here, and `maskopt check` shows it. Each kind of name has
its own module. `head_losses` is a key whose value is a mapping: of each head that it names, a loss
of its own, under the key `head_losses.<head>`.
"""

from __future__ import annotations

from maskopt.catalog import Entry, Parameter
from maskopt.catalog.augmentations import AUGMENTATIONS
from maskopt.catalog.backbone_options import BACKBONE_NAMED, BACKBONE_PARAMETERS
from maskopt.catalog.head_weights import HEAD_WEIGHTS
from maskopt.catalog.label_policies import LABEL_POLICIES
from maskopt.catalog.losses import LOSSES
from maskopt.catalog.numbers import NUMBERS
from maskopt.catalog.optimizers import OPTIMIZERS
from maskopt.catalog.samplers import SAMPLERS
from maskopt.catalog.schedules import SCHEDULES
from maskopt.catalog.views import VIEWS

__all__ = [
    "BACKBONE_NAMED",
    "BACKBONE_PARAMETERS",
    "DEFAULT_PARTS",
    "HEAD_LOSSES",
    "NUMBERS",
    "PARTS",
    "default_of",
    "parameter_of",
    "split_path",
    "table_of",
]

HEAD_LOSSES = "head_losses"

PARTS: dict[str, dict[str, Entry]] = {
    "backbone": {},  # open: any name that timm knows
    "loss": LOSSES,
    "sampler": SAMPLERS,
    "label_policy": LABEL_POLICIES,
    "augmentation": AUGMENTATIONS,
    "optimizer": OPTIMIZERS,
    "schedule": SCHEDULES,
    "view": VIEWS,
    "head_weights": HEAD_WEIGHTS,
}

DEFAULT_PARTS = {
    "loss": "cross_entropy",
    "sampler": "shuffled",
    "label_policy": "official",
    "augmentation": "light",
    "optimizer": "adamw",
    "schedule": "cosine",
    "view": "whole",
    "head_weights": "equal",
}
"""What is used where a file does not name a part; `backbone` must be named."""


def split_path(path: str) -> tuple[str, str]:
    """Return the key that a dotted path begins with, and what follows.

    Example:
        >>> split_path("loss.focal.gamma"), split_path("head_losses.age.focal.gamma")
        (('loss', 'focal.gamma'), ('head_losses.age', 'focal.gamma'))
    """
    key, _, inside = path.partition(".")
    if key != HEAD_LOSSES:
        return key, inside
    head, _, inside = inside.partition(".")
    return f"{key}.{head}" if head else key, inside


def table_of(key: str) -> dict[str, Entry]:
    """Return what may be chosen under a key, `head_losses.<head>` included.

    Raises:
        KeyError: There is no such key, or its value is no name.
    """
    return LOSSES if key.startswith(f"{HEAD_LOSSES}.") else PARTS[key]


def parameter_of(path: str) -> Parameter | None:
    """Return what a dotted path inside an option says, or none where it is no such path.

    Example:
        >>> parameter_of("head_losses.age.focal.gamma").default, parameter_of("loss")
        (2.0, None)
    """
    key, inside = split_path(path)
    if key not in PARTS and not key.startswith(f"{HEAD_LOSSES}."):
        return None
    for name, entry in table_of(key).items():
        if inside.startswith(f"{name}."):
            return entry.parameters.get(inside.removeprefix(f"{name}."), entry.named)
    return None


def default_of(key: str) -> str:
    """Return what is used where a key of names is left out.

    Raises:
        KeyError: It has no default.
    """
    return DEFAULT_PARTS["loss" if key.startswith(f"{HEAD_LOSSES}.") else key]
