import inspect

import pytest
import timm
import torch

from maskopt.catalog.backbones import keywords_of

ONE_OF_A_MODULE = [
    "test_resnet", "res2net50d", "skresnet18", "resnest26d", "test_efficientnet", "hardcorenas_a",
    "test_vit", "deit_tiny_patch16_224", "vitamin_small_224", "test_convnext", "mobilevit_xs",
    "swin_tiny_patch4_window7_224", "regnety_002", "vgg11", "densenet121", "halonet26t",
]  # fmt: skip


@pytest.mark.parametrize("name", ONE_OF_A_MODULE)
def test_no_keyword_of_a_constructor_is_taken_for_a_mistake(name: str) -> None:
    with torch.device("meta"):
        made = timm.create_model(name)
    taken = {*inspect.signature(type(made).__init__).parameters} - {"self", "args", "kwargs"}
    assert taken <= (keywords_of(name) or set())


def test_keywords_that_timm_takes_apart_before_the_constructor_are_known() -> None:
    assert {"bn_eps", "bn_momentum"} <= (keywords_of("efficientnet_b0") or set())


def test_tags_have_the_keywords_of_their_model_and_unknown_names_none() -> None:
    assert keywords_of("resnet50.a1_in1k") == keywords_of("resnet50")
    assert keywords_of("resnet81") is None
