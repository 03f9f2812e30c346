"""Whether the backbones of a space can take its image sizes, and their own options."""

from __future__ import annotations

from typing import Any

from maskopt.cluster.jobs import run_job
from maskopt.errors import StudyError
from maskopt.space import Choice, Domain, Fixed, FloatRange, IntRange, Option, Value
from maskopt.spec import StudySpec

FIND_UNFIT = "maskopt.vision.sizes:find_unfit"
MOST_OF_A_RANGE = 17
"""Values of a range that are tried: all of them, or so many from the least to the greatest."""
_OUR_OWN = ("weights", "mean", "std")


def check_backbones(spec: StudySpec) -> None:
    """Raise if a trial of a space would fail by its backbone; Ray must have been started.

    A worker builds each backbone for each image size, where only shapes are computed.

    Raises:
        StudyError: A backbone cannot take an image size or an option, or has fewer stages than
            are to be frozen; one line each.
    """
    backbones = [
        {"name": str(option.name), "options": each}
        for option in backbone_options(spec)
        for each in variants(option)
    ]
    stages = max(int(str(each)) for each in values_of(spec.space.domains["freeze_stages"]))
    payload = {"backbones": backbones, "sizes": sizes_of(spec), "freeze_stages": stages}
    complaints = run_job(FIND_UNFIT, payload)
    if complaints:
        raise StudyError("\n".join(complaints))


def sizes_of(spec: StudySpec) -> list[int]:
    """Return the image sizes of a space that are tried, the least first."""
    return sorted({int(str(size)) for size in values_of(spec.space.domains["image_size"])})


def backbone_options(spec: StudySpec) -> tuple[Option, ...]:
    """Return the backbones of a space."""
    domain = spec.space.domains["backbone"]
    assert isinstance(domain, Choice)
    return domain.options


def variants(option: Option) -> list[dict[str, Any]]:
    """Return what timm's constructor is given: the first values, then each other one by itself.

    Example:
        >>> window = Choice((Option(7), Option(8)))
        >>> variants(Option("swin", {"window_size": window, "drop_path_rate": Fixed(0.1)}))
        [{'window_size': 7, 'drop_path_rate': 0.1}, {'window_size': 8, 'drop_path_rate': 0.1}]
    """
    domains = {key: d for key, d in option.parameters.items() if key not in _OUR_OWN}
    values = {key: values_of(domain) for key, domain in domains.items()}
    first = {key: each[0] for key, each in values.items()}
    return [first, *({**first, key: v} for key, each in values.items() for v in each[1:])]


def values_of(domain: Domain) -> list[Value]:
    """Return the values of a domain, of a range those from the least to the greatest.

    Example:
        >>> values_of(IntRange(96, 224, step=32)), values_of(FloatRange(0.0, 0.4))
        ([96, 128, 160, 192, 224], [0.0, 0.4])
    """
    match domain:
        case Fixed(value):
            return [value]
        case Choice(options):
            return [option.name for option in options]
        case IntRange(low, high, _, step):
            grid = range(low, high + 1, step)
            last = len(grid) - 1
            picked = min(last, MOST_OF_A_RANGE - 1)
            return [grid[round(i * last / picked)] for i in range(picked + 1)] if picked else [low]
        case FloatRange(low, high):
            return [low, high]
    raise TypeError(f"`domain` must be a domain, got {domain!r}")
