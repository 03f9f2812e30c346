"""The backbones of the installed timm, read from its source: importing it takes seconds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

_REGISTERED = re.compile(r"^@register_model\b[^\n]*\n(?:@[^\n]*\n)*def (\w+)\(", re.MULTILINE)
_DEPRECATIONS = re.compile(r"^register_model_deprecations\(__name__, \{(.*?)\}\)", re.M | re.S)
_RENAMED = re.compile(r"'([^']+)'\s*:\s*'([^']+)'")


@dataclass(frozen=True)
class Backbones:
    """What timm knows.

    Attributes:
        names: Every model's name, without tags.
        renamed: The present name, often with a tag, of names that timm has given up.
    """

    names: frozenset[str]
    renamed: Mapping[str, str]


@lru_cache(maxsize=1)
def installed_backbones() -> Backbones | None:
    """Return the backbones of the installed timm, or none if there is no timm here."""
    spec = find_spec("timm")
    if spec is None or not spec.submodule_search_locations:
        return None
    return read_backbones(Path(spec.submodule_search_locations[0]) / "models")


def read_backbones(folder: Path) -> Backbones | None:
    """Return the backbones that the modules of a folder register, or none if there are none."""
    names: set[str] = set()
    renamed: dict[str, str] = {}
    for file in sorted(folder.glob("*.py")):
        source = file.read_text(encoding="utf-8")
        names.update(_REGISTERED.findall(source))
        for block in _DEPRECATIONS.findall(source):
            renamed.update(_RENAMED.findall(block))
    return Backbones(frozenset(names), renamed) if names else None


def plain_name(backbone: str) -> str:
    """Return a backbone's name without its tag.

    Example:
        >>> plain_name("resnet50.a1_in1k"), plain_name("resnet50")
        ('resnet50', 'resnet50')
    """
    return backbone.partition(".")[0]
