"""Trains steps when told to, beside others of its kind: `python -m maskopt.vision.pacing`.

Reads one JSON object a line on stdin. The first says what to train: `name`, `options`,
`image_size`, `batch_size`; it is answered by `true` once the model has done a step. Each one after
it gives `threads` and `seconds` and is answered by photos a second of the steps done in that time;
null where the device cannot hold or train it. Ends with its stdin.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from contextlib import suppress

import torch

from maskopt.vision.memory import keep_freed_memory
from maskopt.vision.probe import UNABLE, few, prepare_steps


def pace(step: Callable[[], int], seconds: float) -> float:
    """Return photos a second of the steps done in some seconds, one at least.

    Args:
        step: Trains a batch and gives its photos, when they are done.
        seconds: For so long steps are begun.
    """
    began, photos = time.perf_counter(), 0
    while not photos or time.perf_counter() - began < seconds:
        photos += step()
    return photos / (time.perf_counter() - began)


def main() -> None:
    """Answer what stdin asks."""
    keep_freed_memory()
    step = None
    for line in sys.stdin:
        asked = json.loads(line)
        answer: float | bool | None = None
        with suppress(*UNABLE):
            if "name" in asked:
                step = prepare_steps(few(asked))
                answer = step() > 0
            elif step is not None:
                torch.set_num_threads(asked["threads"])
                answer = pace(step, asked["seconds"])
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
