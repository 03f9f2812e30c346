"""One photo's file becomes pixels: RGB, upright, eight bits, and square.

Whatever looks at photos (cache, prediction) reads them here, so that all see the same pixels.
"""

from __future__ import annotations

import io
import warnings
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

# Pillow warns of EXIF data that it cannot read in photos that it shows all the same.
warnings.filterwarnings("ignore", module=r"PIL\.")

Pixels = NDArray[np.uint8]

UPRIGHT = "upright as its EXIF data says, in RGB, transparent parts on white"
PREPROCESSING = (
    f"the whole photo, {UPRIGHT}, resized "
    "to S x S pixels: a JPEG whose shorter side has 2, 4 or 8 times S or more is read at a half, "
    "a quarter or an eighth of its size, the smallest of them (libjpeg's scaling, OpenCV's "
    "IMREAD_REDUCED_COLOR_2, _4, _8), then resized by OpenCV's INTER_AREA, or by INTER_LINEAR "
    "where the shorter side has fewer than S"
)
"""What `read_image` does, for who does the same without maskopt: S is its `size`."""

_BACKGROUND = (255, 255, 255)  # what viewers show behind transparent pixels
_REDUCED = {
    1: cv2.IMREAD_COLOR,
    2: cv2.IMREAD_REDUCED_COLOR_2,
    4: cv2.IMREAD_REDUCED_COLOR_4,
    8: cv2.IMREAD_REDUCED_COLOR_8,
}


class BrokenPhotoError(Exception):
    """A file cannot be decoded; the text is a phrase: `is truncated`, `is no image`."""


def read_image(file: str | Path, size: int) -> Pixels:
    """Read a photo and resize the whole of it to a square.

    Turned as its EXIF data says, transparent parts on white, 16 bits cut to 8, CMYK converted.
    Pixels are averaged over areas where the photo shrinks, interpolated where it grows; large
    JPEGs are read at a half, a quarter or an eighth. `PREPROCESSING` says it exactly.

    Args:
        file: The photo: JPEG, PNG, WebP, BMP, or what else Pillow reads.
        size: Height and width wanted, in pixels.

    Returns:
        RGB, [size, size, 3].

    Raises:
        BrokenPhotoError: The file is empty, truncated, broken, too large, or no image.
        OSError: The file cannot be read.
    """
    return decode_image(Path(file).read_bytes(), size)


def decode_image(content: bytes, size: int) -> Pixels:
    """Do what `read_image` does with a file's bytes."""
    return to_square(decode_pixels(content, size), size)


def to_square(pixels: Pixels, size: int) -> Pixels:
    """Resize RGB pixels, [height, width, 3], to [size, size, 3], whatever their shape."""
    height, width = pixels.shape[:2]
    if (height, width) == (size, size):
        return pixels
    shrinks = min(height, width) >= size
    resized = cv2.resize(
        pixels, (size, size), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    )
    return np.asarray(resized, dtype=np.uint8)


def decode_pixels(content: bytes, size: int | None = None) -> Pixels:
    """Return RGB pixels, [height, width, 3], upright.

    Args:
        content: A file's bytes.
        size: At least so high and wide they are, where the photo is; none reads all there are.

    Raises:
        BrokenPhotoError: As `read_image`.
    """
    if not content:
        raise BrokenPhotoError("is empty")
    try:
        with Image.open(io.BytesIO(content)) as image:
            if image.format in ("JPEG", "MPO") and image.mode in ("RGB", "L"):
                fast = _decode_jpeg(content, min(image.size) // size if size else 1)
                if fast is not None:
                    return fast
            return _to_rgb(image)
    except UnidentifiedImageError:
        raise BrokenPhotoError("is no image") from None
    except Image.DecompressionBombError:
        most = 2 * (Image.MAX_IMAGE_PIXELS or 0) // 10**6
        raise BrokenPhotoError(f"is too large: more than {most} million pixels") from None
    except MemoryError:
        raise
    except Exception as error:  # decoders raise whatever broken bytes lead them to
        cut = "truncated" in str(error).lower() or isinstance(error, EOFError)
        raise BrokenPhotoError("is truncated" if cut else f"is broken: {error}") from None


def _decode_jpeg(content: bytes, times_too_large: int) -> Pixels | None:
    """Decode at a half, a quarter or an eighth where that is enough; none without an end mark.

    OpenCV is half as fast again as Pillow here, with the same pixels, but shows a truncated photo
    as grey instead of complaining.
    """
    if b"\xff\xd9" not in content[-64:]:
        return None
    factor = next((factor for factor in (8, 4, 2) if factor <= times_too_large), 1)
    pixels = cv2.imdecode(np.frombuffer(content, dtype=np.uint8), _REDUCED[factor])
    return None if pixels is None else np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB))


def _to_rgb(image: Image.Image) -> Pixels:
    image.load()
    upright = ImageOps.exif_transpose(image)
    if upright.mode.startswith("I"):
        grey = (np.asarray(upright).clip(0, 65535) >> 8).astype(np.uint8)
        return np.repeat(grey[:, :, None], 3, axis=2)
    if upright.has_transparency_data:
        behind = Image.new("RGBA", upright.size, (*_BACKGROUND, 255))
        upright = Image.alpha_composite(behind, upright.convert("RGBA"))
    return np.array(upright.convert("RGB"))
