"""Weights of all backbones of a space: several files, options, tags and image sizes."""

from pathlib import Path

import timm
import torch
from safetensors.torch import save_file

from maskopt.vision import weights
from maskopt.vision.weights import find_weights

NAME = "test_resnet"


def test_weights_must_fit_every_image_size_that_is_searched(tmp_path: Path) -> None:
    state = timm.create_model("levit_128s", num_classes=0, img_size=96).state_dict()
    file = tmp_path / "levit.safetensors"
    save_file(state, file)
    backbones = [{"name": "levit_128s", "weights": str(file), "options": {}}]
    payload = {"backbones": backbones, "pretrained": "auto"}
    assert find_weights({**payload, "sizes": [96]})["levit_128s"]["error"] is None
    error = find_weights({**payload, "sizes": [96, 128]})["levit_128s"]["error"]
    assert str(error).startswith(f"{file}: not the weights of levit_128s: ")


def test_every_file_of_a_backbone_is_looked_into(tmp_path: Path) -> None:
    save_file(timm.create_model(NAME, num_classes=0).state_dict(), tmp_path / "good.safetensors")
    good, bad = f"{tmp_path}/good.safetensors", str(tmp_path / "none.pth")
    backbones = [{"name": NAME, "weights": file} for file in (bad, good)]
    found = find_weights({"backbones": backbones, "pretrained": "auto"})
    assert found[NAME]["error"] == f"{bad}: no such weights file"


def test_a_file_is_looked_into_with_the_options_of_its_backbone(tmp_path: Path) -> None:
    torch.manual_seed(0)
    file = tmp_path / "deep.safetensors"
    save_file(timm.create_model(NAME, stem_width=8, num_classes=0).state_dict(), file)
    backbone = {"name": NAME, "weights": str(file), "options": {"stem_width": 8}}
    payload = {"backbones": [backbone], "pretrained": "auto"}
    assert find_weights(payload)[NAME]["error"] is None


def test_a_tag_names_its_own_weights(monkeypatch) -> None:
    asked = []
    monkeypatch.setattr(weights, "try_to_load_from_cache", lambda *a, **_: asked.append(a[0]))
    monkeypatch.setattr(weights, "fetch_weights", lambda name: None)
    for name in ("resnet50", "resnet50.a1_in1k", "resnet50.tv_in1k"):
        find_weights({"backbones": [{"name": name, "weights": None}], "pretrained": "auto"})
    assert list(dict.fromkeys(asked)) == [f"timm/resnet50.{tag}" for tag in ("a1_in1k", "tv_in1k")]


def test_an_unknown_tag_is_a_mistake_whatever_is_wanted() -> None:
    asked = {"backbones": [{"name": "resnet50.a1_in1kk", "weights": None}], "pretrained": "none"}
    told = "timm has no weights 'a1_in1kk' of resnet50; did you mean 'a1_in1k'?"
    assert find_weights(asked)["resnet50.a1_in1kk"]["error"] == told
