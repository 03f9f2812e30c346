"""A bundle's folder is closed: evidence, then every file's fingerprint, `bundle.json` last."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maskopt.bundle.document import DOCUMENT, EVIDENCE, build_document
from maskopt.bundle.files import fingerprint_files, flush_all, misplaced
from maskopt.bundle.reading import misfits
from maskopt.bundle.sense import nonsense
from maskopt.bundle.shapes import BUNDLE, misshapen
from maskopt.data.encode import write_png
from maskopt.ensembles import Bundle


def store_photo(pixels: NDArray[np.uint8], file: Path) -> None:
    """Write a photo's pixels, RGB [S, S, 3], as a PNG: without loss.

    Raises:
        ValueError: They are no such pixels.
    """
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3:
        raise ValueError(f"pixels must be uint8 [S, S, 3], got {pixels.dtype} {pixels.shape}")
    write_png(file, pixels)


def seal(folder: Path, bundle: Bundle, evidence: Mapping[str, NDArray[Any]]) -> None:
    """Write the evidence and, last, `bundle.json` with the fingerprint of every other file.

    Args:
        folder: Holds all other files already: weights, photos, the card with its pictures.
        bundle: What the bundle says of itself; nan in its facts becomes none.
        evidence: Arrays by name, what `predict --adapt` rehearses on: for an attribute
            `probabilities/<attribute>`, [N, C], and whatever belongs to it. May be empty.

    Raises:
        ValueError: The bundle could not be read again: its words contradict each other or name
            files that are not there, or an array holds objects.
    """
    if evidence:
        _write_arrays(folder / EVIDENCE, evidence)
    files = fingerprint_files(folder)
    document = build_document(bundle, files)
    wrong = list(misshapen(document, BUNDLE)) or [
        *nonsense(bundle),
        *misplaced(folder, bundle, files),
        *misfits(bundle, evidence),
    ]
    if wrong:
        raise ValueError("a bundle must be readable, got\n" + "\n".join(wrong))
    text = json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False)
    (folder / DOCUMENT).write_text(text + "\n", encoding="utf-8")
    flush_all(folder)


def _write_arrays(file: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    objects = [name for name, array in arrays.items() if array.dtype.hasobject]
    if objects:
        raise ValueError(f"arrays must hold plain values, got objects in {objects}")
    with file.open("wb") as stream:
        np.savez(stream, allow_pickle=False, **dict(arrays))
