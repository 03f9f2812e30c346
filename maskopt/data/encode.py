"""Pixels become a file that gives back the same pixels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image


def write_png(file: Path, pixels: NDArray[np.uint8]) -> None:
    """Write RGB pixels, [height, width, 3], without loss."""
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(file, "PNG")
