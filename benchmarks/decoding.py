"""What the cache of decoded photos costs beside decoding itself, and what it saves afterwards.

    python benchmarks/decoding.py [--json] [--quick]

JPEGs of 384 x 512 are decoded and resized by as many threads as there are CPU cores, once thrown
away (the decoder's own speed) and once into a cache, side by side in each repeat. Then a hundredth
of the photos changes, and last a sweep starts on what is there.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from typing import Any

import cv2
import numpy as np

from maskopt.data.audit import audit
from maskopt.data.decode import read_image
from maskopt.data.images import build_images, core_count, count_undecoded, open_images
from maskopt.data.photos import PhotoTable
from maskopt.labels import Attribute, Head, LabelSpace
from maskopt.spec.model import DataSpec, FoldsSpec

HEIGHT, WIDTH = 384, 512
SIZES = (128, 224)  # the one is read at a half, the other in full
CLASSES = ("bare", "worn")
DRAWN = 256  # different photos; each is written many times under names of its own
CHUNK = 64  # photos that a thread takes at once
CHANGED = 100  # one photo in so many


def draw(seed: int) -> bytes:
    """Return a JPEG with smooth ground, sharp edges and some noise, about 53 kB of it."""
    chance = np.random.default_rng(seed)
    small = chance.integers(0, 256, (6, 8, 3), dtype=np.uint8)
    image = cv2.resize(small, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    for _ in range(12):
        x, y, radius = (int(n) for n in chance.integers(20, (WIDTH, HEIGHT, 90)))
        cv2.circle(image, (x, y), radius, [int(n) for n in chance.integers(0, 256, 3)], -1)
    noise = chance.normal(0, 6, image.shape)
    noisy = np.clip(image + noise, 0, 255).astype(np.uint8)
    _, content = cv2.imencode(".jpg", noisy, [cv2.IMWRITE_JPEG_QUALITY, 90])
    return content.tobytes()


def write_photos(folder: Path, photos: int) -> int:
    """Write photos in the layout `classes`; return how many bytes one has on average."""
    drawn = [draw(seed) for seed in range(min(DRAWN, photos))]
    for name in CLASSES:
        (folder / name).mkdir(parents=True)
    for number in range(photos):
        place = folder / CLASSES[number % len(CLASSES)] / f"{number:06d}.jpg"
        # A comment of its own, or the audit takes them for copies.
        content = drawn[number % len(drawn)]
        note = f"{number:06d}".encode()
        comment = b"\xff\xfe" + (len(note) + 2).to_bytes(2, "big") + note
        place.write_bytes(content[:2] + comment + content[2:])
    return sum(map(len, drawn)) // len(drawn)


def look(folder: Path) -> PhotoTable:
    """Audit the photos, as a sweep does at its start."""
    attribute = Attribute("mask", CLASSES)
    spec = DataSpec(str(folder), "classes", (attribute,), None)
    found = audit(spec, LabelSpace((Head((attribute,)),)), FoldsSpec(), source=str(folder))
    assert found.table is not None, found.errors
    return found.table


def decode_only(table: PhotoTable, size: int) -> None:
    """Decode and resize all photos in threads, and keep nothing: the decoder's own speed."""

    def decode(first: int) -> None:
        for index in range(first, min(first + CHUNK, len(table))):
            read_image(table.file(index), size)

    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    with ThreadPoolExecutor(core_count()) as pool:
        list(pool.map(decode, range(0, len(table), CHUNK)))
    cv2.setNumThreads(threads)


def seconds(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def build_anew(table: PhotoTable, size: int, cache: Path) -> float:
    shutil.rmtree(cache, ignore_errors=True)
    os.sync()  # what another repeat wrote is not written during this one
    return seconds(lambda: build_images(table, size, cache))


def measure_size(table: PhotoTable, size: int, cache: Path, repeats: int) -> dict[str, float]:
    """Measure both sides in turn, so that what else the machine does meets both."""
    plain: list[float] = []
    cached: list[float] = []
    for repeat in range(repeats):
        for side in (plain, cached)[:: -1 if repeat % 2 else 1]:
            if side is plain:
                plain.append(seconds(lambda: decode_only(table, size)))
            else:
                cached.append(build_anew(table, size, cache))
    ratios = [alone / built for alone, built in zip(plain, cached, strict=True)]
    return {
        "ratio": median(ratios),
        "lowest_ratio": min(ratios),
        "decoder_photos_per_second": len(table) / median(plain),
        "cache_photos_per_second": len(table) / median(cached),
    }


def measure_change(folder: Path, table: PhotoTable, size: int, cache: Path) -> dict[str, float]:
    """Change one photo in a hundred; tell the time beside that of decoding all of them."""
    whole = build_anew(table, size, cache)
    for index in range(0, len(table), CHANGED):
        with open(table.file(index), "ab") as stream:  # noqa: PTH123 - a string, as tables give
            stream.write(b"\xff\xd9")
    changed = look(folder)
    decoded = count_undecoded(changed, size, cache)
    return {
        "changed_ratio": whole / seconds(lambda: build_images(changed, size, cache)),
        "changed_decoded": decoded,
    }


def measure_start(folder: Path, sizes: tuple[int, ...], cache: Path) -> dict[str, float]:
    """Time what a second sweep does with photos that are decoded: look at all, and map them."""
    table = look(folder)
    for size in sizes:
        build_images(table, size, cache)

    def map_all() -> None:
        for size in sizes:
            build_images(table, size, cache)
            open_images(table, size, cache)

    looking, mapping = seconds(lambda: look(folder)), seconds(map_all)
    return {
        "second_start_seconds": looking + mapping,
        "second_start_map_seconds": mapping,
    }


def measure(quick: bool) -> dict[str, Any]:
    photos, repeats = (2_000, 3) if quick else (20_000, 5)
    with tempfile.TemporaryDirectory() as name:
        folder, cache = Path(name) / "photos", Path(name) / "cache"
        photo_bytes = write_photos(folder, photos)
        table = look(folder)
        decode_only(table, SIZES[0])  # reads all files once: neither side waits for the disk
        by_size = {size: measure_size(table, size, cache, repeats) for size in SIZES}
        return {
            "ratio": min(each["ratio"] for each in by_size.values()),
            **measure_change(folder, table, SIZES[-1], cache),
            **measure_start(folder, SIZES, cache),
            "by_size": by_size,
            "photos": photos,
            "bytes_per_photo": photo_bytes,
            "threads": core_count(),
        }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--quick", action="store_true", help="2,000 photos instead of 20,000")
    chosen = parser.parse_args()
    found = measure(chosen.quick)
    if chosen.json:
        print(json.dumps(found))
        return
    for size, each in found["by_size"].items():
        print(
            f"{each['ratio']:.2f} of the decoder's own speed at {size} px (lowest "
            f"{each['lowest_ratio']:.2f}): {each['cache_photos_per_second']:,.0f} photos a second "
            f"into the cache, {each['decoder_photos_per_second']:,.0f} without one"
        )
    print(
        f"{found['changed_ratio']:.1f} x as fast after {found['changed_decoded']:,} of "
        f"{found['photos']:,} photos changed"
    )
    print(
        f"{found['second_start_seconds']:.1f} s for a second sweep to look at all photos and map "
        f"them, {found['second_start_map_seconds'] * 1000:.0f} ms of it for the maps"
    )


if __name__ == "__main__":
    main()
