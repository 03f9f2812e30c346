"""Times a few training steps of backbones: `python -m maskopt.vision.probe`.

Reads JSON on stdin: `wanted`, a list of `name`, `image_size`, `batch_size`, `freeze_stages` and
`options` (what the backbone takes), and `threads`. Prints a list of photos a second; none where a
backbone cannot be built or trained, which the sweep's own messages explain.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Mapping
from statistics import median
from typing import Any

import torch
from torch import Tensor

from maskopt.labels import Attribute, Head, LabelSpace
from maskopt.space import Part
from maskopt.vision.failures import TrainingError
from maskopt.vision.freezing import freeze
from maskopt.vision.memory import keep_freed_memory
from maskopt.vision.models import build_model
from maskopt.vision.precision import choose_precision, find_device

STEPS = 2
MOST_ON_CPU = 16
"""Photos a step there: enough to tell, and over in seconds."""
UNABLE = (TrainingError, RuntimeError, ValueError)
"""What a backbone raises that cannot train; torch does so of a GPU whose memory is full, and of
batch norm on one photo."""
_CLASSES = LabelSpace((Head((Attribute("class", ("a", "b", "c")),)),))


def time_steps(wanted: Mapping[str, Any]) -> float | None:
    """Return photos a second of a backbone's training steps; none where it cannot train."""
    try:
        step = prepare_steps(wanted)
        seconds = []
        for _ in range(STEPS + 1):
            began = time.perf_counter()
            photos = step()
            seconds.append(time.perf_counter() - began)
    except UNABLE:
        return None
    return photos / median(seconds[1:])


def prepare_steps(wanted: Mapping[str, Any]) -> Callable[[], int]:
    """Return what trains a batch of noise and gives its photos, when they are done.

    Raises:
        TrainingError: The backbone cannot be built, or has fewer stages than are to be frozen.
    """
    size, part = wanted["image_size"], Part(wanted["name"], wanted["options"])
    model = build_model(part, _CLASSES, image_size=size, dropout=0.0, scratch=True)
    frozen = freeze(model.backbone, wanted["freeze_stages"], part.name)
    precision = choose_precision(model.backbone, find_device())
    on_cpu = precision.device.type == "cpu"
    photos = min(wanted["batch_size"], MOST_ON_CPU) if on_cpu else wanted["batch_size"]
    precision.place(model)
    model.train()
    frozen.hold()
    images = torch.randn(photos, size, size, 3, device=precision.device).permute(0, 3, 1, 2)
    learning = [each for each in model.parameters() if each.requires_grad]
    optimizer = torch.optim.AdamW(learning, fused=True)

    def step() -> int:
        with precision.autocast():
            loss = _loss(model(images))
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        optimizer.zero_grad()
        loss.item()  # waits for the device
        return int(photos)

    return step


def _loss(logits: tuple[Tensor, ...]) -> Tensor:
    return torch.stack([each.float().logsumexp(dim=1).mean() for each in logits]).sum()


def main() -> None:
    """Answer what stdin asks."""
    asked = json.load(sys.stdin)
    keep_freed_memory()
    torch.set_num_threads(asked["threads"])
    print(json.dumps([time_steps(each) for each in asked["wanted"]]))


if __name__ == "__main__":
    main()
