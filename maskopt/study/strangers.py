"""Points that another program enqueued in a study: what of one lies outside of the space."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import isfinite
from typing import Any

from optuna.trial import FrozenTrial

from maskopt.space import Choice, Domain, SearchSpace
from maskopt.spec.members import contains

_FIXED_PARAMS = "fixed_params"
"""Optuna's name for what is enqueued, among a trial's system attributes."""


def strange_values(trial: FrozenTrial, space: SearchSpace) -> str | None:
    """Return why an enqueued trial cannot be trained, or none where it can.

    Optuna itself raises at a name that a choice lacks, takes a number outside of a range, and
    draws in the place of a path that it does not know; none of these is what was asked for.

    Args:
        trial: Waits, or has just begun; one that nobody enqueued has nothing strange.
        space: What is searched; conditional paths are known whatever is chosen.
    """
    domains = dict(_every(space.domains))
    strange = [
        f"{path} {value!r}"
        for path, value in trial.system_attrs.get(_FIXED_PARAMS, {}).items()
        if path not in domains or not _holds(domains[path], value)
    ]
    if not strange:
        return None
    are = "is" if len(strange) == 1 else "are"
    return f"enqueued by another program: {' and '.join(strange)} {are} not in the space"


def _every(domains: Mapping[str, Domain], below: str = "") -> Iterator[tuple[str, Domain]]:
    """Give each dotted path with its domain, those that hold one value only included."""
    for name, domain in domains.items():
        path = f"{below}{name}"
        yield path, domain
        if isinstance(domain, Choice):
            for option in domain.options:
                yield from _every(option.parameters, f"{path}.{option.name}.")


def _holds(domain: Domain, value: Any) -> bool:
    """Tell whether a value is one of a domain's; 32.0 is 32, and a list from JSON a tuple."""
    readings = [tuple(value) if isinstance(value, list) else value]
    if isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value):
        readings += [float(value), round(value)] if value == round(value) else []
    return any(contains(domain, each) for each in readings)
