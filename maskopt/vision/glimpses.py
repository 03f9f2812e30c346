"""What the networks of a trial's kept epoch say, beside their weights."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from maskopt.data.spread import spread
from maskopt.vision.learning import Fitted, Learner
from maskopt.vision.precision import strict_float32
from maskopt.votes.glimpse import PLAIN, Glimpse
from maskopt.votes.out_of_fold import Floats, HeldOut, Ints

STORED = 64
"""Photos whose probabilities are kept: as many as a bundle carries."""


def take_glimpse(learners: Sequence[Learner], fitted: Sequence[Fitted]) -> Glimpse:
    """Return what networks said of their validation photos, and say of some in float32 proper.

    Its cost is that of looking at 64 photos, without a backward pass: nothing beside an epoch.

    Args:
        learners: One a fold.
        fitted: What the epoch gave of each, whose validation pass is used again.
    """
    photos = learners[0].valid.photos
    rows = photos.rows[spread(photos.joint, STORED)]
    looks = [_look(learner, photos.images[rows]) for learner in learners]
    return Glimpse(
        fitted[0].epoch,
        tuple(map(_held_out, learners, fitted)),
        rows,
        tuple(np.stack(heads) for heads in zip(*looks, strict=True)),
    )


def _held_out(learner: Learner, fitted: Fitted) -> HeldOut:
    rows: Ints = learner.valid.photos.rows
    heads = {PLAIN: fitted.log_probabilities}
    return HeldOut(learner.fold, rows, heads, np.empty((len(rows), 0), np.float16))


def _look(learner: Learner, pixels: NDArray[np.uint8]) -> list[Floats]:
    """Return probabilities of each head, [m, C], given pixels, [m, S, S, 3]."""
    model = learner.judged.eval()
    batch = torch.from_numpy(np.ascontiguousarray(pixels))
    images = learner.valid.placement(batch, torch.empty(0), torch.empty(0)).images
    with torch.inference_mode(), strict_float32():
        return [each.softmax(dim=1).cpu().numpy() for each in model(images)]
