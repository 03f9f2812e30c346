import pytest
import timm
import torch
from timm.models import group_parameters
from timm.optim import param_groups_layer_decay
from torch import nn

from maskopt.labels import LabelSpace
from maskopt.space import Part
from maskopt.vision.models import build_model
from maskopt.vision.parameter_groups import layer_scales, parameter_groups

FAMILIES = [
    "test_resnet", "test_vit", "test_convnext", "test_efficientnet", "test_nfnet", "resnet18",
    "vit_tiny_patch16_224", "swin_tiny_patch4_window7_224", "deit_tiny_distilled_patch16_224",
    "regnety_002", "mobilenetv3_small_050", "vgg11", "hrnet_w18_small", "levit_128s",
]  # fmt: skip


def small_model() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Flatten(), nn.Linear(4, 2))


def test_only_weights_of_layers_decay() -> None:
    decaying, still = parameter_groups(small_model(), 0.1)
    assert [list(p.shape) for p in decaying["params"]] == [[4, 3, 3, 3], [2, 4]]
    assert [list(p.shape) for p in still["params"]] == [[4], [4], [4], [2]]
    assert (decaying["weight_decay"], still["weight_decay"]) == (0.1, 0.0)


def test_spared_names_and_parameters_that_do_not_learn_do_not_decay() -> None:
    model = small_model()
    model[0].requires_grad_(False)
    (still,) = parameter_groups(model, 0.1, frozenset({"3.weight"}))
    assert [list(p.shape) for p in still["params"]] == [[4], [4], [2, 4], [2]]
    assert still["weight_decay"] == 0.0


@pytest.mark.parametrize("name", FAMILIES)
def test_layers_are_scaled_as_timm_scales_those_of_the_model_with_its_classifier(
    name: str,
) -> None:
    with torch.device("meta"):
        whole, bare = timm.create_model(name), timm.create_model(name, num_classes=0)
    layers = group_parameters(whole, whole.group_matcher(coarse=False), reverse=True)
    found = layer_scales(bare, 0.7)
    assert set(found) == {key for key, _ in bare.named_parameters()}
    assert found == {key: 0.7 ** (max(layers.values()) - layers[key]) for key in found}


def test_a_backbone_without_a_matcher_is_cut_into_layers_of_twelve_as_timm_does() -> None:
    model = timm.create_model("test_resnet", num_classes=0)
    model.group_matcher = None

    class Bare(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.blocks = nn.ModuleList(nn.Linear(2, 2, bias=False) for _ in range(30))
            self.pretrained_cfg = {"classifier": "head"}

    found = layer_scales(Bare(), 0.5)
    assert list(found.values()) == [0.125] * 12 + [0.25] * 12 + [0.5] * 6


@pytest.fixture
def vit(label_space: LabelSpace):
    return build_model(Part("test_vit"), label_space, image_size=32, dropout=0.0, scratch=True)


def test_each_layer_learns_by_a_power_of_the_decay_and_the_heads_whole(vit) -> None:
    """timm's ViT: 0 is the stem, then the blocks, and the classifier one above the last."""
    groups = parameter_groups(vit, 0.1, layer_decay=0.5)
    scales = {id(p): group["lr_scale"] for group in groups for p in group["params"]}
    blocks = vit.backbone.blocks
    depths = [0.5 ** (len(blocks) - i) for i in range(len(blocks))]
    assert [scales[id(block.attn.qkv.weight)] for block in blocks] == depths
    assert scales[id(vit.backbone.patch_embed.proj.weight)] == 0.5 ** (len(blocks) + 1)
    assert scales[id(vit.heads[0].weight)] == scales[id(vit.heads[0].bias)] == 1.0
    assert sum(len(group["params"]) for group in groups) == len(list(vit.parameters()))


def test_a_decay_of_one_lets_all_learn_alike(vit) -> None:
    plain, decayed = parameter_groups(vit, 0.1), parameter_groups(vit, 0.1, layer_decay=1.0)
    assert [len(group["params"]) for group in plain] == [len(g["params"]) for g in decayed]
    assert {group["lr_scale"] for group in decayed} == {1.0}


def test_weights_decay_in_every_layer_as_timm_lets_them() -> None:
    backbone = timm.create_model("test_resnet", num_classes=0)
    ours = parameter_groups(nn.ModuleDict({"backbone": backbone}), 0.1, layer_decay=0.8)
    timms = param_groups_layer_decay(backbone, 0.1, layer_decay=0.8)
    decays = [
        {id(p): group["weight_decay"] for group in groups for p in group["params"]}
        for groups in (ours, timms)
    ]
    assert decays[0] == decays[1]


def test_backbone_and_heads_can_be_kept_apart(vit) -> None:
    groups = parameter_groups(vit, 0.1, is_apart=True)
    heads = {id(p) for p in vit.heads.parameters()}
    inside = [{id(p) in heads for p in group["params"]} for group in groups]
    assert inside == [{False}, {True}, {False}, {True}]
    assert [group.get("use_fallback", False) for group in groups] == [False, True, False, True]
