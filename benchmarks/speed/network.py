"""A timm network and its training steps as anybody writes them: no part of maskopt is in them.

Letters of shapes: B photos of a batch, S height and width in pixels.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass

import timm
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from torch.optim import AdamW, Optimizer

from speed.cases import CLASSES, Job

LR = 1e-3


def find_device() -> torch.device:
    """Return the GPU if there is one, else the CPU."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def build_network(job: Job) -> nn.Module:
    """Return timm's network with its classifier, in training, on the CPU."""
    overlay = None if job.weights is None else {"file": job.weights}
    network: nn.Module = timm.create_model(
        job.case.backbone,
        pretrained=overlay is not None,
        pretrained_cfg_overlay=overlay,
        num_classes=CLASSES,
    )
    return network.train()


@dataclass(frozen=True)
class Steps:
    """Training steps of a network.

    Attributes:
        dtype: What products are computed in: float32, or bfloat16 by autocast.
    """

    network: nn.Module
    optimizer: Optimizer
    device: torch.device
    dtype: torch.dtype = torch.float32

    def step(self, images: Tensor, targets: Tensor) -> None:
        """Do one optimiser step, given images [B, 3, S, S] and class ids [B], on the device."""
        with torch.autocast(self.device.type, self.dtype, enabled=self.dtype is not torch.float32):
            logits = self.network(images)
        loss = cross_entropy(logits.float(), targets)
        self.optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        self.optimizer.step()

    def wait(self) -> None:
        """Wait until a GPU has done all that it was told."""
        if self.device.type == "cuda":
            torch.cuda.synchronize()


def plain_steps(job: Job) -> Steps:
    """Return steps as they come: float32, contiguous, AdamW with torch's defaults."""
    device = find_device()
    network = build_network(job).to(device)
    return Steps(network, AdamW(network.parameters(), lr=LR), device)


def time_epoch(steps: Steps, loader: Iterable[tuple[Tensor, Tensor]]) -> float:
    """Train an epoch and return photos a second."""
    start, photos = time.perf_counter(), 0
    for images, targets in loader:
        away = [each.to(steps.device, non_blocking=True) for each in (images, targets)]
        steps.step(*away)
        photos += len(images)
    steps.wait()
    return photos / (time.perf_counter() - start)
