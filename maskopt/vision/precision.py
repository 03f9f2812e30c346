"""Devices, number formats and memory layouts: what is fast where, chosen by rules.

By rules and not by timing each trial: a trial that is run again must round the same way.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

import torch
from torch import nn
from torch.amp import GradScaler

from maskopt.vision.depthwise import is_depthwise, keep_in_float32

_WIDE_FEATURES = 128  # of a transformer, from which conversions to bfloat16 pay
_TENSOR_CORES = (7, 0)  # compute capability from which half precision is the fast one


@dataclass(frozen=True)
class Precision:
    """How a model's steps are computed.

    Attributes:
        dtype: What matrix products are computed in; float32 is everything in float32.
    """

    device: torch.device
    dtype: torch.dtype

    @property
    def mixed(self) -> bool:
        """Whether products are in half precision, and sums and weights in float32."""
        return self.dtype is not torch.float32

    def autocast(self) -> AbstractContextManager[object]:
        """Return the context in which a forward pass runs."""
        return torch.autocast(self.device.type, self.dtype, enabled=self.mixed)

    def place(self, model: nn.Module) -> None:
        """Move a model to the device, channels last, in place, and make it fast there."""
        model.to(device=self.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        if self.mixed and self.device.type == "cpu":
            keep_in_float32(model)

    def scaler(self) -> GradScaler:
        """Return what keeps small gradients of float16 from vanishing; idle elsewhere."""
        return GradScaler(self.device.type, enabled=self.dtype is torch.float16)

    def __str__(self) -> str:
        """Name it for the log."""
        words = str(self.dtype).removeprefix("torch.")
        return f"{words}{' autocast' if self.mixed else ''}, channels last"


def find_device() -> torch.device:
    """Return the GPU that this process was given, else the CPU."""
    return torch.device("cuda", 0) if torch.cuda.is_available() else torch.device("cpu")


def choose_precision(backbone: nn.Module, device: torch.device) -> Precision:
    """Return how a backbone trains fastest on a device at no cost of score.

    CUDA: bfloat16 where the card has it, else float16, on cards without tensor cores float32.

    CPU: bfloat16 only where the processor multiplies it (AVX512-BF16, AMX), and not of narrow
    transformers, for which conversions do not pay. Measured on two such cores, bfloat16 over
    float32, both channels last, with memory kept and slow depthwise convolutions left in float32:
    resnet18 1.8, regnety_004 1.45, mobilenetv2_100 1.45, mobilenetv3_large 1.3, convnext_atto and
    efficientnet_b0 1.2, vit_tiny 1.8, but test_vit 0.65 and test_vit3 0.9.
    """
    if device.type == "cuda":
        return Precision(device, _cuda_dtype())
    fast = has_bfloat16_products() and _pays(backbone)
    return Precision(device, torch.bfloat16 if fast else torch.float32)


@contextmanager
def strict_float32() -> Iterator[None]:
    """Compute everything inside in float32 proper, and by the same algorithms each time.

    Predictions that are kept or compared must not depend on what a card rounds to (TF32) nor on
    which convolution won a race (cuDNN's benchmark): machines then agree to 1e-4.
    """
    former = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("highest")
    try:
        with torch.backends.cudnn.flags(
            enabled=True, benchmark=False, deterministic=True, allow_tf32=False
        ):
            yield
    finally:
        torch.set_float32_matmul_precision(former)


def has_bfloat16_products() -> bool:
    """Tell whether this processor multiplies bfloat16 in its own instructions."""
    asked = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    return any(getattr(torch.cpu, name, lambda: False)() for name in asked)


def _cuda_dtype() -> torch.dtype:
    if torch.cuda.get_device_capability() < _TENSOR_CORES:
        return torch.float32
    emulated = not torch.cuda.is_bf16_supported(including_emulation=False)
    return torch.float16 if emulated else torch.bfloat16


def _pays(backbone: nn.Module) -> bool:
    convolutions = [m for m in backbone.modules() if isinstance(m, nn.Conv2d)]
    inner = [m for m in convolutions if is_depthwise(m) or (m.groups == 1 and m.in_channels > 3)]
    spatial = any(m.kernel_size != (1, 1) for m in inner)
    return spatial or int(getattr(backbone, "num_features", 0)) >= _WIDE_FEATURES
