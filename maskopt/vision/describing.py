"""Any part of a training as plain values: its type, its numbers, and what it holds.

Nothing here knows a part by name, so that a new loss or a new way of mixing photos is described
without a line of code.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import partial
from math import isfinite
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

IS = "is"
"""Under this name stands what kind of thing a description is of."""

_MOST_NUMBERS = 24  # of an array, beyond which it is summed up
_MOST_DEPTH = 6
_OF_EVERY_MODULE = {*vars(nn.Module()), "training"}


def describe(thing: object, depth: int = 0) -> Any:
    """Return a thing as values that go to JSON.

    Of an object that is what it keeps, under the names that it keeps it by; of a partial function
    what it was given, of a closure what it closes over.

    Example:
        >>> describe({"rate": 0.123456789, "sizes": (1, 2)})
        {'rate': 0.123457, 'sizes': [1, 2]}
        >>> describe(nn.Dropout(0.5))
        {'is': 'Dropout', 'p': 0.5, 'inplace': False}
        >>> describe(torch.tensor([1.0, 3.0]))
        [1.0, 3.0]
    """
    if thing is None or isinstance(thing, bool | int | str):
        return thing
    if isinstance(thing, float):
        return rounded(thing)
    if isinstance(thing, Tensor):
        return _numbers(thing.detach().float().cpu().numpy())
    if isinstance(thing, np.ndarray | np.generic):
        return _numbers(np.asarray(thing))
    if isinstance(thing, torch.device | torch.dtype):
        return str(thing)
    if depth >= _MOST_DEPTH:
        return type(thing).__name__
    if isinstance(thing, Mapping):
        return {str(key): describe(each, depth + 1) for key, each in thing.items()}
    if isinstance(thing, list | tuple | set | frozenset | nn.ModuleList):
        return [describe(each, depth + 1) for each in thing]
    inside = {name: describe(each, depth + 1) for name, each in _kept(thing)}
    return {IS: _name(thing), **inside} if inside else _name(thing)


def rounded(value: float) -> float | str:
    """Return a number with six digits; nan and infinity, which JSON does not know, as text."""
    return float(f"{value:.6g}") if isfinite(value) else str(value)


def _numbers(array: np.ndarray[Any, Any]) -> Any:
    if array.dtype.kind not in "fiub":
        return {"shape": list(array.shape)}
    if array.size <= _MOST_NUMBERS:
        return describe(array.tolist())
    values = array.astype(np.float64)
    summed = {"mean": values.mean(), "least": values.min(), "most": values.max()}
    told = {name: rounded(float(value)) for name, value in summed.items()}
    return {"shape": list(array.shape), **told}


def _name(thing: object) -> str:
    if isinstance(thing, partial):
        return _name(thing.func)
    named = thing if inspect.isroutine(thing) or inspect.isclass(thing) else type(thing)
    return str(named.__qualname__).partition(".<locals>")[0]


def _kept(thing: object) -> Iterator[tuple[str, object]]:
    """Give what a thing keeps, by name."""
    if isinstance(thing, partial):
        yield from _given(thing)
    elif inspect.isfunction(thing):
        yield from inspect.getclosurevars(thing).nonlocals.items()
    elif isinstance(thing, nn.Module):
        own = {key: each for key, each in vars(thing).items() if key not in _OF_EVERY_MODULE}
        learned = dict(thing.named_parameters(recurse=False))
        derived = thing._non_persistent_buffers_set  # from what is told beside them
        buffers = dict(thing.named_buffers(recurse=False))
        kept = {key: each for key, each in buffers.items() if key not in derived}
        held = {**own, **learned, **kept}
        yield from _public({**held, **dict(thing.named_children())})
    elif is_dataclass(thing):
        yield from _public({each.name: getattr(thing, each.name) for each in fields(thing)})
    elif hasattr(thing, "get_transform_init_args"):  # albumentations' own way of telling
        yield from {**thing.get_transform_init_args(), "p": getattr(thing, "p", 1.0)}.items()
    elif hasattr(thing, "__dict__") and not inspect.isclass(thing):
        yield from _public(vars(thing))


def _given(function: partial[Any]) -> Iterator[tuple[str, object]]:
    plain = [each for each in function.args if isinstance(each, bool | int | float | str)]
    yield from ((str(place), each) for place, each in enumerate(plain))
    yield from function.keywords.items()


def _public(kept: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    for name, each in kept.items():
        yield name.lstrip("_"), each
