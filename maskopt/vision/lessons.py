"""The loss of all heads together, each of which learns what its label policy teaches.

Letters of shapes: B photos of a batch, C classes of a head, K outputs of it, H heads.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from maskopt.vision.label_policies import Lesson


class HeadLosses(nn.Module):
    """The loss of each photo: the mean over its heads."""

    def __init__(self, losses: Sequence[nn.Module], lessons: Sequence[Lesson]) -> None:
        """Have each head learn its lesson.

        Args:
            losses: Of each head, over its classes.
            lessons: Of each head.
        """
        super().__init__()
        self.official = nn.ModuleList(losses)
        self.taught = nn.ModuleList(map(_teach, losses, lessons))
        self._widths = [lesson.told.shape[1] for lesson in lessons]

    def forward(self, outputs: Sequence[Tensor], targets: Tensor, told: Tensor) -> Tensor:
        """Return what is to be made small.

        Args:
            outputs: Of each head, [B, K].
            targets: Class ids that are taken for true, [H, B].
            told: Of each photo beside them, all heads' side by side, [B, any].
        """
        parts = torch.split(told, self._widths, dim=1)
        losses = []
        for loss, each, true, part in zip(self.taught, outputs, targets, parts, strict=True):
            given = (each.float(), true, part) if part.shape[1] else (each.float(), true)
            losses.append(loss(*given))
        return torch.stack(losses).mean(dim=0)

    def judge(self, logits: Sequence[Tensor], targets: Tensor) -> Tensor:
        """Return losses [B] over the official classes, given logits [B, C] of each head."""
        pairs = zip(self.official, logits, targets, strict=True)
        return torch.stack([loss(each.float(), true) for loss, each, true in pairs]).mean(dim=0)


def _teach(loss: nn.Module, lesson: Lesson) -> nn.Module:
    return lesson.teach(loss) if lesson.teach else loss
