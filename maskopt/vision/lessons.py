"""The loss of all heads together, each of which learns what its label policy teaches.

Letters of shapes: B photos of a batch, C classes of a head, K outputs of it, H heads.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from maskopt.vision.head_weights import Equal
from maskopt.vision.label_policies import Lesson
from maskopt.vision.losses import Timed


class HeadLosses(nn.Module):
    """The loss of each photo: what its heads' losses come to together."""

    def __init__(
        self,
        losses: Sequence[nn.Module],
        lessons: Sequence[Lesson],
        *,
        weigh: nn.Module | None = None,
        scored: Sequence[bool] | None = None,
        epochs: int = 1,
    ) -> None:
        """Have each head learn its lesson.

        Args:
            losses: Of each head, over its classes.
            lessons: Of each head.
            weigh: Gives losses of photos, [B], from those of heads, [H, B]; left out, their mean.
            scored: Of each head, whether it is judged; left out, all are.
            epochs: Of the whole training.
        """
        super().__init__()
        self.taught = nn.ModuleList(map(_teach, losses, lessons))
        self.weigh = weigh or Equal()
        self._widths = [lesson.told.shape[1] for lesson in lessons]
        self._scored = tuple(scored or [True] * len(losses))
        self._epochs = epochs

    def begin_epoch(self, done: int) -> None:
        """Tell losses that depend on it how many epochs are done.

        They go by nothing else, so that a training that is resumed goes on as it would have.
        """
        for loss in self.modules():
            if isinstance(loss, Timed):
                loss.begin(done / self._epochs)

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
        weighed: Tensor = self.weigh(torch.stack(losses))
        return weighed

    def judge(self, logits: Sequence[Tensor], targets: Tensor) -> Tensor:
        """Return losses [B] over the official classes, given logits [B, C] of each head.

        Whatever is descended, this is the plain cross entropy, the mean over heads that are
        scored: how much probability photos' true classes are given, which can be compared
        between trials.
        """
        losses = [
            cross_entropy(each.float(), true, reduction="none")
            for each, true, scored in zip(logits, targets, self._scored, strict=True)
            if scored
        ]
        return torch.stack(losses).mean(dim=0)


def _teach(loss: nn.Module, lesson: Lesson) -> nn.Module:
    return lesson.teach(loss) if lesson.teach else loss
