"""Which backbones and image sizes do not go together, found before a study's first trial.

Backbones are built on torch's meta device, where shapes are computed and nothing else, in some
tenths of a second each. Only what fails there is built and tried in earnest.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import torch

from maskopt.space import show_value
from maskopt.vision.backbones import build_backbone, check_name, count_features, is_made_for_a_size
from maskopt.vision.failures import TrainingError
from maskopt.vision.freezing import check_stages

STRIDE = 16
"""Pixels between the sizes that are tried where another one must be proposed."""
MOST_TRIED = 12
"""Sizes that are tried in each direction."""

Options = Mapping[str, Any]


def find_unfit(payload: Mapping[str, Any]) -> list[str]:
    """Return a complaint for everything that would fail every trial that has it.

    Args:
        payload: `backbones`: a list of `{"name", "options"}`, options being values by name;
            `sizes`: all image sizes, in pixels; `freeze_stages`: the most stages of a backbone
            that are not to learn.
    """
    found: list[str] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of timm and torch: a trial's own log has them
        for each in payload["backbones"]:
            told = list(_complaints(each["name"], each["options"], payload["sizes"]))
            found += told or _too_short(each["name"], each["options"], payload)
    return list(dict.fromkeys(found))


def _complaints(name: str, options: Options, sizes: Sequence[int]) -> Iterator[str]:
    try:
        check_name(name)
    except TrainingError as error:
        yield str(error)
        return
    failures = _failures(name, options, sizes)
    if not failures:
        return
    first = next(iter(failures.values()))
    if isinstance(first.__cause__, TypeError | None):
        yield str(first)  # whatever the size
    elif options and len(failures) == len(sizes) > len(_failures(name, {}, sizes)):
        yield f"backbone {name} cannot be built{_told(options)}{_reason(first)}"
    else:
        pixels = ", ".join(map(str, failures))
        message = f"backbone {name}{_told(options)} cannot take images of {pixels} px"
        yield f"{message}{_reason(first)}; {_remedy(name, options, list(failures))}"


def _too_short(name: str, options: Options, payload: Mapping[str, Any]) -> Iterator[str]:
    """Complain where a backbone, which can be built, has fewer stages than are to be frozen."""
    stages, size = payload.get("freeze_stages", 0), payload["sizes"][0]
    if stages:
        try:
            with torch.device("meta"):
                check_stages(build_backbone(name, size, options), stages, name)
        except TrainingError as error:
            yield str(error)


def _told(options: Options) -> str:
    told = ", ".join(f"{k} {show_value(v)}" for k, v in options.items() if v is not None)
    return f" with {told}" if told else ""


def _reason(error: TrainingError) -> str:
    reason = str(error.__cause__).rstrip(".")
    return f" ({reason})" if reason else ""


def _failures(name: str, options: Options, sizes: Sequence[int]) -> dict[int, TrainingError]:
    """Return what a backbone raises, by image size."""
    failed = _try_all(name, options, sizes, "meta")
    return _try_all(name, options, list(failed), "cpu") if failed else {}


def _try_all(
    name: str, options: Options, sizes: Sequence[int], device: str
) -> dict[int, TrainingError]:
    failed: dict[int, TrainingError] = {}
    backbone = None
    for size in sizes:
        try:
            with torch.device(device):
                if backbone is None or is_made_for_a_size(name):
                    backbone = build_backbone(name, size, options)
                count_features(backbone, name, size, options)
        except TrainingError as error:
            failed[size] = error
    return failed


def _remedy(name: str, options: Options, sizes: Sequence[int]) -> str:
    size, pixels = sizes[0], ", ".join(map(str, sizes))
    near = [each for each in _nearest(name, options, size) if each is not None]
    out = f"take {pixels} out of `space.image_size`, or the backbone out of `space.backbone`"
    if not near:
        return out
    taken = " and ".join(map(str, near))
    return f"of multiples of {STRIDE} it takes {taken} px, the nearest to {size}; {out}"


def _nearest(name: str, options: Options, size: int) -> tuple[int | None, int | None]:
    """Return the nearest multiples of the stride, below and above, that a backbone takes."""
    below = range((size - 1) // STRIDE * STRIDE, 0, -STRIDE)
    above = range((size // STRIDE + 1) * STRIDE, 1025, STRIDE)
    return tuple(  # type: ignore[return-value]
        next((each for each in tried[:MOST_TRIED] if not _failures(name, options, [each])), None)
        for tried in (below, above)
    )
