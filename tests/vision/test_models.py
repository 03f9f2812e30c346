from math import log
from pathlib import Path

import pytest
import torch

from maskopt.labels import LabelSpace
from maskopt.space import Part
from maskopt.vision.failures import TrainingError
from maskopt.vision.models import build_model

WEIGHTS = Path(__file__).parents[3] / "shared/data/weights"
TINY = ["test_byobnet", "test_convnext", "test_efficientnet", "test_nfnet", "test_resnet"]
TINY += ["test_vit", "test_vit2", "test_mambaout"]


def build(name: str, space: LabelSpace, size: int = 32, **options):
    torch.manual_seed(0)
    return build_model(Part(name, options), space, image_size=size, dropout=0.0, scratch=True)


def first_loss(model, classes: int) -> float:
    model.train()
    torch.manual_seed(1)
    logits = model(torch.randn(8, 3, 32, 32))[-1]
    return torch.nn.functional.cross_entropy(logits, torch.arange(8) % classes).item()


@pytest.mark.parametrize("name", TINY)
def test_the_first_loss_is_that_of_chance(name: str, two_heads: LabelSpace) -> None:
    model = build(name, two_heads)
    assert first_loss(model, 3) == pytest.approx(log(3))
    logits = model.eval()(torch.randn(2, 3, 32, 32))
    assert [list(each.shape) for each in logits] == [[2, 2], [2, 3]]


def test_all_layers_before_timms_classifier_count(label_space: LabelSpace) -> None:
    # MobileNetV3's conv_head stands behind its pooling and makes 1024 features of 576
    model = build("mobilenetv3_small_050", label_space)
    assert model.facts.features == model.backbone.head_hidden_size == 1024
    assert model.backbone.num_features == 288


def test_the_same_seed_builds_the_same_weights(label_space: LabelSpace) -> None:
    one, two = build("test_resnet", label_space), build("test_resnet", label_space)
    pairs = zip(one.state_dict().values(), two.state_dict().values(), strict=True)
    assert all(torch.equal(a, b) for a, b in pairs)


def test_looking_for_the_features_leaves_batch_norm_untouched(label_space: LabelSpace) -> None:
    state = build("test_resnet", label_space).state_dict()
    counters = [v.item() for k, v in state.items() if k.endswith("num_batches_tracked")]
    assert counters
    assert set(counters) == {0}


def test_options_reach_timm(label_space: LabelSpace) -> None:
    same = build("test_efficientnet", label_space, pad_type="same", drop_path_rate=None)
    assert type(same.backbone.conv_stem).__name__ == "Conv2dSame"


@pytest.mark.parametrize(
    ("name", "options", "look"),
    [
        ("test_vit", {"patch_size": 8}, lambda b: b.patch_embed.patch_size == (8, 8)),
        ("test_resnet", {"act_layer": "gelu"}, lambda b: type(b.act1).__name__ == "GELU"),
        ("test_resnet", {"global_pool": "max"}, lambda b: b.global_pool.pool_type == "max"),
        ("test_vit", {"attn_drop_rate": 0.3}, lambda b: b.blocks[0].attn.attn_drop.p == 0.3),
        ("test_vit", {"proj_drop_rate": 0.3}, lambda b: b.blocks[0].mlp.drop1.p == 0.3),
        ("test_resnet", {"drop_path_rate": 0.3}, lambda b: b.layer4[0].drop_path.drop_prob == 0.3),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else "",
)
def test_any_keyword_of_timms_constructor_reaches_it(
    name: str, options: dict[str, object], look, label_space: LabelSpace
) -> None:
    assert look(build(name, label_space, **options).backbone)


def test_one_backbone_may_start_from_random_weights_alone(label_space: LabelSpace) -> None:
    part = Part("test_resnet", {"weights": None})
    model = build_model(part, label_space, image_size=32, dropout=0.0, scratch=False)
    assert model.facts.weights == "none: from scratch"


@pytest.mark.parametrize("rate", [0.0, 0.5])
def test_stochastic_depth_acts_in_training_only(rate: float, label_space: LabelSpace) -> None:
    model = build("test_vit", label_space, drop_path_rate=rate)
    images = torch.randn(8, 3, 32, 32)
    alike = torch.equal(model.train().features(images), model.features(images))
    assert alike == (rate == 0.0)
    assert torch.equal(model.eval().features(images), model.features(images))


def test_normalisation_is_the_options_else_timms(label_space: LabelSpace) -> None:
    own = build("test_resnet", label_space, mean=(0.1, 0.2, 0.3), std=(0.4, 0.5, 0.6))
    assert (own.facts.mean, own.facts.std) == ((0.1, 0.2, 0.3), (0.4, 0.5, 0.6))
    assert build("resnet18", label_space).facts.mean == (0.485, 0.456, 0.406)


def test_dropout_acts_in_training_only(label_space: LabelSpace) -> None:
    model = build_model(Part("test_resnet"), label_space, image_size=32, dropout=0.5, scratch=True)
    torch.nn.init.ones_(model.heads[0].weight)
    images = torch.randn(2, 3, 32, 32)
    assert torch.equal(model.eval()(images)[0], model(images)[0])
    assert not torch.equal(model.train()(images)[0], model(images)[0])


@pytest.mark.parametrize(
    ("part", "size", "message"),
    [
        (Part("test_resnett"), 32, "timm knows no backbone 'test_resnett'; did you mean "),
        (
            Part("test_resnet", {"pad_type": "same"}),
            32,
            "backbone test_resnet does not take pad_type: ",
        ),
        (Part("test_vit"), 8, "backbone test_vit cannot take images of 8 px: "),
    ],
    ids=["unknown name", "unknown option", "image too small"],
)
def test_backbones_that_cannot_be_built_say_why(
    part: Part, size: int, message: str, label_space: LabelSpace
) -> None:
    with pytest.raises(TrainingError) as raised:
        build_model(part, label_space, image_size=size, dropout=0.0, scratch=True)
    assert str(raised.value).startswith(message)


@pytest.mark.parametrize(
    ("name", "size", "reason"),
    [
        ("botnet26t_256", 30, ": Trying to create tensor with negative dimension -1: [-1, 128]"),
        ("gcvit_xxtiny", 30, ": division by zero"),
        ("halo2botnet50ts_256", 96, ""),
    ],
    ids=["while it is built", "by an impossible division", "without a reason"],
)
def test_images_that_a_backbone_cannot_take_are_told_however_timm_says_it(
    name: str, size: int, reason: str, label_space: LabelSpace
) -> None:
    with pytest.raises(TrainingError) as raised:
        build_model(Part(name), label_space, image_size=size, dropout=0.0, scratch=True)
    assert str(raised.value) == f"backbone {name} cannot take images of {size} px{reason}"


@pytest.mark.real
@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("mobilenetv2_035", "mobilenetv2_035.keras_in1k_nohead.fp16.safetensors"),
        ("mobilenetv2_100", "mobilenetv2_100.keras_ptq_in1k.fp16.safetensors"),
    ],
    ids=["a file without a classifier", "a file with one"],
)
def test_real_weights_start_at_chance_too(name: str, file: str, label_space: LabelSpace) -> None:
    if not WEIGHTS.is_dir():
        pytest.skip("the weights beside the project are missing")
    part = {"weights": str(WEIGHTS / file), "pad_type": "same", "mean": (0.5,) * 3}
    model = build_model(Part(name, part), label_space, image_size=32, dropout=0.0, scratch=False)
    assert model.facts.weights == f"file {WEIGHTS / file}"
    assert first_loss(model, 3) == pytest.approx(log(3))
    # Features of trained weights tell photos apart; their batch norm is not that of a new model
    assert not torch.equal(
        model.backbone.bn1.running_mean, torch.zeros(16 if "035" in name else 32)
    )
