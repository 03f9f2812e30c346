import pytest
import timm
import torch

from maskopt.vision import precision
from maskopt.vision.precision import Precision, choose_precision, find_device, strict_float32

CPU, CUDA = torch.device("cpu"), torch.device("cuda", 0)


def choose(name: str, device: torch.device = CPU) -> torch.dtype:
    return choose_precision(timm.create_model(name, num_classes=0), device).dtype


@pytest.mark.parametrize(
    "name",
    [
        "resnet18", "test_resnet", "test_byobnet", "vit_tiny_patch16_224",
        "mobilenetv2_035", "mobilenetv3_small_050", "test_efficientnet", "test_convnext",
    ],
)  # fmt: skip
def test_backbones_use_bfloat16_where_the_processor_multiplies_it(name: str, monkeypatch) -> None:
    monkeypatch.setattr(precision, "has_bfloat16_products", lambda: True)
    assert choose(name) is torch.bfloat16
    monkeypatch.setattr(precision, "has_bfloat16_products", lambda: False)
    assert choose(name) is torch.float32


@pytest.mark.parametrize("name", ["test_vit", "test_vit3"])
def test_narrow_transformers_stay_in_float32_on_a_cpu(name: str, monkeypatch) -> None:
    monkeypatch.setattr(precision, "has_bfloat16_products", lambda: True)
    assert choose(name) is torch.float32


@pytest.mark.parametrize(
    ("dtype", "kept"), [(torch.bfloat16, 4), (torch.float32, 0)], ids=["bfloat16", "float32"]
)
def test_slow_depthwise_convolutions_stay_in_float32_amid_bfloat16(dtype, kept: int) -> None:
    network = timm.create_model("mobilenetv2_035", num_classes=0)
    Precision(CPU, dtype).place(network)
    assert sum(type(each).__name__ == "Float32Conv2d" for each in network.modules()) == kept
    stem = network.conv_stem.weight
    assert stem.is_contiguous(memory_format=torch.channels_last)


@pytest.mark.parametrize(
    ("capability", "native", "dtype"),
    [
        ((9, 0), True, torch.bfloat16),
        ((7, 5), False, torch.float16),
        ((6, 1), False, torch.float32),
    ],
    ids=["H100", "T4", "GTX 1080"],
)
def test_a_gpu_uses_what_its_cores_are_made_for(capability, native, dtype, monkeypatch) -> None:
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda: capability)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation: native)
    assert choose("mobilenetv2_035", CUDA) is dtype


def test_only_float16_scales_its_gradients() -> None:
    assert not Precision(CPU, torch.bfloat16).scaler().is_enabled()
    assert not Precision(CPU, torch.float32).scaler().is_enabled()


def test_autocast_acts_only_where_it_is_mixed() -> None:
    layer, images = torch.nn.Linear(4, 4), torch.ones(1, 4)
    for dtype in (torch.float32, torch.bfloat16):
        with Precision(CPU, dtype).autocast():
            assert layer(images).dtype is dtype


def test_the_device_is_a_gpu_where_there_is_one(monkeypatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert find_device() == CUDA
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert find_device() == CPU


def test_precisions_are_named_for_the_log() -> None:
    assert str(Precision(CPU, torch.float32)) == "float32, channels last"
    assert str(Precision(CPU, torch.bfloat16)) == "bfloat16 autocast, channels last"


def test_strict_float32_forbids_what_rounds_otherwise_and_gives_it_back() -> None:
    cudnn = torch.backends.cudnn
    torch.set_float32_matmul_precision("high")
    former = (cudnn.benchmark, cudnn.deterministic, cudnn.allow_tf32)
    cudnn.benchmark = True
    try:
        with strict_float32():
            assert torch.get_float32_matmul_precision() == "highest"
            assert (cudnn.benchmark, cudnn.deterministic) == (False, True)
            assert (cudnn.allow_tf32, torch.backends.cuda.matmul.allow_tf32) == (False, False)
        assert torch.get_float32_matmul_precision() == "high"
        assert (cudnn.benchmark, *former[1:]) == (True, cudnn.deterministic, cudnn.allow_tf32)
    finally:
        torch.set_float32_matmul_precision("highest")
        cudnn.benchmark = former[0]
