"""What trials leave, without a network."""

import json
from pathlib import Path


def write_weights(file: Path, epoch: int) -> None:
    """Write a file of no tensors with the epoch that it is of."""
    header = {"__metadata__": {"maskopt": json.dumps({"epoch": epoch})}}
    text = json.dumps(header).encode()
    file.write_bytes(len(text).to_bytes(8, "little") + text)
