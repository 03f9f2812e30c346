from copy import deepcopy

import pytest
import timm
import torch
from torch import nn

from maskopt.vision.depthwise import is_depthwise, keep_in_float32
from maskopt.vision.freezing import freeze

CHANNELS = 8


def convolution(out: int = CHANNELS, kernel: int | tuple[int, int] = 3, **more) -> nn.Conv2d:
    return nn.Conv2d(CHANNELS, out, kernel, **{"groups": CHANNELS, **more})


@pytest.mark.parametrize(
    ("each", "kept"),
    [
        (convolution(), 0),
        (convolution(kernel=(11, 1)), 0),
        (convolution(stride=2), 1),
        (convolution(stride=(2, 1)), 1),
        (convolution(kernel=5), 1),
        (convolution(kernel=(1, 11)), 1),
        (convolution(dilation=2), 1),
        (convolution(out=2 * CHANNELS), 1),
        (convolution(groups=1, kernel=5, stride=2), 0),
        (convolution(groups=2, kernel=5, stride=2), 0),
    ],
    ids=[
        "plain", "tall", "stride", "stride of rows", "wide", "wide strip", "dilated", "two out",
        "all channels", "groups of four",
    ],
)  # fmt: skip
def test_depthwise_convolutions_without_a_fast_backward_pass_stay_in_float32(each, kept) -> None:
    assert keep_in_float32(nn.Sequential(each)) == kept


def test_mobilenetv2_keeps_four_of_its_seventeen_depthwise_convolutions_in_float32() -> None:
    network = timm.create_model("mobilenetv2_035", num_classes=0)
    assert sum(map(is_depthwise, network.modules())) == 17
    assert keep_in_float32(network) == 4
    assert keep_in_float32(network) == 0  # they are already


def test_what_never_learns_has_no_backward_pass_and_stays_in_bfloat16() -> None:
    network = timm.create_model("mobilenetv2_035", num_classes=0)
    freeze(network, 3, "mobilenetv2_035")  # the first of the four is in the third stage
    assert keep_in_float32(network) == 3


@pytest.fixture
def strided() -> nn.Conv2d:
    torch.manual_seed(0)
    return convolution(stride=2)


@pytest.fixture
def images() -> torch.Tensor:
    return torch.randn(2, CHANNELS, 8, 8, generator=torch.manual_seed(1)).bfloat16()


def in_autocast(module: nn.Module, images: torch.Tensor) -> torch.Tensor:
    with torch.autocast("cpu", torch.bfloat16):
        said: torch.Tensor = module(images)
    return said


def test_they_convolve_in_float32_what_comes_and_goes_on_in_bfloat16(strided, images) -> None:
    plain = strided(images.float()).bfloat16()
    assert not torch.equal(in_autocast(strided, images), plain)  # weights were rounded
    keep_in_float32(nn.Sequential(strided))
    said = in_autocast(strided, images)
    assert said.dtype is torch.bfloat16
    assert torch.equal(said, plain)


def test_their_weights_keep_their_names_and_get_gradients_in_float32(strided, images) -> None:
    names = list(strided.state_dict())
    keep_in_float32(nn.Sequential(strided))
    in_autocast(strided, images).float().sum().backward()
    assert list(strided.state_dict()) == names == ["weight", "bias"]
    assert strided.weight.grad is not None
    assert strided.weight.grad.dtype is torch.float32


def test_a_copy_convolves_with_its_own_weights(strided, images) -> None:
    keep_in_float32(nn.Sequential(strided))
    average = deepcopy(strided)
    nn.init.zeros_(average.weight)
    nn.init.zeros_(average.bias)
    assert in_autocast(average, images).abs().sum() == 0
    assert in_autocast(strided, images).abs().sum() > 0


@pytest.mark.parametrize("padding", ["", "same"], ids=["torch's padding", "timm's padding"])
def test_a_network_outside_of_autocast_says_what_it_said(padding: str) -> None:
    options = {"pad_type": padding} if padding else {}
    network = timm.create_model("mobilenetv2_035", num_classes=3, **options).eval()
    photos = torch.randn(2, 3, 32, 32, generator=torch.manual_seed(2))
    before = network(photos)
    assert keep_in_float32(network) == 4
    assert torch.equal(network(photos), before)
