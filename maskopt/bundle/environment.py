"""Versions of what predictions depend on."""

from __future__ import annotations

from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from platform import python_version

_PACKAGES = ("maskopt", "torch", "timm", "numpy", "opencv-python-headless", "pillow")


def versions() -> dict[str, str]:
    """Return the versions of Python and of what predictions depend on; nothing is imported."""
    found = {"python": python_version()}
    for name in _PACKAGES:
        with suppress(PackageNotFoundError):  # built from source, or under another name
            found[name] = version(name)
    return found
