"""Optimisers, and which parameters decay.

A builder takes parameter groups (each with its own `weight_decay`) and the learning rate. All use
torch's fused steps: one pass over the parameters, on CPUs as on GPUs.
"""

from __future__ import annotations

from typing import Any

from torch import nn
from torch.optim import SGD, Adam, AdamW, Optimizer

Groups = list[dict[str, Any]]


def adam(groups: Groups, lr: float, *, beta1: float, beta2: float) -> Optimizer:
    """Build Adam with weight decay in the gradient.

    References:
        Kingma and Ba, Adam: A Method for Stochastic Optimization, 2015.
    """
    return Adam(groups, lr=lr, betas=(beta1, beta2), fused=True)


def adamw(groups: Groups, lr: float, *, beta1: float, beta2: float) -> Optimizer:
    """Build Adam with decoupled weight decay.

    References:
        Loshchilov and Hutter, Decoupled Weight Decay Regularization, 2019.
    """
    return AdamW(groups, lr=lr, betas=(beta1, beta2), fused=True)


def sgd(groups: Groups, lr: float, *, momentum: float, nesterov: bool) -> Optimizer:
    """Build stochastic gradient descent; without momentum there is nothing for Nesterov to do."""
    return SGD(groups, lr=lr, momentum=momentum, nesterov=nesterov and momentum > 0, fused=True)


def decay_groups(model: nn.Module, weight_decay: float, spared: frozenset[str]) -> Groups:
    """Return two parameter groups: those that decay, and norms, biases and others that do not.

    Args:
        model: Every parameter of it that learns is in one of the groups.
        weight_decay: Of the first group.
        spared: Names that do not decay either: positions and class tokens of transformers.
    """
    learning = [(name, p) for name, p in model.named_parameters() if p.requires_grad]
    still = [p for name, p in learning if p.ndim <= 1 or name in spared]
    decaying = [p for name, p in learning if p.ndim > 1 and name not in spared]
    return [
        {"params": decaying, "weight_decay": weight_decay},
        {"params": still, "weight_decay": 0.0},
    ]
