"""The limit: steps on one batch that lies ready on the device, each way of computing them."""

from __future__ import annotations

import time
from itertools import product

import torch
from torch import Tensor
from torch.optim import AdamW

from maskopt.vision.memory import keep_freed_memory
from maskopt.vision.precision import has_bfloat16_products
from speed.cases import CLASSES, Job
from speed.network import LR, Steps, build_network, find_device
from speed.worker import Side

DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16}
LAYOUTS = {"contiguous": torch.contiguous_format, "channels last": torch.channels_last}
LEAST_STEPS, FIRST_STEPS = 3, 3


def prepare(job: Job) -> Side:
    """Build the network in each way and do its first steps, freed memory kept as a trial does."""
    keep_freed_memory()
    return prepare_as_it_comes(job)


def prepare_as_it_comes(job: Job) -> Side:
    """Do the same with the C library's memory as a process finds it."""
    torch.set_num_threads(job.threads)
    torch.backends.cudnn.benchmark = True
    ways = {f"{dtype} {layout}": _build(job, dtype, layout) for dtype, layout in _names()}
    for steps, images, targets in ways.values():
        for _ in range(FIRST_STEPS):
            steps.step(images, targets)

    def measure() -> dict[str, float]:
        rates = {}
        for name, way in ways.items():
            rates[name] = _time(job, *way)
            if torch.cuda.is_available():
                torch.cuda.empty_cache()  # a GPU is shared by all sides
        return rates

    return Side(measure, {})


def _names() -> product[tuple[str, str]]:
    multiplies = torch.cuda.is_available() or has_bfloat16_products()
    # Where a processor has no instruction for it, a step of bfloat16 takes ten times as long.
    return product(DTYPES if multiplies else ["float32"], LAYOUTS)


def _build(job: Job, dtype: str, layout: str) -> tuple[Steps, Tensor, Tensor]:
    """Return steps and the batch that they are to be given."""
    device, order, case = find_device(), LAYOUTS[layout], job.case
    torch.manual_seed(0)
    network = build_network(job).to(device)
    network.to(memory_format=order)
    # Fused, as a trial's: nothing slower may be called a limit.
    optimizer = AdamW(network.parameters(), lr=LR, fused=True)
    images = torch.randn(case.batch_size, 3, case.image_size, case.image_size, device=device)
    targets = torch.arange(case.batch_size, device=device) % CLASSES
    return (
        Steps(network, optimizer, device, DTYPES[dtype]),
        images.contiguous(memory_format=order),
        targets,
    )


def _time(job: Job, steps: Steps, images: Tensor, targets: Tensor) -> float:
    """Return photos a second."""
    steps.step(images, targets)  # another way was just measured: its data are in the caches
    steps.wait()
    start, done = time.perf_counter(), 0
    while done < LEAST_STEPS or time.perf_counter() - start < job.step_seconds:
        steps.step(images, targets)
        done += 1
        if done % LEAST_STEPS == 0:
            steps.wait()  # else the clock would tell how quickly a GPU is told, not how it works
    steps.wait()
    return done * len(images) / (time.perf_counter() - start)
