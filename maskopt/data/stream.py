"""Photos in batches, decoded ahead of whoever looks at them: memory does not grow with them.

Letters of shapes: B photos of a batch, S height and width in pixels.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Generator, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISREG

import cv2
import numpy as np

from maskopt.catalog.views import Input
from maskopt.data.decode import BrokenPhotoError, Pixels
from maskopt.data.images import core_count
from maskopt.data.unlabelled import Unlabelled
from maskopt.data.views import see

_AHEAD = 2  # batches that are decoded while one is looked at


@dataclass(frozen=True, eq=False)
class Batch:
    """Photos that follow each other.

    Attributes:
        places: Of all its photos, [b].
        sound: Of those that were decoded, [B].
        pixels: By input: RGB of the sound ones, [B, S, S, 3].
        wrong: What is wrong with the others, by place: `is truncated`.
    """

    places: range
    sound: Sequence[int]
    pixels: Mapping[Input, Pixels]
    wrong: Mapping[int, str]


def stream_photos(
    photos: Unlabelled, inputs: Sequence[Input], batch_size: int, threads: int | None = None
) -> Generator[Batch]:
    """Yield all photos in their order; each file is read once, and decoded once an input.

    Args:
        photos: Where they are.
        inputs: What is wanted of them.
        batch_size: Photos a batch; the last one may have fewer.
        threads: Decode at once; none takes as many as there are cores for this process.
    """
    starts = range(0, len(photos), batch_size)
    batches = [range(start, min(start + batch_size, len(photos))) for start in starts]
    waiting: deque[tuple[range, list[Future[_Decoded]]]] = deque()
    with _decoders(threads) as pool:
        for places in batches:
            files = (photos.file(place) for place in places)
            waiting.append((places, [pool.submit(_decode, file, inputs) for file in files]))
            if len(waiting) > _AHEAD:
                yield _gather(*waiting.popleft(), inputs)
        while waiting:
            yield _gather(*waiting.popleft(), inputs)


_Decoded = list[Pixels] | str
"""One photo for each input, or what is wrong with it."""


def _decode(file: str, inputs: Sequence[Input]) -> _Decoded:
    try:
        if not S_ISREG(os.stat(file).st_mode):  # noqa: PTH116 - called N times
            return "is no file"  # a pipe or a device would be read without end
        content = Path(file).read_bytes()
        return [see(content, size, view).pixels for size, view in inputs]
    except BrokenPhotoError as error:
        return str(error)
    except FileNotFoundError:
        return "is missing"
    except OSError as error:
        return f"cannot be read: {error.strerror}"


def _gather(places: range, decoding: Sequence[Future[_Decoded]], inputs: Sequence[Input]) -> Batch:
    decoded = dict(zip(places, (future.result() for future in decoding), strict=True))
    sound = {place: found for place, found in decoded.items() if not isinstance(found, str)}
    wrong = {place: found for place, found in decoded.items() if isinstance(found, str)}
    pixels = {
        each: np.stack([found[index] for found in sound.values()])
        for index, each in enumerate(inputs)
        if sound
    }
    return Batch(places, tuple(sound), pixels, wrong)


@contextmanager
def _decoders(threads: int | None) -> Iterator[ThreadPoolExecutor]:
    kept = cv2.getNumThreads()
    cv2.setNumThreads(1)  # the photos are the parallel part
    pool = ThreadPoolExecutor(threads or core_count())
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)  # an interrupt does not wait for the rest
        cv2.setNumThreads(kept)
