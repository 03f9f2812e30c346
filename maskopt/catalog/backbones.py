"""The backbones of the installed timm, read from its source: importing it takes seconds."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

_REGISTERED = re.compile(r"^@register_model\b[^\n]*\n(?:@[^\n]*\n)*def (\w+)\(", re.MULTILINE)
_DEPRECATIONS = re.compile(r"^register_model_deprecations\(__name__, \{(.*?)\}\)", re.M | re.S)
_BESIDE = re.compile(r"^from (?:\.|timm\.models\.)(\w+) import", re.MULTILINE)
_POPPED = re.compile(r"kwargs\.(?:pop|get|setdefault)\(\s*['\"](\w+)")
_RENAMED = re.compile(r"'([^']+)'\s*:\s*'([^']+)'")


@dataclass(frozen=True)
class Backbones:
    """What timm knows.

    Attributes:
        names: Every model's name, without tags.
        renamed: The present name, often with a tag, of names that timm has given up.
        files: By name, the module that registers a model.
    """

    names: frozenset[str]
    renamed: Mapping[str, str]
    files: Mapping[str, Path] = field(default_factory=dict)


@lru_cache(maxsize=1)
def installed_backbones() -> Backbones | None:
    """Return the backbones of the installed timm, or none if there is no timm here."""
    spec = find_spec("timm")
    if spec is None or not spec.submodule_search_locations:
        return None
    return read_backbones(Path(spec.submodule_search_locations[0]) / "models")


def read_backbones(folder: Path) -> Backbones | None:
    """Return the backbones that the modules of a folder register, or none if there are none."""
    files: dict[str, Path] = {}
    renamed: dict[str, str] = {}
    for file in sorted(folder.glob("*.py")):
        source = file.read_text(encoding="utf-8")
        files.update(dict.fromkeys(_REGISTERED.findall(source), file))
        for block in _DEPRECATIONS.findall(source):
            renamed.update(_RENAMED.findall(block))
    return Backbones(frozenset(files), renamed, files) if files else None


def plain_name(backbone: str) -> str:
    """Return a backbone's name without its tag.

    Example:
        >>> plain_name("resnet50.a1_in1k"), plain_name("resnet50")
        ('resnet50', 'resnet50')
    """
    return backbone.partition(".")[0]


@lru_cache(maxsize=64)
def keywords_of(backbone: str) -> frozenset[str] | None:
    """Return the keywords of all constructors where a backbone is made, or none if unknown.

    That is more than what this one takes: constructors of its module, of its layers, and of the
    modules that these come from.
    """
    known = installed_backbones()
    if known is None or plain_name(backbone) not in known.files:
        return None
    return _keywords(known.files[plain_name(backbone)])


def _keywords(file: Path) -> frozenset[str]:
    source = file.read_text(encoding="utf-8")
    beside = (file.parent / f"{module}.py" for module in _BESIDE.findall(source))
    found: set[str] = set()
    for each in {file, *(path for path in beside if path.is_file())}:
        text = each.read_text(encoding="utf-8")
        found.update(_POPPED.findall(text))
        if each == file or not each.name.startswith("_"):
            found.update(_constructor_arguments(text))
    return frozenset(found - {"self"})


def _constructor_arguments(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef) and node.name == "__init__":
            yield from (each.arg for each in (*node.args.args, *node.args.kwonlyargs))
