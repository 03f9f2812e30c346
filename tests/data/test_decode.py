from __future__ import annotations

import io
import struct
import subprocess
import sys

import cv2
import numpy as np
import pytest
from PIL import Image

from maskopt.data.decode import BrokenPhotoError, decode_image

RED, GREEN, BLUE, GREY = (255, 0, 0), (0, 255, 0), (0, 0, 255), (128, 128, 128)


def encode(image: Image.Image, kind: str, **options) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def quarters(size: int = 64) -> Image.Image:
    """Red and green above, blue and grey below."""
    image = Image.new("RGB", (size, size))
    half = size // 2
    for index, colour in enumerate((RED, GREEN, BLUE, GREY)):
        image.paste(colour, (index % 2 * half, index // 2 * half, size, size))
    return image


def corners(pixels: np.ndarray) -> list[tuple[int, ...]]:
    """Return the colours amid the four quarters: above left, above right, below left and right."""
    near, far = pixels.shape[0] // 4, pixels.shape[0] * 3 // 4
    return [tuple(pixels[y, x].tolist()) for y in (near, far) for x in (near, far)]


def close(found, wanted, by: int = 6) -> bool:
    return bool(np.abs(np.subtract(found, wanted)).max() <= by)


@pytest.mark.parametrize("size", [8, 32, 64, 100])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "BMP", "WEBP"])
def test_photos_become_squares_of_red_green_and_blue(kind, size):
    pixels = decode_image(encode(quarters(), kind), size)
    assert (pixels.shape, pixels.dtype) == ((size, size, 3), np.uint8)
    assert close(corners(pixels), [RED, GREEN, BLUE, GREY], by=12)


def test_the_whole_photo_is_squeezed_into_the_square():
    wide = Image.new("RGB", (200, 50), RED)
    wide.paste(GREEN, (100, 0, 200, 25))
    wide.paste(BLUE, (0, 25, 100, 50))
    wide.paste(GREY, (100, 25, 200, 50))
    assert close(corners(decode_image(encode(wide, "PNG"), 16)), [RED, GREEN, BLUE, GREY], by=0)


@pytest.mark.parametrize(
    ("size", "factor"),
    [(20, 8), (38, 4), (75, 4), (76, 2), (150, 2), (151, 1), (300, 1), (301, 1)],
)
def test_a_large_jpeg_is_read_at_a_part_of_its_size_as_the_words_for_others_say(size, factor):
    noise = np.random.default_rng(0).integers(0, 256, (300, 400, 3), dtype=np.uint8)
    content = encode(Image.fromarray(noise), "JPEG")
    image = Image.open(io.BytesIO(content))
    image.draft("RGB", (400 // factor, 300 // factor))
    how = cv2.INTER_AREA if size <= 300 else cv2.INTER_LINEAR
    wanted = cv2.resize(np.array(image), (size, size), interpolation=how)
    assert np.array_equal(decode_image(content, size), wanted)


def test_shrinking_averages_areas():
    chess = np.indices((64, 64)).sum(axis=0) % 2 * 255
    image = Image.fromarray(np.repeat(chess[:, :, None], 3, axis=2).astype(np.uint8))
    assert np.ptp(decode_image(encode(image, "PNG"), 16)) <= 1


@pytest.mark.parametrize("size", [8, 16, 31, 32, 33, 64, 128, 256])
def test_jpegs_decoded_small_look_like_jpegs_decoded_whole(size):
    chance = np.random.default_rng(0).integers(0, 256, (10, 8, 3), dtype=np.uint8)
    smooth = cv2.resize(chance, (192, 256), interpolation=cv2.INTER_CUBIC)
    content = encode(Image.fromarray(smooth), "JPEG", quality=95)
    whole = cv2.cvtColor(
        cv2.imdecode(np.frombuffer(content, dtype=np.uint8), cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB
    )
    grow = cv2.INTER_AREA if size <= 192 else cv2.INTER_LINEAR
    wanted = cv2.resize(whole, (size, size), interpolation=grow)
    difference = np.abs(decode_image(content, size).astype(int) - wanted)
    assert difference.mean() < 2


def turned(image: Image.Image, orientation: int) -> dict[str, bytes]:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return {"exif": exif.tobytes()}


@pytest.mark.parametrize("size", [8, 64], ids=["reduced", "whole"])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize(
    ("orientation", "wanted"),
    [
        (1, [RED, GREEN, BLUE, GREY]),
        (2, [GREEN, RED, GREY, BLUE]),
        (3, [GREY, BLUE, GREEN, RED]),
        (4, [BLUE, GREY, RED, GREEN]),
        (5, [RED, BLUE, GREEN, GREY]),
        (6, [BLUE, RED, GREY, GREEN]),
        (7, [GREY, GREEN, BLUE, RED]),
        (8, [GREEN, GREY, RED, BLUE]),
    ],
)
def test_photos_stand_upright_as_their_exif_data_says(kind, orientation, wanted, size):
    image = quarters()
    content = encode(image, kind, **turned(image, orientation))
    assert close(corners(decode_image(content, size)), wanted, by=12)


@pytest.mark.parametrize(
    ("mode", "kind", "colour"),
    [
        ("L", "JPEG", GREY),
        ("L", "PNG", GREY),
        ("1", "PNG", (255, 255, 255)),
        ("CMYK", "JPEG", RED),
        ("P", "PNG", RED),
        ("RGBA", "PNG", RED),
        ("LA", "PNG", GREY),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_kind_of_colour_becomes_red_green_and_blue(mode, kind, colour):
    content = encode(Image.new("RGB", (32, 32), colour).convert(mode), kind)
    pixels = decode_image(content, 16)
    assert pixels.shape == (16, 16, 3)
    assert close(pixels, colour)


def test_transparent_parts_are_white():
    image = Image.new("RGBA", (32, 32), (*RED, 0))
    image.paste((*BLUE, 255), (0, 0, 16, 32))
    assert corners(decode_image(encode(image, "PNG"), 32)) == [BLUE, (255, 255, 255)] * 2


def test_transparent_palettes_are_white():
    image = Image.new("P", (32, 32), 1)
    image.putpalette([0, 0, 255, 255, 0, 0])
    image.paste(0, (0, 0, 16, 32))
    content = encode(image, "PNG", transparency=1)
    assert corners(decode_image(content, 32)) == [BLUE, (255, 255, 255)] * 2


@pytest.mark.parametrize("shape", [(32, 32), (32, 32, 3)], ids=["grey", "colour"])
def test_sixteen_bits_are_cut_to_eight(shape):
    _, content = cv2.imencode(".png", np.full(shape, 0x80FF, dtype=np.uint16))
    assert np.unique(decode_image(content.tobytes(), 16)).tolist() == [0x80]


def test_a_photo_of_the_size_wanted_is_left_as_it_is():
    chance = np.random.default_rng(0).integers(0, 256, (24, 24, 3), dtype=np.uint8)
    content = encode(Image.fromarray(chance), "PNG")
    assert (decode_image(content, 24) == chance).all()


def test_a_photo_of_one_pixel_can_be_read():
    assert np.unique(decode_image(encode(Image.new("RGB", (1, 1), GREY), "PNG"), 8)) == [128]


def cut(kind: str, share: float, **options) -> bytes:
    content = encode(Image.effect_noise((64, 64), 90).convert("RGB"), kind, **options)
    return content[: int(len(content) * share)]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"not a photo", "is no image"),
        (cut("JPEG", 0.01), "is truncated"),
        (cut("JPEG", 0.5), "is truncated"),
        (cut("JPEG", 0.999), "is truncated"),
        (cut("JPEG", 0.9, comment=b"an end mark \xff\xd9 of a thumbnail"), "is truncated"),
        (cut("PNG", 0.5), "is truncated"),
    ],
    ids=[
        "empty",
        "text",
        "jpeg's head",
        "half a jpeg",
        "nearly a jpeg",
        "thumbnail",
        "half a png",
    ],
)
def test_what_cannot_be_decoded_is_said(content, message):
    with pytest.raises(BrokenPhotoError) as error:
        decode_image(content, 16)
    assert str(error.value) == message


def exif(*entries: tuple[int, int, int, int]) -> bytes:
    """Return EXIF data of one folder of tags: number, type, count and value or place each."""
    tags = b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return b"Exif\0\0II*\0" + struct.pack("<IH", 8, len(entries)) + tags + bytes(4)


def test_exif_data_that_break_the_decoder_are_said():
    turned, width = (0x0112, 3, 1, 6), (0x0100, 2, 3, int.from_bytes(b"66", "little"))
    content = encode(Image.new("CMYK", (8, 8)), "JPEG", exif=exif(turned, width))
    with pytest.raises(BrokenPhotoError) as error:
        decode_image(content, 8)  # struct.error, out of Pillow
    assert str(error.value) == "is broken: required argument is not an integer"


def test_photos_of_more_pixels_than_pillow_opens_are_said():
    head = b"BM" + struct.pack("<IIIIiiHHIIIIII", 54, 0, 54, 40, 20_000, 10_000, 1, 24, *[0] * 6)
    with pytest.raises(BrokenPhotoError) as error:
        decode_image(head, 8)
    assert str(error.value) == "is too large: more than 178 million pixels"


def test_a_photo_whose_exif_data_end_early_is_shown_without_a_word(tmp_path):
    content = encode(quarters(), "JPEG", exif=exif((0x010E, 2, 500, 5000)))
    (tmp_path / "a.jpg").write_bytes(content)
    script = "import sys; from maskopt.data.decode import read_image; read_image(sys.argv[1], 8)"
    command = [sys.executable, "-c", script, str(tmp_path / "a.jpg")]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
