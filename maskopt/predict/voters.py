"""What counts a bundle's vote, as this story sees it; torch is loaded when one is built.

Letters of shapes: B photos of a batch, S height and width in pixels, K networks of a member,
C classes of an attribute, F features.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from maskopt.bundle import read_bundle
from maskopt.catalog.views import Input
from maskopt.ensembles import Bundle
from maskopt.errors import BundleError

Floats = NDArray[np.float32]


class Voted(Protocol):
    """What a bundle says of a batch."""

    @property
    def probabilities(self) -> Mapping[str, Floats]:
        """By attribute, [B, C]."""

    @property
    def by_fold(self) -> Mapping[str, Floats]:
        """The vote of the k-th networks of all members, by attribute, [K, B, C]."""

    @property
    def features(self) -> Mapping[str, Floats]:
        """What the networks of each attribute's largest member saw, [K, B, F]."""


class Voter(Protocol):
    """Counts a bundle's vote."""

    @property
    def inputs(self) -> Sequence[Input]:
        """What it needs of photos."""

    def __call__(self, pixels: Mapping[Input, NDArray[np.uint8]], /) -> Voted:
        """Return what the bundle says of photos, given [B, S, S, 3] for each input."""


def load_voter(
    bundle: Bundle, folder: Path, *, details: bool = False, alone: bool = False
) -> Voter:
    """Build a bundle's networks, on the GPU if there is one.

    Args:
        bundle: What `read_bundle` gave.
        folder: Where it lies.
        details: Have the voter tell what each fold's networks say.
        alone: The process is a command of ours: it keeps the memory that a batch frees for the
            next one (MobileNetV2 predicts 1.7 times as fast on two cores); a guest in a program
            of other people leaves memory alone.

    Raises:
        BundleError: Weights do not fit what the bundle says of them, or it was replaced since it
            was read, as a running sweep does with its best one.
    """
    from maskopt.vision.memory import keep_freed_memory
    from maskopt.vision.voting import build_voter

    if alone:
        keep_freed_memory()
    voter = build_voter(bundle, folder, details=details)
    now = read_bundle(folder)
    if (now.members, now.ensembles, now.photos) != (
        bundle.members,
        bundle.ensembles,
        bundle.photos,
    ):
        raise BundleError(f"{folder}: was replaced by another while it was read; type it again")
    return voter


def plain_facts(bundle: Bundle, name: str) -> dict[str, Any]:
    """Return what a bundle tells by names, `scores` or `versions`; nothing where it tells none."""
    found = bundle.facts.get(name)
    return dict(found) if isinstance(found, Mapping) else {}
