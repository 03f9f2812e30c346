"""The family of a backbone: what shares an architecture, and mostly its settings."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import zip_longest

from maskopt.catalog.backbones import plain_name

_FAMILIES = (
    (r"(test_[a-z]+)\w*", r"\1"),  # timm's tiny models are made for tests: each kind is its own
    (r"\w*resnext\w*", "resnext"),
    (r"resnetv2\w*", "resnetv2"),
    (r"res2net\w*", "res2net"),
    (r"\w*resnet\w*", "resnet"),
    (r"inception_next\w*", "inception_next"),
    (r"convnext\w*", "convnext"),
    (r"efficientnetv2\w*", "efficientnetv2"),
    (r"efficientnet\w*", "efficientnet"),
    (r"mobilenetv(\d)\w*", r"mobilenetv\1"),
    (r"regnet[a-z]?_?\w*", "regnet"),
    (r"(vit|deit3?|flexivit|naflexvit)_\w*", "vit"),
    (r"swin(v2)?_\w*", "swin"),
    (r"beit(v2)?_\w*", "beit"),
    (r"eva(02)?_\w*", "eva"),
    (r"densenet\w*", "densenet"),
    (r"vgg\w*", "vgg"),
    (r"\w*darknet\w*", "darknet"),
)
"""Patterns of whole names, without tag and without `tf_`; the first that fits decides."""


def family(backbone: str) -> str:
    """Return the family of a timm name, tag or none; names that are not known form their own.

    Example:
        >>> [family(name) for name in ("resnet50.a1_in1k", "seresnext50_32x4d", "resnet34")]
        ['resnet', 'resnext', 'resnet']
        >>> [family(name) for name in ("tf_efficientnetv2_s", "test_efficientnet", "xcit_nano_12")]
        ['efficientnetv2', 'test_efficientnet', 'xcit']
    """
    name = plain_name(backbone.rpartition("/")[2]).lower().removeprefix("tf_")
    for pattern, found in _FAMILIES:
        if match := re.fullmatch(pattern, name):
            return match.expand(found)
    letters = re.match(r"[a-z]+", name)
    return letters.group() if letters else name


_KINDS = {
    **dict.fromkeys(("resnet", "resnext", "resnetv2", "res2net", "resnest", "regnet"), "residual"),
    **dict.fromkeys(("densenet", "vgg", "darknet", "inception", "xception"), "plain"),
    **dict.fromkeys(("efficientnet", "efficientnetv2", "mnasnet", "mixnet"), "mobile"),
    **dict.fromkeys((f"mobilenetv{version}" for version in range(1, 6)), "mobile"),
    **dict.fromkeys(("convnext", "inception_next", "convformer"), "modern"),
    **dict.fromkeys(("vit", "swin", "beit", "eva", "cait", "xcit", "davit"), "attention"),
}
"""What families have in common; one that does not stand here is its own kind."""


def most_different(families: Iterable[str]) -> list[str]:
    """Return families in turns of their kinds, so that the first few differ most.

    Example:
        >>> most_different(["resnet", "resnext", "vit", "swin", "vgg"])
        ['resnet', 'vit', 'vgg', 'resnext', 'swin']
    """
    kinds: dict[str, list[str]] = {}
    for name in dict.fromkeys(families):
        kinds.setdefault(_KINDS.get(name, name), []).append(name)
    rounds = zip_longest(*kinds.values())
    return [name for each in rounds for name in each if name is not None]
