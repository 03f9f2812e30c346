"""Weights as trials write them, as far as a driver reads them: the header."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from maskopt.labels import LabelSpace
from maskopt.votes.glimpse import PLAIN, Glimpse, write_glimpse
from maskopt.votes.out_of_fold import HeldOut


def write_weights(file: Path, label_space: LabelSpace, epoch: int) -> None:
    """Write a file of no tensors with what a trial says of its network."""
    facts = {
        "backbone": {"name": "test_resnet", "options": {}},
        "image_size": 32,
        "mean": [0.5, 0.5, 0.5],
        "std": [0.25, 0.25, 0.25],
        "features": 4,
        "heads": label_space.to_dict(),
        "epoch": epoch,
    }
    header = json.dumps({"__metadata__": {"maskopt": json.dumps(facts)}}).encode()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(len(header).to_bytes(8, "little") + header)


def write_said(
    folder: Path,
    rows: list[int],
    said: list[list[float]],
    epoch: int,
    others: Sequence[list[list[float]]] = (),
) -> None:
    """Write what a trial said of the photos of fold 0, the first two of them stored.

    Args:
        folder: The trial's.
        rows: Places of the photos.
        said: Their probabilities, by the first head.
        epoch: The best.
        others: Those by the other heads.
    """
    probabilities = [np.array(each, np.float32) for each in (said, *others)]
    heads = {PLAIN: tuple(map(np.log, probabilities))}
    held_out = HeldOut(0, np.array(rows), heads, np.empty((len(rows), 0), np.float16))
    stored = np.array(rows[:2])
    write_glimpse(
        folder,
        Glimpse(epoch, (held_out,), stored, tuple(each[None, :2] for each in probabilities)),
    )
