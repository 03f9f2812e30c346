"""Which backbones start from trained weights, settled once before a study's first trial."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from maskopt.cluster.jobs import run_job
from maskopt.errors import StudyError
from maskopt.report.console import show_note, show_warning
from maskopt.space import Option, Value
from maskopt.spec import StudySpec
from maskopt.sweep.backbones import (
    backbone_options,
    check_backbones,
    sizes_of,
    values_of,
    variants,
)

FIND_WEIGHTS = "maskopt.vision.weights:find_weights"
REMEDY = "give a local file (`weights:`) or run once where there is a network"


def wanted_weights(spec: StudySpec) -> list[dict[str, Any]]:
    """Return each backbone of the space that is to have weights, once for each local file."""
    return [
        {
            "name": str(option.name),
            "weights": file,
            "options": variants(option)[0],
        }
        for option in backbone_options(spec)
        for file in _files(option)
    ]


def _files(option: Option) -> list[Value]:
    """Return a backbone's local files; none where timm is asked; nothing for `weights: none`."""
    if "weights" not in option.parameters:
        return [None]
    return [file for file in values_of(option.parameters["weights"]) if file is not None]


def settle_scratch(spec: StudySpec, folder: Path) -> tuple[str, ...]:
    """Return the backbones that start from random weights, having said so once.

    What was settled before a study's first trial holds for all its life: a network that comes
    back later must not make later trials other than earlier ones. Ray must have been started.

    Args:
        spec: What the file says.
        folder: The study's own folder.

    Raises:
        StudyError: The file requires weights that cannot be had, or has a backbone that cannot
            take its options or an image size.
    """
    settled = folder / "weights.json"
    if settled.exists():
        return tuple(json.loads(settled.read_text())["scratch"])
    scratch = _find_scratch(spec)
    beside = settled.with_suffix(".tmp")
    beside.write_text(json.dumps({"scratch": scratch}, indent=2) + "\n")
    beside.replace(settled)
    return scratch


def _find_scratch(spec: StudySpec) -> tuple[str, ...]:
    check_backbones(spec)
    options = backbone_options(spec)
    if spec.pretrained == "none":
        return tuple(str(option.name) for option in options)
    unwanted = tuple(str(option.name) for option in options if not _files(option))
    wanted = wanted_weights(spec)
    if not wanted:
        return unwanted
    payload = {"backbones": wanted, "pretrained": spec.pretrained, "sizes": sizes_of(spec)}
    missing = judge_weights(spec.pretrained, run_job(FIND_WEIGHTS, payload))
    if missing and all(values_of(spec.space.domains["freeze_stages"])):
        stay = "stages that `space.freeze_stages` keeps from learning stay random"
        show_warning(f"{', '.join(missing)}: {stay}")
    return (*unwanted, *missing)


def judge_weights(pretrained: str, found: dict[str, Any]) -> tuple[str, ...]:
    """Return the backbones that start from random weights, having said so.

    Args:
        pretrained: What the file says: `auto` or `require`.
        found: By backbone: `source` (none where there is nothing), `reason`, and `error`, a
            mistake that would fail every trial.

    Raises:
        StudyError: Weights are required that cannot be had, or a backbone cannot be used.
    """
    mistakes = [f"{name}: {facts['error']}" for name, facts in found.items() if facts["error"]]
    if mistakes:
        raise StudyError("\n".join(mistakes))
    for name, facts in found.items():
        if facts["source"] is not None:
            show_note(f"{name}: weights from {facts['source']}")
    reasons: dict[str, list[str]] = {}
    for name, facts in found.items():
        if facts["source"] is None:
            reasons.setdefault(facts["reason"], []).append(name)
    lines = [
        f"no trained weights of {', '.join(names)} could be had: {reason}"
        for reason, names in reasons.items()
    ]
    if lines and pretrained == "require":
        raise StudyError("\n".join([*lines, f"`pretrained: require` refuses that; {REMEDY}"]))
    for line in lines:
        show_warning(f"{line}; they start from random weights. To change that, {REMEDY}")
    return tuple(name for names in reasons.values() for name in names)
