"""Builders of timm's optimisers: one for all that take the same parameters.

Each is given timm's `name`; what a variant adds stands in timm's own table. Papers are named in
`maskopt.catalog.adam_relatives` and `sgd_relatives`.
"""

from __future__ import annotations

from typing import Any

from timm.optim._optim_factory import create_optimizer_v2
from torch.optim import Optimizer

from maskopt.vision.parameter_groups import Groups


def plain(groups: Groups, lr: float, *, name: str) -> Optimizer:
    """Build one that takes nothing but a learning rate."""
    return _build(groups, lr, name)


def with_betas(groups: Groups, lr: float, *, name: str, beta1: float, beta2: float) -> Optimizer:
    """Build a relative of Adam."""
    return _build(groups, lr, name, betas=(beta1, beta2))


def with_three_betas(
    groups: Groups, lr: float, *, name: str, beta1: float, beta2: float, beta3: float
) -> Optimizer:
    """Build a relative of Adan."""
    return _build(groups, lr, name, betas=(beta1, beta2, beta3))


def with_momentum(groups: Groups, lr: float, *, name: str, momentum: float) -> Optimizer:
    """Build a relative of SGD."""
    return _build(groups, lr, name, momentum=momentum)


def adafactor(groups: Groups, lr: float, *, name: str, beta1: float) -> Optimizer:
    """Build Adafactor; it keeps no mean of gradients where `beta1` is 0."""
    return _build(groups, lr, name, betas=(beta1, 0.999) if beta1 > 0 else None)


def adafactorbv(groups: Groups, lr: float, *, name: str, momentum: float) -> Optimizer:
    """Build Big Vision's Adafactor.

    Its momentum is kept in float32, not bfloat16: torch would read it from a checkpoint so.
    """
    return _build(groups, lr, name, momentum=momentum, momentum_dtype="float32")


def lars(
    groups: Groups, lr: float, *, name: str, momentum: float, trust_coeff: float
) -> Optimizer:
    """Build a relative of LARS."""
    return _build(groups, lr, name, momentum=momentum, trust_coeff=trust_coeff)


def muon(
    groups: Groups, lr: float, *, name: str, momentum: float, beta1: float, beta2: float
) -> Optimizer:
    """Build a relative of Muon; the betas are of AdamW, for groups that fall back to it."""
    return _build(groups, lr, name, momentum=momentum, betas=(beta1, beta2))


def rmsprop(groups: Groups, lr: float, *, name: str, alpha: float, momentum: float) -> Optimizer:
    """Build a relative of RMSprop."""
    return _build(groups, lr, name, alpha=alpha, momentum=momentum)


def adadelta(groups: Groups, lr: float, *, name: str, rho: float) -> Optimizer:
    """Build Adadelta."""
    return _build(groups, lr, name, rho=rho)


def _build(groups: Groups, lr: float, name: str, **parameters: Any) -> Optimizer:
    optimizer: Optimizer = create_optimizer_v2(groups, opt=name, lr=lr, **parameters)
    return optimizer
