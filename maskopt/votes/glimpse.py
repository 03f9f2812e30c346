"""What a trial in training leaves beside its best weights, so that they are a bundle at any time.

Letters of shapes: n photos of one fold, m photos to store, K networks (one a fold), C classes of a
head.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maskopt.data.atomic import replacing
from maskopt.votes.out_of_fold import Floats, HeldOut, Ints

GLIMPSE = "best.npz"
"""Name of the file in a trial's folder."""

PLAIN = "none"
"""The test-time augmentation by which a trial in training looks at photos."""

_MOST_HEADER = 100_000_000  # bytes: what safetensors itself takes for a header


@dataclass(frozen=True, eq=False)
class Glimpse:
    """What the networks of a trial's kept epoch said.

    Attributes:
        epoch: That epoch; the weights file names its own, and both must agree.
        held_out: What each network said of its own fold in the trial's number format, without
            features, [n, 0], and without test-time augmentation.
        stored: Places in the study's table of photos to store in a bundle, [m], rising: validation
            photos of the first fold, spread over the classes.
        probabilities: What each network says of them in float32 proper: one array a head,
            [K, m, C].
    """

    epoch: int
    held_out: tuple[HeldOut, ...]
    stored: Ints
    probabilities: tuple[Floats, ...]


def write_glimpse(folder: Path, glimpse: Glimpse) -> None:
    """Write a glimpse as arrays only (npz, no pickle), beside its place and renamed."""
    arrays: dict[str, Any] = {"epoch": np.int64(glimpse.epoch), "stored": glimpse.stored}
    arrays |= {f"probabilities/{place}": each for place, each in enumerate(glimpse.probabilities)}
    for network, held_out in enumerate(glimpse.held_out):
        arrays[f"{network}/fold"] = np.int64(held_out.fold)
        arrays[f"{network}/rows"] = held_out.rows
        for place, each in enumerate(held_out.log_probabilities[PLAIN]):
            arrays[f"{network}/head/{place}"] = each
    with replacing(folder / GLIMPSE) as beside, beside.open("wb") as stream:
        np.savez(stream, **arrays)


def read_glimpse(folder: Path) -> Glimpse:
    """Read what `write_glimpse` wrote.

    It belongs to weights whose `read_facts(...)["epoch"]` is the same. Where they differ, the
    trial is just replacing both: look again. Of a trial that died between the two they differ
    until it goes on.

    Raises:
        OSError: The file cannot be read.
        ValueError: It is no such file, or broken; also raised are KeyError and BadZipFile.
    """
    with np.load(folder / GLIMPSE, allow_pickle=False) as kept:
        return Glimpse(
            int(kept["epoch"]),
            tuple(_read_networks(kept)),
            kept["stored"],
            tuple(_numbered(kept, "probabilities")),
        )


def _read_networks(kept: Mapping[str, NDArray[Any]]) -> Iterator[HeldOut]:
    network = 0
    while f"{network}/fold" in kept:
        rows = kept[f"{network}/rows"]
        heads = {PLAIN: tuple(_numbered(kept, f"{network}/head"))}
        nothing = np.empty((len(rows), 0), np.float16)
        yield HeldOut(int(kept[f"{network}/fold"]), rows, heads, nothing)
        network += 1


def _numbered(kept: Mapping[str, NDArray[Any]], name: str) -> Iterator[Floats]:
    place = 0
    while f"{name}/{place}" in kept:
        yield kept[f"{name}/{place}"]
        place += 1


def read_facts(weights: Path) -> dict[str, Any]:
    """Return what a trial's weights file says of its model, without reading the weights.

    `backbone` (`name`, `options`), `image_size`, `mean`, `std`, `features`, `heads` (what
    `LabelSpace.from_dict` takes) and `epoch`.

    Raises:
        OSError: The file cannot be read.
        ValueError: It is no such file.

    References:
        https://huggingface.co/docs/safetensors: eight bytes of length, then a header in JSON.
    """
    header, _ = _read_header(weights)
    try:
        facts = json.loads(header["__metadata__"]["maskopt"])
    except (KeyError, TypeError) as error:
        raise ValueError(f"{weights}: are no weights of a trial") from error
    return dict(facts)


def is_whole(weights: Path, epoch: int | None) -> bool:
    """Tell whether a trial's weights file is of an epoch and has all its bytes.

    Less may be there after the machine died: a file's name can reach the disk before its content.
    """
    try:
        header, begin = _read_header(weights)
        ends = [each["data_offsets"][1] for name, each in header.items() if name != "__metadata__"]
        whole = weights.stat().st_size == begin + max(ends, default=0)
        return whole and bool(read_facts(weights)["epoch"] == epoch)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def _read_header(weights: Path) -> tuple[Any, int]:
    """Return a file's header and the place of the first byte after it."""
    with weights.open("rb") as stream:
        length = int.from_bytes(stream.read(8), "little")
        return json.loads(stream.read(min(length, _MOST_HEADER))), 8 + length
