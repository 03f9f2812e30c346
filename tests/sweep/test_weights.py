import json
from pathlib import Path
from typing import Any

import pytest

from maskopt.errors import StudyError
from maskopt.spec import StudySpec, read_spec
from maskopt.sweep import weights
from maskopt.sweep.weights import judge_weights, settle_scratch

FOUND = {
    "resnet18": {"source": "timm's cache", "reason": None, "error": None},
    "resnet34": {"source": None, "reason": "huggingface.co cannot be reached", "error": None},
    "resnet50": {"source": None, "reason": "huggingface.co cannot be reached", "error": None},
}
REMEDY = "give a local file (`weights:`) or run once where there is a network"
LINE = "no trained weights of resnet34, resnet50 could be had: huggingface.co cannot be reached"


@pytest.fixture(autouse=True)
def no_look_at_sizes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "check_backbones", lambda spec: None)


def write_spec(
    folder: Path, pretrained: str, backbone: str = "{resnet50: {weights: resnet50.pth}}"
) -> StudySpec:
    (folder / "resnet50.pth").touch()
    (folder / "other.pth").touch()
    file = folder / "faces.yaml"
    file.write_text(
        "study: faces\n"
        "data: {attributes: {age: {cuts: [30], names: [young, old]}}, group: none}\n"
        "heads: [age]\n"
        "budget: {trials: 6, epochs: 4}\n"
        f"pretrained: {pretrained}\n"
        f"space: {{backbone: [{backbone}]}}\n"
    )
    return read_spec(file)


def test_a_backbone_without_weights_starts_from_scratch_and_that_is_said(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert judge_weights("auto", FOUND) == ("resnet34", "resnet50")
    assert capsys.readouterr().err == (
        "note: resnet18: weights from timm's cache\n"
        f"warning: {LINE}; they start from random weights. To change that, {REMEDY}\n"
    )


def test_weights_that_are_required_and_missing_are_an_error() -> None:
    with pytest.raises(StudyError) as refusal:
        judge_weights("require", FOUND)
    assert str(refusal.value) == f"{LINE}\n`pretrained: require` refuses that; {REMEDY}"


def test_a_backbone_that_cannot_be_used_is_told_before_the_first_trial() -> None:
    mistake = "timm knows no backbone of that name; did you mean 'resnet18'?"
    broken = {"resnet81": {"source": None, "reason": mistake, "error": mistake}}
    with pytest.raises(StudyError) as refusal:
        judge_weights("auto", {**FOUND, **broken})
    assert str(refusal.value) == f"resnet81: {mistake}"


def test_random_weights_need_no_look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "run_job", None)  # a call would fail
    assert settle_scratch(write_spec(tmp_path, "none"), tmp_path) == ("resnet50",)


def test_a_local_file_is_looked_into_by_a_worker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = str(tmp_path / "resnet50.pth")
    asked = []

    def look(function: str, payload: dict[str, object]) -> dict[str, object]:
        asked.append((function, payload))
        return {"resnet50": {"source": f"file {file}", "reason": None, "error": None}}

    monkeypatch.setattr(weights, "run_job", look)
    assert settle_scratch(write_spec(tmp_path, "auto"), tmp_path) == ()
    backbone = {"name": "resnet50", "weights": file, "options": {}}
    payload = {"backbones": [backbone], "pretrained": "auto", "sizes": [224]}
    assert asked == [("maskopt.vision.weights:find_weights", payload)]


def test_what_was_settled_before_the_first_trial_holds_for_the_study(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(weights, "run_job", None)
    (tmp_path / "weights.json").write_text(json.dumps({"scratch": ["resnet50"]}))
    assert settle_scratch(write_spec(tmp_path, "auto"), tmp_path) == ("resnet50",)


def test_a_backbone_may_start_from_random_weights_where_others_do_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = []

    def look(function: str, payload: dict[str, Any]) -> dict[str, object]:
        asked.extend(payload["backbones"])
        return {"resnet18": {"source": "timm's cache", "reason": None, "error": None}}

    monkeypatch.setattr(weights, "run_job", look)
    spec = write_spec(tmp_path, "require", "{resnet50: {weights: none}}, resnet18")
    assert settle_scratch(spec, tmp_path) == ("resnet50",)
    assert asked == [{"name": "resnet18", "weights": None, "options": {}}]
    assert capsys.readouterr().err == "note: resnet18: weights from timm's cache\n"


def test_nobody_is_asked_where_no_backbone_is_to_have_weights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(weights, "run_job", None)
    spec = write_spec(tmp_path, "auto", "{resnet50: {weights: none}}")
    assert settle_scratch(spec, tmp_path) == ("resnet50",)


def test_every_file_that_a_trial_may_draw_is_looked_into(tmp_path: Path) -> None:
    told = "{resnet50: {weights: [none, resnet50.pth, other.pth], stem_width: 32}}"
    wanted = weights.wanted_weights(write_spec(tmp_path, "auto", told))
    assert wanted == [
        {"name": "resnet50", "weights": str(tmp_path / file), "options": {"stem_width": 32}}
        for file in ("resnet50.pth", "other.pth")
    ]


def test_frozen_stages_of_a_backbone_whose_weights_cannot_be_had_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = {"resnet50": {"source": None, "reason": "no network", "error": None}}
    monkeypatch.setattr(weights, "run_job", lambda function, payload: found)
    write_spec(tmp_path, "auto")
    missing = (
        "warning: no trained weights of resnet50 could be had: no network; they start from random "
        f"weights. To change that, {REMEDY}\n"
    )
    stay = "warning: resnet50: stages that `space.freeze_stages` keeps from learning stay random\n"
    for told, lines in (("2", missing + stay), ("[0, 2]", missing)):
        spec = read_spec(tmp_path / "faces.yaml", sets=[f"space.freeze_stages={told}"])
        (tmp_path / "weights.json").unlink(missing_ok=True)
        assert settle_scratch(spec, tmp_path) == ("resnet50",)
        assert capsys.readouterr().err == lines
