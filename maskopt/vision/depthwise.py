"""Depthwise convolutions, some of which a CPU trains fastest in float32 amid bfloat16."""

from __future__ import annotations

from functools import cache
from typing import Any, TypeGuard

import torch
from torch import Tensor, nn

_WIDEST = 3  # pixels of a kernel's width that the fast backward pass takes


def keep_in_float32(model: nn.Module) -> int:
    """Let slow depthwise convolutions compute in float32 inside bfloat16 autocast on a CPU.

    oneDNN has a fast backward pass in bfloat16 only for depthwise kernels of up to three pixels'
    width that look at each pixel in turn. Of others it is 1.3 to 30 times as slow as in float32
    (AVX512-BF16; 576 channels, 8 px, stride 2: 33 against 0.8 ms), so that four of MobileNetV2's
    52 convolutions took 44 % of its steps. What never learns has no backward pass and stays in
    bfloat16, which is faster forwards. Weights, their names and what the model takes and gives
    stay as they are.

    Returns:
        How many there are.
    """
    slow = [each for each in model.modules() if _is_slow(each)]
    for each in slow:
        kind: Any = type(each)
        each.__class__ = _in_float32(kind)
    return len(slow)


def is_depthwise(module: nn.Module) -> TypeGuard[nn.Conv2d]:
    """Tell whether a module is a convolution of each channel by itself."""
    return isinstance(module, nn.Conv2d) and 1 < module.groups == module.in_channels


def _is_slow(module: nn.Module) -> bool:
    if isinstance(module, _Float32) or not is_depthwise(module):
        return False
    fast = (
        module.out_channels == module.in_channels
        and module.stride == module.dilation == (1, 1)
        and module.kernel_size[1] <= _WIDEST
    )
    return not fast and module.weight.requires_grad


class _Float32:
    """Before a convolution among a class's bases: computes it in float32."""

    def forward(self, images: Tensor) -> Tensor:
        """Convolve, and give numbers of the format that came."""
        with torch.autocast("cpu", enabled=False):
            convolved: Tensor = super().forward(images.float())  # type: ignore[misc]
        return convolved.to(images.dtype)


@cache
def _in_float32(kind: Any) -> Any:
    # Another class and not another `forward`: a deep copy of the model, such as its average,
    # would call the first model's.
    return type(f"Float32{kind.__name__}", (_Float32, kind), {})
