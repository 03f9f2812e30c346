"""Functions by name: what a worker runs is known to the driver as a string."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any, cast

from maskopt.catalog import load


def load_function(name: str) -> Callable[..., Any]:
    """Return the function that `module:function` or `path/to/file.py:function` names."""
    place, _, function = name.rpartition(":")
    if not place.endswith(".py"):
        return cast("Callable[..., Any]", load(name))
    spec = spec_from_file_location(Path(place).stem, place)
    if spec is None or spec.loader is None:
        raise ImportError(f"cannot load {place}")
    module = module_from_spec(spec)
    sys.modules.setdefault(spec.name, module)
    spec.loader.exec_module(module)
    return cast("Callable[..., Any]", getattr(module, function))
