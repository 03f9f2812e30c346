from pathlib import Path

import pytest
import timm
import torch
from safetensors.torch import save_file

from maskopt.vision import weights
from maskopt.vision.failures import TrainingError
from maskopt.vision.weights import find_weights
from maskopt.vision.weights_file import load_weights

NAME = "test_resnet"


def new_backbone(name: str = NAME):
    return timm.create_model(name, pretrained=False, num_classes=0)


def written(folder: Path, name: str = NAME, kind: str = "safetensors", classes: int = 10) -> Path:
    torch.manual_seed(7)
    state = timm.create_model(name, pretrained=False, num_classes=classes).half().state_dict()
    file = folder / f"{name}.{kind}"
    torch.save(state, file) if kind == "pth" else save_file(state, file)
    return file


@pytest.mark.parametrize("kind", ["safetensors", "pth"])
@pytest.mark.parametrize("classes", [0, 10], ids=["without a classifier", "with one"])
def test_a_local_file_fills_the_backbone(tmp_path: Path, kind: str, classes: int) -> None:
    file = written(tmp_path, kind=kind, classes=classes)
    backbone = new_backbone()
    load_weights(backbone, file)
    torch.manual_seed(7)
    wanted = timm.create_model(NAME, num_classes=classes).half().state_dict()
    found = backbone.state_dict()
    assert all(torch.equal(found[k].half(), wanted[k].half()) for k in found)


def test_counters_of_batch_norm_may_be_missing(tmp_path: Path) -> None:
    state = {k: v for k, v in new_backbone().state_dict().items() if "num_batches" not in k}
    save_file(state, tmp_path / "bare.safetensors")
    load_weights(new_backbone(), tmp_path / "bare.safetensors")


def test_the_weights_of_another_backbone_are_refused_with_counts(tmp_path: Path) -> None:
    file = written(tmp_path, "test_efficientnet")
    with pytest.raises(TrainingError) as raised:
        load_weights(new_backbone(), file)
    count = len(new_backbone().state_dict())
    told = str(raised.value)
    assert told.startswith(f"{file}: not the weights of test_resnet: ")
    assert f"of {count} tensors are missing (conv1.0.weight, conv1.1.weight, " in told


def test_tensors_of_another_shape_are_named_with_both_shapes(tmp_path: Path) -> None:
    state = new_backbone().state_dict()
    state["bn1.weight"] = torch.ones(5)
    save_file(state, tmp_path / "odd.safetensors")
    with pytest.raises(TrainingError) as raised:
        load_weights(new_backbone(), tmp_path / "odd.safetensors")
    assert str(raised.value) == (
        f"{tmp_path / 'odd.safetensors'}: not the weights of test_resnet: "
        "1 have another shape (bn1.weight is [5], not [32])"
    )


@pytest.mark.parametrize("kind", ["safetensors", "pth"])
def test_a_truncated_file_is_told(tmp_path: Path, kind: str) -> None:
    file = written(tmp_path, kind=kind)
    file.write_bytes(file.read_bytes()[:5000])
    with pytest.raises(TrainingError, match="weights cannot be read"):
        load_weights(new_backbone(), file)


def test_a_file_of_objects_is_never_run(tmp_path: Path) -> None:
    torch.save({"state_dict": Path("x")}, tmp_path / "objects.pth")
    with pytest.raises(TrainingError, match="weights cannot be read"):
        load_weights(new_backbone(), tmp_path / "objects.pth")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "EOFError"),
        ([1, 2], "AttributeError: 'list' object has no attribute 'items')"),
    ],
    ids=["empty", "a list"],
)
def test_a_file_that_holds_no_tensors_is_told_with_the_reason(
    tmp_path: Path, content: object, reason: str
) -> None:
    file = tmp_path / "odd.pth"
    if isinstance(content, bytes):
        file.write_bytes(content)
    else:
        torch.save(content, file)
    with pytest.raises(TrainingError) as raised:
        load_weights(new_backbone(), file)
    assert str(raised.value).startswith(f"{file}: weights cannot be read ({reason}")


def test_weights_that_only_fit_another_image_size_are_told_with_it(tmp_path: Path) -> None:
    file = written(tmp_path, "levit_128s")
    backbone = timm.create_model("levit_128s", num_classes=0, img_size=96)
    with pytest.raises(TrainingError) as raised:
        load_weights(backbone, file)
    assert str(raised.value).endswith(
        ", ...); if they are its own, they are for images of 224 px and no others"
    )


def test_shapes_that_timm_does_not_expect_are_told_too(tmp_path: Path, monkeypatch) -> None:
    def refuse(state: object, model: object) -> None:
        raise AssertionError

    state = new_backbone().state_dict()
    state["bn1.weight"] = torch.ones(5)
    save_file(state, tmp_path / "odd.safetensors")
    monkeypatch.setattr(timm.models.resnet, "checkpoint_filter_fn", refuse, raising=False)
    with pytest.raises(TrainingError) as raised:
        load_weights(new_backbone(), tmp_path / "odd.safetensors")
    assert str(raised.value) == (
        f"{tmp_path / 'odd.safetensors'}: not the weights of test_resnet: "
        "1 have another shape (bn1.weight is [5], not [32])"
    )


def ask(name: str, file: str | None = None, pretrained: str = "auto"):
    asked = {"backbones": [{"name": name, "weights": file}], "pretrained": pretrained}
    return find_weights(asked)[name]


def test_a_local_file_is_found(tmp_path: Path) -> None:
    file = str(written(tmp_path))
    assert ask(NAME, file) == {"source": f"file {file}", "reason": None, "error": None}


def test_a_missing_local_file_is_a_mistake(tmp_path: Path) -> None:
    told = f"{tmp_path}/none.safetensors: no such weights file"
    assert ask(NAME, f"{tmp_path}/none.safetensors") == {
        "source": None,
        "reason": told,
        "error": told,
    }


def test_the_weights_of_another_backbone_are_a_mistake_before_any_trial(tmp_path: Path) -> None:
    file = written(tmp_path, "test_efficientnet")
    found = ask(NAME, str(file))
    assert found["source"] is None
    assert found["error"] == found["reason"]
    assert str(found["error"]).startswith(f"{file}: not the weights of test_resnet: ")


def test_weights_for_another_image_size_are_left_to_the_trials(tmp_path: Path) -> None:
    state = timm.create_model("levit_128s", num_classes=0, img_size=96).state_dict()
    file = tmp_path / "levit.safetensors"
    save_file(state, file)
    found = ask("levit_128s", str(file))
    assert found == {"source": f"file {file}", "reason": None, "error": None}
    load_weights(timm.create_model("levit_128s", num_classes=0, img_size=96), file)


def test_an_unknown_name_is_a_mistake_whatever_is_wanted() -> None:
    found = ask("resnet81", pretrained="none")
    assert found["error"] == "timm knows no backbone 'resnet81'; did you mean 'resnet18'?"


def test_without_a_wish_for_weights_nothing_is_looked_for(monkeypatch) -> None:
    monkeypatch.setattr(weights, "cached_weights", lambda name: pytest.fail("looked"))
    assert ask(NAME, pretrained="none") == {
        "source": None,
        "reason": "`pretrained: none`",
        "error": None,
    }


def test_the_cache_comes_before_a_download(monkeypatch) -> None:
    monkeypatch.setattr(weights, "cached_weights", lambda name: Path("cached.safetensors"))
    monkeypatch.setattr(weights, "fetch_weights", lambda name: pytest.fail("downloaded"))
    assert ask(NAME)["source"] == "timm's cache"


def test_what_is_not_in_the_cache_is_downloaded(monkeypatch) -> None:
    monkeypatch.setattr(weights, "cached_weights", lambda name: None)
    monkeypatch.setattr(weights, "_can_reach", lambda url: True)
    monkeypatch.setattr(weights, "_download_from_hub", lambda config: Path("new.safetensors"))
    assert ask(NAME)["source"] == "download"


def test_without_a_network_the_reason_is_told(monkeypatch) -> None:
    monkeypatch.setattr(weights, "cached_weights", lambda name: None)
    monkeypatch.setattr(weights, "_can_reach", lambda url: False)
    monkeypatch.setattr(weights.constants, "HF_HUB_OFFLINE", False)
    assert ask(NAME) == {
        "source": None,
        "reason": "huggingface.co cannot be reached",
        "error": None,
    }


def test_hugging_faces_own_switch_forbids_a_download(monkeypatch) -> None:
    monkeypatch.setattr(weights, "cached_weights", lambda name: None)
    monkeypatch.setattr(weights.constants, "HF_HUB_OFFLINE", True)
    told = "HF_HUB_OFFLINE forbids a download, and they are not in timm's cache"
    assert ask(NAME)["reason"] == told


def test_a_download_that_breaks_off_is_told_in_one_line(monkeypatch) -> None:
    def broken(config: object) -> Path:
        raise ConnectionError("reset by peer\nmore")

    monkeypatch.setattr(weights, "cached_weights", lambda name: None)
    monkeypatch.setattr(weights, "_can_reach", lambda url: True)
    monkeypatch.setattr(weights.constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(weights, "_download_from_hub", broken)
    assert ask(NAME)["reason"] == "the download failed: reset by peer"


def test_nobody_listens_on_a_closed_port() -> None:
    assert not weights._can_reach("http://127.0.0.1:9/")


def test_the_hubs_cache_is_found_by_its_own_layout(monkeypatch, tmp_path: Path) -> None:
    asked = []

    def look(repository: str, file: str, revision: str | None) -> str | None:
        asked.append((repository, file, revision))
        return str(tmp_path / file) if file == "pytorch_model.bin" else None

    monkeypatch.setattr(weights, "try_to_load_from_cache", look)
    assert weights.cached_weights(NAME) == tmp_path / "pytorch_model.bin"
    assert asked == [
        ("timm/test_resnet.r160_in1k", "model.safetensors", None),
        ("timm/test_resnet.r160_in1k", "pytorch_model.bin", None),
    ]
