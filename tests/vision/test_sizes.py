import pytest
import torch

from maskopt.vision import sizes as room
from maskopt.vision.sizes import find_unfit


def ask(name: str, sizes: list[int], **options: object) -> list[str]:
    return find_unfit({"backbones": [{"name": name, "options": options}], "sizes": sizes})


@pytest.mark.parametrize("name", ["test_resnet", "test_vit", "test_convnext", "test_efficientnet"])
def test_what_goes_together_gives_no_complaint(name: str) -> None:
    assert ask(name, [96, 160]) == []


def test_all_sizes_that_a_backbone_cannot_take_are_told_with_the_nearest_that_it_takes() -> None:
    assert ask("test_vit", [100, 128, 150]) == [
        "backbone test_vit cannot take images of 100, 150 px (Input height (100) should be "
        "divisible by patch size (16)); of multiples of 16 it takes 96 and 112 px, the nearest "
        "to 100; take 100, 150 out of `space.image_size`, or the backbone out of `space.backbone`"
    ]


def test_an_image_may_be_too_small() -> None:
    (told,) = ask("test_vit", [8])
    assert "cannot take images of 8 px" in told
    assert "it takes 16 px, the nearest to 8" in told


def test_backbones_are_judged_one_by_one_and_all_are_told() -> None:
    backbones = [{"name": name, "options": {}} for name in ("test_resnet", "test_vit", "resnet81")]
    told = find_unfit({"backbones": backbones, "sizes": [100]})
    assert [each.partition(" cannot")[0] for each in told] == [
        "backbone test_vit",
        "timm knows no backbone 'resnet81'; did you mean 'resnet18'?",
    ]


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        (
            "test_resnet",
            {"window_size": 7},
            "backbone test_resnet does not take window_size: ResNet.__init__() got an unexpected "
            "keyword argument 'window_size'",
        ),
        (
            "test_resnet",
            {"act_layer": "foo"},
            "backbone test_resnet cannot be built with act_layer foo ('foo')",
        ),
        (
            "test_vit",
            {"num_heads": 7},
            "backbone test_vit cannot be built with num_heads 7 (dim should be divisible by "
            "num_heads)",
        ),
        (
            "test_resnet",
            {"global_pool": ""},
            "backbone test_resnet(global_pool=) gives [1, 96, 3, 3] for a photo, not one vector",
        ),
    ],
    ids=["unknown keyword", "unknown value", "value that does not fit", "no pooling"],
)
def test_options_that_a_backbone_cannot_take_are_told_once(name, options, message) -> None:
    assert ask(name, [96, 100] if name == "test_vit" else [96], **options) == [message]


def test_options_may_make_a_size_fit() -> None:
    assert ask("test_vit", [100], patch_size=20) == []
    (told,) = ask("test_vit", [96], patch_size=20)
    assert told.startswith("backbone test_vit cannot be built with patch_size 20 (Input height")


def test_an_unknown_tag_is_told_with_the_nearest() -> None:
    assert ask("resnet50.a1_in1k", [64]) == []
    assert ask("resnet50.a1_in1kk", [64]) == [
        "timm has no weights 'a1_in1kk' of resnet50; did you mean 'a1_in1k'?"
    ]


def test_what_the_meta_device_cannot_compute_is_tried_in_earnest(monkeypatch) -> None:
    tried = []
    count = room.count_features

    def no_meta(backbone, name, size, options):
        device = next(backbone.parameters()).device
        tried.append(device.type)
        if device == torch.device("meta"):
            raise room.TrainingError("Cannot copy out of meta tensor")
        return count(backbone, name, size, options)

    monkeypatch.setattr(room, "count_features", no_meta)
    assert ask("test_resnet", [64]) == []
    assert tried == ["meta", "cpu"]


def test_backbones_with_fewer_stages_than_are_to_be_frozen_are_told() -> None:
    backbones = [{"name": name, "options": {}} for name in ("test_resnet", "test_vit")]
    told = find_unfit({"backbones": backbones, "sizes": [96], "freeze_stages": 6})
    assert told == [
        "backbone test_resnet has 5 stages, its stem included, so 6 cannot be frozen; "
        "`space.freeze_stages` may be 5 at most"
    ]
    assert find_unfit({"backbones": backbones, "sizes": [96], "freeze_stages": 5}) == []


def test_a_backbone_that_cannot_be_built_is_not_asked_for_its_stages() -> None:
    payload = {"backbones": [{"name": "test_vit", "options": {}}], "sizes": [100]}
    (told,) = find_unfit({**payload, "freeze_stages": 99})
    assert told.startswith("backbone test_vit cannot take images of 100 px")
