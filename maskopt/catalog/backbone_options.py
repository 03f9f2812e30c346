"""What an option of `backbone` may carry; its name is any of timm's.

`weights`, `mean` and `std` are ours; everything else goes to timm's constructor of that model. The
parameters that stand here have their rule; of others only the name is checked by reading timm's
source, and the rest by building the backbone before a study's first trial.
"""

from __future__ import annotations

from collections.abc import Collection

from maskopt.catalog import Parameter
from maskopt.errors import did_you_mean

BACKBONE_PARAMETERS = {
    "weights": Parameter(
        "path",
        None,
        optional=True,
        help="a local weights file (safetensors or pth); none starts from random weights",
        when="the machine has no network, or the same architecture was trained elsewhere",
    ),
    "pad_type": Parameter(
        "text",
        None,
        names=("same",),
        optional=True,
        help="TensorFlow's padding",
        when="weights from TensorFlow under a name that does not begin with tf_",
    ),
    "mean": Parameter(
        "numbers",
        None,
        0.0,
        1.0,
        optional=True,
        help="what is subtracted from pixels in [0, 1]",
        when="the weights were trained with other numbers than timm says",
    ),
    "std": Parameter(
        "numbers",
        None,
        1e-3,
        10.0,
        optional=True,
        help="what pixels are divided by then",
        when="the weights were trained with other numbers than timm says",
    ),
    "drop_path_rate": Parameter(
        "number",
        None,
        0.0,
        0.9,
        optional=True,
        help="share of residual branches left out in training (stochastic depth)",
        when="a deep backbone learns the training photos by heart",
    ),
    "attn_drop_rate": Parameter(
        "number",
        None,
        0.0,
        0.9,
        optional=True,
        help="share of attention left out",
        when="a large transformer on few photos",
    ),
    "proj_drop_rate": Parameter(
        "number",
        None,
        0.0,
        0.9,
        optional=True,
        help="dropout within a transformer's blocks",
        when="a large transformer on few photos",
    ),
}

BACKBONE_NAMED = Parameter(
    "plain", None, optional=True, help="a keyword of timm's constructor of this model"
)
"""What stands under a name that is none of these, such as `window_size` of a Swin."""

_OWNED = {
    "img_size": "write `space.image_size`",
    "num_classes": "the study's heads say that",
    "in_chans": "photos have three colours",
    "pretrained": "write `pretrained: none`, or `weights: none` for one backbone",
    "checkpoint_path": "write `weights`",
    "pretrained_cfg": "write `weights`, `mean` and `std`",
    "device": "the sweep says that",
    "dtype": "the number format is chosen by the device",
}
"""Keywords of timm's that the program itself sets, and what to write instead."""


def refuse_keyword(backbone: str, key: str, keywords: Collection[str] | None) -> str:
    """Return why an option of a backbone cannot take a keyword; nothing where it may.

    Args:
        backbone: Its name in the file.
        key: None of `BACKBONE_PARAMETERS`.
        keywords: What constructors of its kind take; none where that is not known.

    Example:
        >>> refuse_keyword("resnet18", "weight", {"stem_type"})
        "`space.backbone`: 'resnet18' has no parameter 'weight'; did you mean 'weights'?"
    """
    where = f"`space.backbone`: {backbone!r}"
    if key in _OWNED:
        return f"{where} cannot be given {key!r}: {_OWNED[key]}"
    if keywords is None or key in keywords:
        return ""
    known = sorted({*BACKBONE_PARAMETERS, *keywords} - {*_OWNED})
    hint = did_you_mean(key, known) or f"; timm's constructors of its kind take {', '.join(known)}"
    return f"{where} has no parameter {key!r}{hint}"
