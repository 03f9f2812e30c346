"""The whole vote in one file, run by onnxruntime and compared with the voter."""

import json
import warnings
from dataclasses import replace

import numpy as np
import pytest
import torch

from maskopt.catalog.views import Input, View
from maskopt.data.decode import PREPROCESSING
from maskopt.ensembles import Bundle, Ensemble, Member
from maskopt.errors import BundleError, MaskoptError
from maskopt.records import BEST
from maskopt.vision import onnx
from maskopt.vision.trial import run
from maskopt.vision.voting import build_voter


@pytest.fixture(scope="module")
def onnxruntime():
    """Or skip."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what it says of the machine is not ours to hear
        for name in ("onnx", "onnxscript"):
            pytest.importorskip(name, reason="writing ONNX needs pip install 'maskopt[onnx]'")
        return pytest.importorskip("onnxruntime", reason="needs pip install 'maskopt[onnx]'")


@pytest.fixture
def full(bundle):
    """Every kind at once: heads joint and apart, sizes, views, temperatures, shared members."""
    one, two, three = bundle.members
    members = (
        replace(one, views="hflip", temperatures=(1.4,)),
        replace(two, views="none", temperatures=(0.7, 2.0), weights=two.weights[:1]),
        replace(three, views="hflip+crops"),
    )
    votes = (Ensemble(("mask",), {0: 0.25, 1: 0.75}), Ensemble(("age",), {0: 0.6, 2: 0.4}))
    return replace(bundle, members=members, ensembles=votes)


@pytest.mark.slow
def test_one_file_says_what_the_bundle_says(full, photos, tmp_path, onnxruntime) -> None:
    file = tmp_path / "vote.onnx"
    payload = {"folder": str(tmp_path), "bundle": full.to_dict(), "file": str(file)}
    assert onnx.write_onnx(payload) == str(file)
    beside = sorted(each.name for each in tmp_path.iterdir())
    assert beside == ["members", "vote.onnx"]  # no weights in a file of their own
    session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
    inputs = {each.name: each.shape for each in session.get_inputs()}
    assert inputs == {"image_32": ["batch", 3, 32, 32], "image_48": ["batch", 3, 48, 48]}
    assert [each.name for each in session.get_outputs()] == ["age", "mask"]
    voter = build_voter(full, tmp_path, device="cpu")
    for count in (1, 2, 7):
        pixels = photos(count)
        feed = {which.name: each.transpose(0, 3, 1, 2) for which, each in pixels.items()}
        said = session.run(None, {name: each.astype("f4") for name, each in feed.items()})
        for name, found in zip(("age", "mask"), said, strict=True):
            assert np.abs(found - voter(pixels).probabilities[name]).max() < 1e-4
    told = json.loads(session.get_modelmeta().custom_metadata_map["maskopt"])
    assert told["classes"] == {"age": ["young", "middle", "senior"], "mask": ["wear", "not_wear"]}
    assert told["preprocessing"].startswith(
        f"image_<S>: RGB in 0..255 as float32, [B, 3, S, S]: {PREPROCESSING}. "
    )


@pytest.mark.slow
@pytest.mark.parametrize("policy", ["bins", "ordinal", "regression"])
def test_what_a_head_was_taught_is_joined_into_classes_there_too(
    make_task, label_space, tmp_path, photos, onnxruntime, policy
) -> None:
    list(run(make_task(tmp_path / "members", epochs=1, label_policy=policy)))
    half, files = (0.5, 0.5, 0.5), (f"members/{BEST}",)
    member = Member("tiny", 0, label_space, "test_resnet", {}, 32, half, half, files, {})
    bundle = Bundle(
        label_space.attributes,
        (member,),
        (Ensemble(("age",), {0: 1.0}),),
        {"age": (0.4, 0.4, 0.2)},
    )
    file = tmp_path / "vote.onnx"
    onnx.write_onnx({"folder": str(tmp_path), "bundle": bundle.to_dict(), "file": str(file)})
    session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
    pixels = photos(5, (32,))
    feed = {"image_32": pixels[Input(32)].transpose(0, 3, 1, 2).astype("f4")}
    (said,) = session.run(None, feed)
    voter = build_voter(bundle, tmp_path, device="cpu")
    assert np.abs(said - voter(pixels).probabilities["age"]).max() < 1e-4
    assert said.sum(axis=1) == pytest.approx(1.0, abs=1e-4)


def test_a_missing_package_is_told_with_the_command_that_brings_it(monkeypatch) -> None:
    found = {"onnx": True, "onnxscript": None}
    monkeypatch.setattr(onnx, "find_spec", found.get)
    with pytest.raises(MaskoptError) as raised:
        onnx.check_exporter()
    assert str(raised.value) == (
        "writing ONNX needs onnxscript, not installed here; pip install 'maskopt[onnx]', or leave "
        "out --onnx"
    )


def test_what_one_file_cannot_hold_is_told(full, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(onnx, "find_spec", lambda name: True)
    monkeypatch.setattr(onnx, "MOST_BYTES", 1_000_000)
    payload = {"folder": str(tmp_path), "bundle": full.to_dict(), "file": str(tmp_path / "v.onnx")}
    with pytest.raises(BundleError) as raised:
        onnx.write_onnx(payload)
    assert str(raised.value) == (
        "one ONNX file holds 0.0 GB of weights, and the members have 0.0 GB; export fewer "
        "members, or leave out --onnx"
    )
    assert not (tmp_path / "v.onnx").exists()


def test_what_torch_cannot_write_is_told_in_one_line(full, tmp_path, monkeypatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        cause = RuntimeError("no such operator\nand a long story")
        raise torch.onnx.OnnxExporterError("step 1 of 3 failed") from cause

    monkeypatch.setattr(onnx, "find_spec", lambda name: True)
    monkeypatch.setattr(torch.onnx, "export", refuse)
    payload = {"folder": str(tmp_path), "bundle": full.to_dict(), "file": str(tmp_path / "v.onnx")}
    with pytest.raises(BundleError) as raised:
        onnx.write_onnx(payload)
    assert str(raised.value) == (
        f"torch {torch.__version__} cannot write this vote as ONNX (no such operator); leave out "
        "--onnx"
    )


def test_an_input_of_a_view_has_its_own_name_and_words() -> None:
    told = onnx._preprocessing((Input(32), Input(48, View.of("center", {"size": 300}))))
    assert told.startswith(
        f"image_<S>: RGB in 0..255 as float32, [B, 3, S, S]: {PREPROCESSING}. "
        "image_48_center_size_300: RGB in 0..255 as float32, [B, 3, 48, 48]: the photo, upright"
    )
    assert "its middle, 300 x 300 pixels or what there is of them" in told
    assert "; S is 48. All else is inside: " in told
