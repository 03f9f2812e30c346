"""Optimisers.

A builder takes parameter groups (each with its own `weight_decay`) and the learning rate. Those of
torch use its fused steps: one pass over the parameters, on CPUs as on GPUs.
"""

from __future__ import annotations

from torch.optim import SGD, Adam, AdamW, Optimizer

from maskopt.vision.parameter_groups import Groups


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
