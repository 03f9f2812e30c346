"""A bundle's folder is read with every check, the cheapest and most telling first."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from maskopt.bundle.document import DOCUMENT, EVIDENCE, FORMAT, digest_of
from maskopt.bundle.files import broken, misplaced
from maskopt.bundle.sense import nonsense, odd_views, unknown_views
from maskopt.bundle.shapes import BUNDLE, misshapen
from maskopt.bundle.swap import asides, heal
from maskopt.ensembles import Bundle
from maskopt.errors import BundleError, did_you_mean

_SHOWN = 20  # problems told; a mangled file may have hundreds
_REMEDY = "copy the bundle again from where it was made, or make it again"


def read_bundle(place: Path) -> Bundle:
    """Read a bundle and check all of it: form, sense, paths, and every file's bytes.

    A bundle that is replaced meanwhile is read anew, so that what is checked is one bundle.

    Args:
        place: The bundle's folder.

    Raises:
        BundleError: There is no bundle, or a newer one, or a broken one; all problems are told.
    """
    previous = None
    while True:
        heal(place)
        content = b""
        try:
            content = _content(place)
            return _checked(place, content)
        except RecursionError:
            raise _refusal(place, [f"{DOCUMENT}: is nested too deeply"]) from None
        except BundleError:
            if content == previous:  # nobody replaces it: it is as it seems
                raise
            previous = content


def read_evidence(place: Path, bundle: Bundle) -> dict[str, NDArray[Any]]:
    """Read the arrays that `seal` was given; none where it was given none.

    Args:
        place: The folder of a bundle that was read.
        bundle: The bundle: arrays named `probabilities/<attribute>` have its classes.

    Raises:
        BundleError: The arrays cannot be read or do not belong to the bundle.
    """
    file = place / EVIDENCE
    if not file.exists():
        return {}
    try:
        with np.load(file, allow_pickle=False) as kept:
            arrays = {name: kept[name] for name in kept.files}
    except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
        raise _refusal(place, [f"{EVIDENCE}: cannot be read: {error}"]) from None
    lines = misfits(bundle, arrays)
    if lines:
        raise _refusal(place, lines)
    return arrays


def misfits(bundle: Bundle, arrays: Mapping[str, NDArray[Any]]) -> list[str]:
    """Tell each array of evidence that has not the bundle's classes."""
    classes = {f"probabilities/{each.name}": len(each.classes) for each in bundle.attributes}
    return [
        f"{EVIDENCE}: {name!r} has the shape {arrays[name].shape}, wanted (photos, {count})"
        for name, count in classes.items()
        if name in arrays and (arrays[name].ndim != 2 or arrays[name].shape[1] != count)
    ]


def is_bundle(folder: Path) -> bool:
    """Tell whether a folder looks like a bundle, whatever its state."""
    try:
        return (folder / DOCUMENT).is_file()
    except OSError:  # a neighbour's that one may not look into
        return False


def _content(place: Path) -> bytes:
    try:
        return (place / DOCUMENT).read_bytes()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        raise BundleError(_no_bundle(place)) from None
    except OSError as error:
        raise BundleError(f"{place / DOCUMENT}: cannot be read: {error.strerror}") from None


def _no_bundle(place: Path) -> str:
    if place.is_dir():
        inside = sorted(each.name for each in place.glob("*.bundle") if is_bundle(each))
        hint = f"; did you mean {str(place / inside[0])!r}?" if inside else ""
        return f"{place}: is no bundle, {DOCUMENT} is missing{hint}"
    if place.exists():
        return f"{place}: is no bundle; a bundle is a folder that `maskopt export-best` made"
    if left := asides(place.absolute()):
        return f"{place}: an interrupted export left it as {left[0].name}: rename that to it"
    beside = place.parent.glob("*") if place.parent.is_dir() else ()
    hint = did_you_mean(place.name, (each.name for each in beside if is_bundle(each)))
    return f"{place}: there is no such folder{hint}"


def _checked(place: Path, content: bytes) -> Bundle:
    document = _parsed(place, content)
    lines = list(misshapen(document, BUNDLE))
    if lines:
        raise _refusal(place, [f"{DOCUMENT}: {line}" for line in lines])
    if unknown := unknown_views(document["members"]):
        raise BundleError("\n".join(f"{place}: {DOCUMENT}: {line}" for line in unknown))
    if lines := odd_views(document["members"]):
        raise _refusal(place, [f"{DOCUMENT}: {line}" for line in lines])
    bundle = Bundle.from_dict(document)
    lines = [*nonsense(bundle), *misplaced(place, bundle, document["files"])]
    if document["digest"] != digest_of(document):
        lines.append("was changed since it was written, its digest differs")
    if lines:
        raise _refusal(place, [f"{DOCUMENT}: {line}" for line in lines])
    lines = broken(place, document["files"])
    if lines:
        raise _refusal(place, lines)
    return bundle


def _parsed(place: Path, content: bytes) -> dict[str, Any]:
    try:
        document = json.loads(content)
    except ValueError as error:
        raise _refusal(place, [f"{DOCUMENT}: is no JSON: {error}"]) from None
    number = document.get("format") if isinstance(document, dict) else None
    if not isinstance(number, int) or isinstance(number, bool) or number < 1:
        raise _refusal(place, [f"{DOCUMENT}: a bundle begins with its format, a number from 1"])
    if number > FORMAT:
        raise BundleError(
            f"{place}: was written by a newer maskopt (format {number}; this one reads "
            f"{FORMAT}): update maskopt"
        )
    return dict(document)


def _refusal(place: Path, lines: Sequence[str]) -> BundleError:
    told = [f"{place}: {line}" for line in lines[:_SHOWN]]
    if len(lines) > _SHOWN:
        told.append(f"{place}: and {len(lines) - _SHOWN:,} more")
    return BundleError("\n".join([*told, f"{place}: is broken: {_REMEDY}"]))
