"""What `maskopt check` says of backbones is what a sweep would say before it refuses them."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from maskopt.check import backbones, check_models, show_checks, trying
from maskopt.check.backbones import Tried, try_backbones
from maskopt.data.people import draw_people
from maskopt.errors import DataError, StudyError
from maskopt.spec import StudySpec, read_spec
from maskopt.sweep import backbones as of_sweep
from maskopt.sweep import weights as weights_of_sweep

FILE = """
study: faces
data:
  attributes: {gender: {classes: [male, female]}}
  group: person
heads: [gender]
folds: {count: 2, use: 1}
budget: {trials: 6, epochs: 4}
space:
  backbone: [test_resnet: {drop_path_rate: [0.1, 0.2]}, resnet18.nosuch]
  image_size: [32, 48]
  freeze_stages: 30
pretrained: none
"""
STAGES = (
    "backbone test_resnet has 5 stages, its stem included, so 30 cannot be frozen; "
    "`space.freeze_stages` may be 5 at most"
)
TAG = (
    "timm has no weights 'nosuch' of resnet18; known: a1_in1k, a2_in1k, a3_in1k, "
    "fb_ssl_yfcc100m_ft_in1k, fb_swsl_ig1b_ft_in1k, gluon_in1k, tv_in1k"
)


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "faces.yaml").write_text(FILE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    return "faces.yaml"


def read(file: str, *sets: str) -> StudySpec:
    return read_spec(file, sets=sets)


def test_what_a_sweep_would_refuse_is_an_error_behind_the_plan(
    file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    draw_people(tmp_path / "people", 10, seed=1)
    # A time that an earlier sweep has left tells nothing of what this one would refuse.
    key = "test_resnet, 32 px, 30 stages frozen, 2 CPU cores, 1 each"
    (tmp_path / "speeds.json").write_text(json.dumps({key: 28.0}))
    checks = check_models(file, data="people/train", studies=tmp_path)
    with pytest.raises(StudyError) as refusal:
        show_checks(checks, as_json=False)
    assert str(refusal.value) == f"{STAGES}\n{TAG}"
    shown = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    assert "estimated time                         not known, see the errors" in shown


def test_errors_of_photos_and_of_backbones_are_told_together(
    file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch
) -> None:
    monkeypatch.setattr("maskopt.check.one.try_backbones", lambda _: Tried((TAG,), ("so so",)))
    draw_people(tmp_path / "people", 10, seed=1)
    first = min((tmp_path / "people/train").iterdir())
    (first / "normal.jpg").write_bytes(b"")
    photos = f"people/train: 1 photo is empty: {first.name}/normal.jpg; copy again or remove"
    checks = check_models(file, data="people/train", studies=tmp_path)
    with pytest.raises(DataError) as refusal:
        show_checks(checks, as_json=True)
    assert str(refusal.value) == f"{photos}\n{TAG}"
    told = json.loads(capsys.readouterr().out)
    assert told["errors"] == [photos, TAG]
    assert told["warnings"][-1] == "so so"


def test_the_same_is_refused_of_each_model_and_told_once(
    file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch
) -> None:
    monkeypatch.setattr("maskopt.check.one.try_backbones", lambda _: Tried((TAG,)))
    models = "models:\n  one: {heads: [gender]}\n  two: {heads: [gender], space: {lr: 1e-3}}\n"
    (tmp_path / file).write_text(FILE.replace("heads: [gender]\n", "") + models)
    draw_people(tmp_path / "people", 10, seed=1)
    for as_json in (False, True):
        checks = check_models(file, data="people/train", studies=tmp_path)
        with pytest.raises(StudyError) as refusal:
            show_checks(checks, as_json=as_json)
        assert str(refusal.value) == TAG
        assert "faces-two" in capsys.readouterr().out


def test_backbones_are_not_tried_where_there_are_no_photos(file: str, monkeypatch) -> None:
    monkeypatch.setattr("maskopt.check.one.try_backbones", None)  # to call it would fail
    assert check_models(file)[""].errors == ()


def test_the_same_is_asked_of_backbones_as_a_sweep_asks(file: str, monkeypatch) -> None:
    asked: list[object] = []

    def find(payload: object) -> list[str]:
        asked.append(payload)
        return []

    monkeypatch.setattr(of_sweep, "run_job", lambda _, payload: find(payload))
    monkeypatch.setattr(trying, "find_unfit", find)
    spec = read(file)
    of_sweep.check_backbones(spec)
    assert trying.find_refused(spec) == []
    assert len(asked) == 2
    assert asked[0] == asked[1]


def test_a_local_file_of_another_backbone_is_refused_as_by_a_sweep(
    file: str, tmp_path: Path, monkeypatch
) -> None:
    (tmp_path / "w.pth").write_bytes(b"no weights")
    backbone = "space.backbone=[mobilenetv2_035, test_resnet: {weights: [w.pth, none]}]"
    asked = backbone, "space.freeze_stages=0", "space.image_size=32"
    spec = read(file, *asked, "pretrained=auto")
    jobs = {of_sweep.FIND_UNFIT: trying.find_unfit}

    def run(name: str, payload: dict[str, Any]) -> Any:
        if name in jobs:
            return jobs[name](payload)
        local = [each for each in payload["backbones"] if each["weights"]]  # no downloads here
        return trying.find_weights({**payload, "backbones": local})

    monkeypatch.setattr(of_sweep, "run_job", run)
    monkeypatch.setattr(weights_of_sweep, "run_job", run)
    with pytest.raises(StudyError) as refusal:
        weights_of_sweep.settle_scratch(spec, tmp_path)
    assert try_backbones(spec) == Tried(errors=(str(refusal.value),))
    assert str(refusal.value).startswith("test_resnet: ")
    assert trying.find_refused(read(file, *asked, "pretrained=none")) == []


def test_what_a_sweep_takes_is_tried_without_a_word(file: str) -> None:
    sets = "space.backbone=mobilenetv2_035", "space.freeze_stages=[0, 8]"
    assert try_backbones(read(file, *sets)) == Tried()


def test_where_backbones_cannot_be_tried_a_warning_says_so(file: str, monkeypatch) -> None:
    spec = read(file)
    what = "backbones were not tried, so a sweep may yet refuse one"

    def late(command: list[str], **given: Any) -> None:
        raise subprocess.TimeoutExpired(command, given["timeout"])

    with monkeypatch.context() as changed:
        changed.setattr(backbones.subprocess, "run", late)
        found = try_backbones(spec)
    assert found == Tried(warnings=(f"{what} (that takes more than 120 seconds)",))
    monkeypatch.setattr(backbones, "TRYING", "maskopt.nowhere")
    reason = f"{sys.executable}: No module named maskopt.nowhere"
    assert try_backbones(spec) == Tried(warnings=(f"{what} ({reason})",))
