"""Photos that cannot be read, found without decoding what is sound.

A sound JPEG, PNG, WebP or BMP begins and ends as its format says, which two short reads show. Only
what looks otherwise is decoded, and where there are few photos, all of them.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from maskopt.data.decode import BrokenPhotoError, read_image
from maskopt.data.facts import Facts
from maskopt.data.problems import Problems

_DECODE_ALL = 3_000  # photos up to which all are decoded: about a second on one core
_HEAD, _TAIL = 16, 64  # bytes
_THREADS = 8  # reads wait for the disk
_CHUNK = 256
_MANY = {
    "is broken": "are broken",
    "is empty": "are empty",
    "is missing": "are missing",
    "is no file": "are no files",
    "is no image": "are no images",
    "is too large": "are too large",
    "is truncated": "are truncated",
}
_REMEDIES = {"is missing": "put back or leave out", "is too large": "make smaller or leave out"}


@dataclass(frozen=True)
class Probe:
    """What a look at a file showed.

    Attributes:
        size: In bytes.
        changed: Time of the last change, in nanoseconds.
        wrong: A phrase, `is truncated`; empty where the photo seems sound.
        tail: The last bytes, with the size nearly unique to a content.
    """

    size: int = 0
    changed: int = 0
    wrong: str = ""
    tail: bytes = b""


def probe_photos(root: str, paths: Sequence[str]) -> list[Probe]:
    """Look at all photos; the answers are in the order of the paths."""
    decode_all = len(paths) <= _DECODE_ALL

    def probe(first: int) -> list[Probe]:
        return [_probe(f"{root}/{path}", decode_all) for path in paths[first : first + _CHUNK]]

    with ThreadPoolExecutor(_THREADS) as pool:
        chunks = pool.map(probe, range(0, len(paths), _CHUNK))
        return [found for chunk in chunks for found in chunk]


def tell_broken(probes: Sequence[Probe], facts: Facts, problems: Problems) -> None:
    """Tell `problems` of missing and broken photos, one line a kind."""
    kinds: dict[str, list[str]] = {}
    for index, probe in enumerate(probes):
        if probe.wrong:
            kind, _, reason = probe.wrong.partition(": ")
            name = facts.name(index)
            kinds.setdefault(kind, []).append(f"{name} ({reason})" if reason else name)
    for kind in sorted(kinds):
        many = f"photos {_MANY.get(kind, kind)}"
        remedy = _REMEDIES.get(kind, "copy again or remove")
        problems.error(kinds[kind], f"photo {kind}", many, remedy)


def _probe(file: str, decode: bool) -> Probe:
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK)
        try:
            found = os.fstat(descriptor)
            if not stat.S_ISREG(found.st_mode):
                return Probe(wrong="is no file")
            size = found.st_size
            head = os.pread(descriptor, _HEAD, 0)
            tail = os.pread(descriptor, _TAIL, max(0, size - _TAIL))
        finally:
            os.close(descriptor)
        doubtful = decode or not _looks_sound(head, tail, size)
        wrong = _decode(file) if doubtful else ""
    except FileNotFoundError:
        return Probe(wrong="is missing")
    except OSError as error:
        return Probe(wrong=f"cannot be read: {error.strerror}")
    return Probe(size, found.st_mtime_ns, wrong, tail)


def _looks_sound(head: bytes, tail: bytes, size: int) -> bool:
    if head.startswith(b"\xff\xd8\xff"):
        return b"\xff\xd9" in tail
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return tail.endswith(b"IEND\xaeB`\x82")
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return int.from_bytes(head[4:8], "little") + 8 == size
    if head.startswith(b"BM"):
        return int.from_bytes(head[2:6], "little") == size
    return False


def _decode(file: str) -> str:
    try:
        read_image(file, 8)
    except BrokenPhotoError as error:
        return str(error)
    return ""
