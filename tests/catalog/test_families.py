import pytest

from maskopt.catalog.backbones import installed_backbones
from maskopt.catalog.families import family, most_different


@pytest.mark.parametrize(
    ("backbone", "known"),
    [
        ("resnet18", "resnet"),
        ("resnet50.a1_in1k", "resnet"),
        ("wide_resnet50_2", "resnet"),
        ("seresnet50", "resnet"),
        ("resnext50_32x4d", "resnext"),
        ("legacy_seresnext26_32x4d", "resnext"),
        ("resnetv2_50x1_bit.goog_in21k", "resnetv2"),
        ("res2net50_26w_4s", "res2net"),
        ("efficientnet_b0", "efficientnet"),
        ("tf_efficientnet_lite0", "efficientnet"),
        ("tf_efficientnetv2_s.in21k", "efficientnetv2"),
        ("efficientvit_b0", "efficientvit"),
        ("convnext_tiny", "convnext"),
        ("convnextv2_nano", "convnext"),
        ("vit_small_patch16_224", "vit"),
        ("deit3_small_patch16_224", "vit"),
        ("swin_tiny_patch4_window7_224", "swin"),
        ("swinv2_tiny_window8_256", "swin"),
        ("regnety_032", "regnet"),
        ("mobilenetv2_100", "mobilenetv2"),
        ("tf_mobilenetv3_small_minimal_100", "mobilenetv3"),
        ("densenet121", "densenet"),
        ("vgg16_bn", "vgg"),
        ("test_resnet", "test_resnet"),
        ("test_efficientnet_gn.r160_in1k", "test_efficientnet"),
        ("test_vit2", "test_vit"),
        ("hf_hub:timm/xcit_nano_12_p16_224", "xcit"),
    ],
)
def test_a_backbone_has_a_family(backbone: str, known: str) -> None:
    assert family(backbone) == known


def test_every_backbone_of_timm_has_a_family_and_they_are_few() -> None:
    backbones = installed_backbones()
    assert backbones is not None
    families = {family(name) for name in backbones.names}
    assert "" not in families
    assert 50 < len(families) < 160


def test_kinds_take_turns() -> None:
    given = ["resnet", "resnext", "regnet", "vit", "mobilenetv2", "vit", "strange"]
    assert most_different(given) == [
        "resnet",
        "vit",
        "mobilenetv2",
        "strange",
        "resnext",
        "regnet",
    ]
    assert most_different([]) == []
