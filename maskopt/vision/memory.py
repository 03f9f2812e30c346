"""The C library's memory: kept between the steps of a trial, given back after it."""

from __future__ import annotations

import ctypes
import gc
from functools import cache

import torch

_TRIM_THRESHOLD, _MMAP_MAX = -1, -4  # mallopt's parameters in glibc
_NEVER = 2**31 - 1


@cache
def keep_freed_memory() -> bool:
    """Let glibc keep what a step frees, for the next step; return whether it does.

    By default it hands every block over 32 MiB back to the kernel, which clears it page by page
    before the next step may have it: MobileNetV2 at 128 px and batch 64 trained 3.3 times
    faster with its memory kept (59 -> 197 photos a second on two cores).
    """
    library = _glibc()
    if library is None:
        return False
    return bool(library.mallopt(_MMAP_MAX, 0) and library.mallopt(_TRIM_THRESHOLD, _NEVER))


def give_memory_back() -> None:
    """Return everything that is no longer used: to the kernel, and to the GPU."""
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    library = _glibc()
    if library is not None:
        library.malloc_trim(0)


@cache
def _glibc() -> ctypes.CDLL | None:
    try:
        library = ctypes.CDLL(None)
    except (OSError, TypeError):  # no C library to be had by that name: Windows
        return None
    known = hasattr(library, "mallopt") and hasattr(library, "gnu_get_libc_version")
    return library if known else None
