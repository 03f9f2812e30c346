"""Times a few training steps of backbones: `python -m maskopt.vision.probe`.

Reads JSON on stdin: `wanted`, a list of `name`, `image_sizes`, `batch_size`, `freeze_stages` and
`options` (what the backbone takes), and `threads`. Prints a list of photos a second by size; none
where a backbone cannot be built or trained, which the sweep's own messages explain.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Mapping
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
FEW = 16
"""Photos a step on a CPU: enough to tell where a step is slow, and over in seconds."""
QUICK = 1.0
"""Seconds of such a step under which counts what each step takes beside its photos: steps of 16
photos of 96 px told photos of 128 px in steps of 32 to take 1.4 times as long as they do."""
UNABLE = (TrainingError, RuntimeError, ValueError)
"""What a backbone raises that cannot train; torch does so of a GPU whose memory is full, and of
batch norm on one photo."""
_CLASSES = LabelSpace((Head((Attribute("class", ("a", "b", "c")),)),))


def time_sizes(wanted: Mapping[str, Any]) -> list[float | None]:
    """Return photos a second of a backbone's training steps at each of its image sizes.

    Where steps are slow, only the first size is timed: work grows with an image's pixels.

    Args:
        wanted: As stdin has it; sizes rise.
    """
    first, *others = wanted["image_sizes"]
    speed, is_quick = _time_size(wanted, first)
    if speed is None or not is_quick:
        return [speed and speed * (first / size) ** 2 for size in wanted["image_sizes"]]
    return [speed, *(_time_size(wanted, size)[0] for size in others)]


def _time_size(wanted: Mapping[str, Any], size: int) -> tuple[float | None, bool]:
    """Return photos a second, none where it cannot train, and whether its steps are quick."""
    whole = {**wanted, "image_size": size}
    less = few(whole)
    speed = time_steps(less)
    is_quick = speed is not None and less["batch_size"] / speed < QUICK
    if is_quick and less != whole:
        speed = time_steps(whole)
    return speed, is_quick


def few(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is wanted with the photos of a step that tell enough."""
    on_cpu = find_device().type == "cpu"
    most = FEW if on_cpu else wanted["batch_size"]
    return {**wanted, "batch_size": min(wanted["batch_size"], most)}


def time_steps(wanted: Mapping[str, Any]) -> float | None:
    """Return photos a second of a backbone's training steps; none where it cannot train.

    The quickest of some steps tells: whatever else goes on only makes them slower.
    """
    try:
        step = prepare_steps(wanted)
        seconds = []
        for _ in range(STEPS + 1):
            began = time.perf_counter()
            photos = step()
            seconds.append(time.perf_counter() - began)
    except UNABLE:
        return None
    return photos / min(seconds[1:])


def prepare_steps(wanted: Mapping[str, Any]) -> Callable[[], int]:
    """Return what trains a batch of noise and gives its photos, when they are done.

    Raises:
        TrainingError: The backbone cannot be built, or has fewer stages than are to be frozen.
    """
    size, part = wanted["image_size"], Part(wanted["name"], wanted["options"])
    model = build_model(part, _CLASSES, image_size=size, dropout=0.0, scratch=True)
    frozen = freeze(model.backbone, wanted["freeze_stages"], part.name)
    precision = choose_precision(model.backbone, find_device())
    photos = wanted["batch_size"]
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
    print(json.dumps([time_sizes(each) for each in asked["wanted"]]))


if __name__ == "__main__":
    main()
