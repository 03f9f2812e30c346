"""What a head descends where a label policy teaches it more than a photo's class.

Letters of shapes: B photos of a batch, C classes of a head, K outputs of it, T thresholds of a
number, A numbers of a head.

Each is a module that maps outputs [B, K], class ids [B] and what is told of each photo [B, ...]
to losses [B].
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.functional import softplus

from maskopt.vision.joins import Joined, Ordinal, Product, split_number
from maskopt.vision.losses import OfShares


class SoftLoss(nn.Module):
    """A loss over classes, weighted by how much of a photo belongs to each."""

    def __init__(self, loss: nn.Module) -> None:
        super().__init__()
        self.loss = loss

    def forward(self, outputs: Tensor, targets: Tensor, told: Tensor) -> Tensor:
        """Return losses [B], given logits [B, C], class ids [B] and shares [B, C]."""
        if isinstance(self.loss, OfShares):
            return self.loss.of_shares(outputs, told)
        by_class = [
            self.loss(outputs, torch.full_like(targets, place)) for place in range(told.shape[1])
        ]
        return (told * torch.stack(by_class, dim=1)).sum(dim=1)


class BinLoss(nn.Module):
    """A loss over classes, and the cross entropy over bins beside it."""

    def __init__(self, loss: nn.Module, joined: Joined, weight: float) -> None:
        super().__init__()
        self.loss, self.joined, self.weight = loss, joined, weight

    def forward(self, outputs: Tensor, targets: Tensor, told: Tensor) -> Tensor:
        """Return losses [B], given logits [B, K], class ids [B] and shares [B, K]."""
        over_bins = -(told * outputs.log_softmax(dim=1)).sum(dim=1)
        over_classes: Tensor = self.loss(self.joined(outputs), targets)
        return over_classes + self.weight * over_bins


class OrdinalLoss(nn.Module):
    """A loss over classes, and the cross entropy between thresholds beside it.

    The latter is the sum over thresholds of the binary cross entropy of whether a number reaches
    it, among the photos that reach the one below.
    """

    def __init__(self, loss: nn.Module, product: Product, weight: float) -> None:
        super().__init__()
        self.loss, self.product, self.weight = loss, product, weight

    def forward(self, outputs: Tensor, targets: Tensor, told: Tensor) -> Tensor:
        """Return losses [B].

        Args:
            outputs: [B, K].
            targets: Class ids, [B].
            told: How much of a photo lies between the thresholds of each number, side by side:
                [B, sum of T + 1].
        """
        total: Tensor = self.loss(self.product(outputs), targets)
        own = zip(self.product.parts, self.product.divide(outputs), strict=True)
        ordinal = [(part, each) for part, each in own if isinstance(part, Ordinal)]
        shares = torch.split(told, [part.outputs + 1 for part, _ in ordinal], dim=1)
        for (part, each), share in zip(ordinal, shares, strict=True):
            total = total - self.weight * (share * part.between(each)).sum(dim=1)
        return total


class RegressionLoss(nn.Module):
    """A loss over classes, and how unlikely the number itself is beside it."""

    def __init__(self, loss: nn.Module, product: Product, places: Sequence[int], weight: float):
        """Teach numbers.

        Args:
            loss: Over classes.
            product: The head's, with the cuts as they are scored.
            places: Of the attributes that are numbers.
            weight: Of the numbers' own loss.
        """
        super().__init__()
        self.loss, self.product, self.weight = loss, product, weight
        self.places = tuple(places)

    def forward(self, outputs: Tensor, targets: Tensor, told: Tensor) -> Tensor:
        """Return losses [B].

        Args:
            outputs: [B, K].
            targets: Class ids, [B].
            told: The numbers, in standard deviations from their mean, [B, A].
        """
        total: Tensor = self.loss(self.product(outputs), targets)
        own = self.product.divide(outputs)
        for place, number in zip(self.places, told.unbind(dim=1), strict=True):
            middle, log_spread = split_number(own[place])
            away = (number - middle) / log_spread.exp()
            # Minus the logarithm of the logistic distribution's density
            total = total + self.weight * (away + log_spread + 2 * softplus(-away))
        return total
