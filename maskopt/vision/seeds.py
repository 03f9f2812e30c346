"""Chance has an address: every random number of a trial derives from its seed and a purpose."""

from __future__ import annotations

import hashlib

import numpy as np
import torch


def derive(seed: int, *purpose: str | int) -> int:
    """Return a seed in [0, 2**63) for one purpose of a trial.

    Example:
        >>> derive(7, "sampler", 1) == derive(7, "sampler", 1) != derive(7, "sampler", 2)
        True
    """
    text = "/".join(str(part) for part in (seed, *purpose))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 1


def generator(seed: int, *purpose: str | int) -> np.random.Generator:
    """Return numpy's generator for one purpose of a trial."""
    return np.random.default_rng(derive(seed, *purpose))


def seed_torch(seed: int, *purpose: str | int) -> None:
    """Set torch's global generators, of all devices, for one purpose of a trial.

    Done at the head of every epoch, so that what follows depends on nothing that ran before it:
    a resumed epoch draws the same dropout as one that was never interrupted.
    """
    torch.manual_seed(derive(seed, *purpose))
