"""How a head learns what its label policy teaches: outputs joined into classes, and losses.

Letters of shapes: B photos of a batch, C classes of a head, K outputs of it, H heads.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from maskopt.vision.label_policies import Lesson


class Joined(nn.Module):
    """Outputs joined into classes: a class's probability is the sum of its bins'.

    Its weights say which bin is of which class, so that a network's file tells all of it.
    """

    bins: Tensor
    apart: Tensor

    def __init__(self, bins: Tensor, class_count: int) -> None:
        """Join outputs.

        Args:
            bins: The class of each output, [K].
            class_count: C.
        """
        super().__init__()
        self.register_buffer("bins", bins)
        apart = torch.zeros(len(bins), class_count).masked_fill_(
            bins[:, None] != torch.arange(class_count), -torch.inf
        )
        self.register_buffer("apart", apart, persistent=False)

    def forward(self, outputs: Tensor) -> Tensor:
        """Return logits of the classes, [B, C], given those of the bins, [B, K]."""
        apart = outputs.float().unsqueeze(2) + self.apart  # [B, K, C]
        joined: Tensor = torch.logsumexp(apart, dim=1)
        return joined


class SoftLoss(nn.Module):
    """A loss over classes, weighted by how much of a photo belongs to each."""

    def __init__(self, loss: nn.Module) -> None:
        super().__init__()
        self.loss = loss

    def forward(self, outputs: Tensor, targets: Tensor, shares: Tensor) -> Tensor:
        """Return losses [B], given logits [B, C], class ids [B] and shares [B, C]."""
        by_class = [
            self.loss(outputs, torch.full_like(targets, place)) for place in range(shares.shape[1])
        ]
        return (shares * torch.stack(by_class, dim=1)).sum(dim=1)


class BinLoss(nn.Module):
    """A loss over classes, and the cross entropy over bins beside it."""

    def __init__(self, loss: nn.Module, joined: Joined, weight: float) -> None:
        super().__init__()
        self.loss, self.joined, self.weight = loss, joined, weight

    def forward(self, outputs: Tensor, targets: Tensor, shares: Tensor) -> Tensor:
        """Return losses [B], given logits [B, K], class ids [B] and shares [B, K]."""
        over_bins = -(shares * outputs.log_softmax(dim=1)).sum(dim=1)
        over_classes: Tensor = self.loss(self.joined(outputs), targets)
        return over_classes + self.weight * over_bins


class HeadLosses(nn.Module):
    """The loss of each photo: the mean over its heads."""

    def __init__(
        self, losses: Sequence[nn.Module], class_counts: Sequence[int], lessons: Sequence[Lesson]
    ) -> None:
        """Have each head learn its lesson.

        Args:
            losses: Of each head, over its classes.
            class_counts: C of each head.
            lessons: Of each head.
        """
        super().__init__()
        self.official = nn.ModuleList(losses)
        self.taught = nn.ModuleList(map(_teach, losses, class_counts, lessons))
        self._widths = [lesson.shares.shape[1] for lesson in lessons]

    def forward(self, outputs: Sequence[Tensor], targets: Tensor, shares: Tensor) -> Tensor:
        """Return what is to be made small.

        Args:
            outputs: Of each head, [B, K].
            targets: True class ids, [H, B].
            shares: Of all heads' outputs side by side, [B, sum of K].
        """
        parts = torch.split(shares, self._widths, dim=1)
        losses = []
        for loss, each, true, part in zip(self.taught, outputs, targets, parts, strict=True):
            given = (each.float(), true, part) if part.shape[1] else (each.float(), true)
            losses.append(loss(*given))
        return torch.stack(losses).mean(dim=0)

    def judge(self, logits: Sequence[Tensor], targets: Tensor) -> Tensor:
        """Return losses [B] over the official classes, given logits [B, C] of each head."""
        pairs = zip(self.official, logits, targets, strict=True)
        return torch.stack([loss(each.float(), true) for loss, each, true in pairs]).mean(dim=0)


def _teach(loss: nn.Module, class_count: int, lesson: Lesson) -> nn.Module:
    if lesson.bins is not None:
        joined = Joined(torch.from_numpy(lesson.bins), class_count)
        return BinLoss(loss, joined, lesson.weight)
    return SoftLoss(loss) if lesson.shares.shape[1] else loss
