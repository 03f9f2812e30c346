"""The plain fine-tune's backbone and photo size, taken from the search-space file."""

from __future__ import annotations

import argparse
import sys

from maskopt.errors import did_you_mean
from maskopt.space import Choice, Fixed, Option
from maskopt.spec import StudySpec


def finetune_options(spec: StudySpec, chosen: argparse.Namespace) -> list[str]:
    """Return options of `rivals.finetune`: what was typed, else what the file says.

    Args:
        spec: The study: its first backbone with its weights, and its largest photos, are taken.
        chosen: Has `backbone`, `image_size`, `head`, `epochs`, `lr`, `batch_size` and `seed`.
    """
    backbone = _backbone(spec, chosen.backbone)
    size = chosen.image_size or max(map(int, _values(spec, "image_size")))
    scratch = ["--scratch"] if spec.pretrained == "none" else _carried(backbone)
    return [
        *("--backbone", str(backbone.name), "--image-size", str(size), *scratch),
        *("--head", chosen.head, "--epochs", str(chosen.epochs), "--lr", str(chosen.lr)),
        *("--batch-size", str(chosen.batch_size), "--seed", str(chosen.seed)),
    ]


def _backbone(spec: StudySpec, name: str | None) -> Option:
    domain = spec.space.domains["backbone"]
    options = domain.options if isinstance(domain, Choice) else ()
    known = {str(option.name): option for option in options}
    if isinstance(domain, Fixed):
        known = {str(domain.value): Option(domain.value)}
    if name is None:
        return next(iter(known.values()))
    if name not in known:
        sys.exit(f"{spec.file}: has no backbone {name}{did_you_mean(name, known)}")
    return known[name]


def _carried(backbone: Option) -> list[str]:
    """Return what the file says of the backbone's weights, as options."""
    said = {k: d.value for k, d in backbone.parameters.items() if isinstance(d, Fixed)}
    texts: list[str] = []
    for key, option in (("weights", "--weights"), ("pad_type", "--pad-type")):
        texts += [option, str(said[key])] if said.get(key) is not None else []
    for key in ("mean", "std"):
        numbers = said.get(key)
        texts += [f"--{key}", *map(str, numbers)] if isinstance(numbers, tuple) else []
    return texts


def _values(spec: StudySpec, key: str) -> list[str]:
    domain = spec.space.domains[key]
    if isinstance(domain, Choice):
        return [str(option.name) for option in domain.options]
    return [str(domain.value if isinstance(domain, Fixed) else domain.high)]
