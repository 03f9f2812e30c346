"""maskopt: hyperparameter sweeps and AutoML for image classification."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from os import PathLike

    from maskopt.predict.loaded import LoadedBundle

__version__ = "0.1.0"


def load_bundle(place: str | PathLike[str]) -> LoadedBundle:
    """Load what `maskopt export-best` made, ready to predict photos.

    Neither Ray nor Optuna is imported; torch is, when this is called.

    Args:
        place: The bundle's folder.

    Raises:
        maskopt.errors.BundleError: There is no bundle, or it is broken or of a newer maskopt.

    Example:
        import maskopt
        bundle = maskopt.load_bundle("people.bundle")
        table = bundle.predict("photos/")    # path, age, age:young, age:middle, age:senior
    """
    from pathlib import Path

    from maskopt.predict.loaded import load

    return load(Path(place))
