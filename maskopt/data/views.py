"""A photo's file becomes what a network sees of it: the builders of the catalog's views.

Letters of shapes: S height and width in pixels.

Each builder takes a file's bytes, S, and the photo's path in its folder.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from maskopt.catalog import load
from maskopt.catalog.views import MIXED, VIEWS, WHOLE, View
from maskopt.data.backgrounds import CUT, foreground
from maskopt.data.decode import (
    PREPROCESSING,
    UPRIGHT,
    Pixels,
    decode_image,
    decode_pixels,
    to_square,
)
from maskopt.data.faces import FACE_DETECTOR, Box, find_face

GREY = 128
_CUT_SIDE = 128  # pixels that are enough to find a background
_RESIZED = (
    "resized to S x S pixels by OpenCV's INTER_AREA, or by INTER_LINEAR where its shorter side "
    "has fewer than S"
)


class Seen(NamedTuple):
    """What a network sees of a photo.

    Attributes:
        pixels: RGB, [S, S, 3].
        failed: Whether the view did not find what it looks for, and fell back on something else.
    """

    pixels: Pixels
    failed: bool = False


def see_file(file: str | Path, side: int, view: View, path: str) -> Seen:
    """Read a photo and return what a view shows of it.

    Args:
        file: The photo.
        side: S.
        view: What is seen.
        path: The photo's path in its folder, by which `mixed` chooses.

    Raises:
        BrokenPhotoError: As `read_image`.
        OSError: The file cannot be read.
        DataError: A package is missing that the view needs.
    """
    return see(Path(file).read_bytes(), side, view, path)


def see(content: bytes, side: int, view: View, path: str = "") -> Seen:
    """Do what `see_file` does with a file's bytes."""
    seen: Seen = load(VIEWS[view.name].builder)(content, side, path, **dict(view.values))
    return seen


def whole(content: bytes, side: int, _: str, /) -> Seen:
    """Return the whole photo."""
    return Seen(decode_image(content, side))


def center(content: bytes, side: int, _: str, /, *, size: int) -> Seen:
    """Return the middle of a photo, `size` of its own pixels high and wide, or what there is."""
    return Seen(to_square(crop_centre(decode_pixels(content), size), side))


def face(content: bytes, side: int, _: str, /, *, margin: float) -> Seen:
    """Return a square around the largest face, or of the photo's centre where there is none."""
    pixels = decode_pixels(content)
    height, width = pixels.shape[:2]
    box = find_face(pixels)
    if box is None:
        return Seen(to_square(crop_centre(pixels, min(height, width)), side), failed=True)
    top, left, length = square_around(box, margin, height, width)
    return Seen(to_square(pixels[top : top + length, left : left + length], side))


def no_background(content: bytes, side: int, _: str, /) -> Seen:
    """Return the whole photo with grey instead of its background, if that is found."""
    pixels = decode_pixels(content, max(side, _CUT_SIDE))
    mask, image = foreground(pixels), to_square(pixels, side)
    if mask is None:
        return Seen(image, failed=True)
    shares = cv2.resize(mask, (side, side), interpolation=cv2.INTER_LINEAR)[:, :, None]
    return Seen(np.rint(shares * image + (1 - shares) * GREY).astype(np.uint8))


def mixed(content: bytes, side: int, path: str, /, *, view: str, originals: int) -> Seen:
    """Return a processed photo or a whole one, as its path has it."""
    processed = is_processed(path, originals)
    return see(content, side, View.of(view) if processed else WHOLE, path)


def is_processed(path: str, originals: int) -> bool:
    """Tell whether a photo is one of those that `mixed` processes, one in `originals` + 1.

    It depends on the photo's path alone, and not on which others there are.
    """
    digest = hashlib.blake2b(path.encode("utf-8", "surrogateescape"), digest_size=8).digest()
    return int.from_bytes(digest, "little") % (originals + 1) == 0


def crop_centre(pixels: Pixels, size: int) -> Pixels:
    """Return the middle of RGB pixels, `size` high and wide, or as much as there is."""
    height, width = pixels.shape[:2]
    top, left = max(0, (height - size) // 2), max(0, (width - size) // 2)
    return pixels[top : top + size, left : left + size]


def square_around(box: Box, margin: float, height: int, width: int) -> tuple[int, int, int]:
    """Return top, left and side of a square around a face, inside of a photo.

    Args:
        box: The face.
        margin: Added on each side, as a share of the face's longer side.
        height: Of the photo, in pixels.
        width: Of the photo, in pixels.

    Example:
        >>> square_around(Box(50, 40, 20, 16), 0.5, 100, 200)
        (20, 30, 40)
    """
    side = min(round(max(box.width, box.height) * (1 + 2 * margin)), height, width)
    top, left = round(box.y - side / 2), round(box.x - side / 2)
    return min(max(top, 0), height - side), min(max(left, 0), width - side), max(1, side)


def preprocessing(view: View) -> str:
    """Say what `see` does, for who does the same without maskopt: S is its `side`."""
    values = dict(view.values)
    if view.name == "center":
        size = values["size"]
        middle = f"its middle, {size} x {size} pixels or what there is of them"
        return f"the photo, {UPRIGHT}; {middle}, {_RESIZED}"
    if view.name == "face":
        return (
            f"the photo, {UPRIGHT}; of it a square around the largest face that {FACE_DETECTOR}, "
            f"finds: {1 + 2 * float(str(values['margin'])):g} times the longer side of its box, "
            "moved into the photo, and the largest square in the photo's centre where there is "
            f"none, {_RESIZED}"
        )
    if view.name == "no_background":
        return f"{PREPROCESSING}; background is grey ({GREY}), told by {CUT}"
    if view.name == MIXED:
        processed = View.of(str(values["view"]))
        return (
            f"one photo in {int(str(values['originals'])) + 1}, by a hash of its path: "
            f"{preprocessing(processed)}; the others: {PREPROCESSING}"
        )
    return PREPROCESSING
