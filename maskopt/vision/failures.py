"""Errors that end a trial: the sweep goes on without it."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor


class TrainingError(Exception):
    """A trial cannot be trained as its configuration says; the text is the reason."""


def check_losses(losses: Sequence[Tensor], epoch: int, lr: float) -> None:
    """Refuse to go on from a loss that is nan or infinite.

    Args:
        losses: The epoch's so far, one a step; looked at from the last one back.
        epoch: Counted from 1.
        lr: The learning rate of the last step.

    Raises:
        TrainingError: Names the first such step, counted from 1.
    """
    if not losses or bool(torch.isfinite(losses[-1])):
        return
    values = torch.stack(list(losses))
    step = int(torch.isfinite(values).logical_not().nonzero()[0])
    raise TrainingError(
        f"loss is {values[step].item()} at epoch {epoch}, step {step + 1} (lr {lr:.3g}); "
        "lower lr or set clip"
    )
