"""Weights as trials write them, as far as a driver reads them: the header."""

import json
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


def write_said(folder: Path, rows: list[int], said: list[list[float]], epoch: int) -> None:
    """Write what a trial of one head said of the photos of fold 0, the first two of them stored.

    Args:
        folder: The trial's.
        rows: Places of the photos.
        said: Their probabilities.
        epoch: The best.
    """
    probabilities = np.array(said, np.float32)
    heads = {PLAIN: (np.log(probabilities),)}
    held_out = HeldOut(0, np.array(rows), heads, np.empty((len(rows), 0), np.float16))
    stored = np.array(rows[:2])
    write_glimpse(folder, Glimpse(epoch, (held_out,), stored, (probabilities[None, :2],)))
