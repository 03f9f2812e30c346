"""How many trials share a device, by hand-made speeds and by two processes that really train."""

import json
import os
from pathlib import Path

import pytest

from maskopt.cluster.devices import Devices
from maskopt.plan import packing
from maskopt.plan.pacers import pacers
from maskopt.plan.packing import Packing, counts_for, find_most, pack
from maskopt.spec import read_spec

ENVIRONMENT = {**os.environ, "CUDA_VISIBLE_DEVICES": ""}
TINY = {"name": "test_resnet", "options": {}, "freeze_stages": 0}
TINY |= {"image_size": 32, "batch_size": 4}
FILE = """
study: age
data:
  attributes: {age: {cuts: [30, 60], names: [young, middle, senior]}}
  group: none
heads: [age]
budget: {trials: 3, epochs: 2, trials_per_device: auto}
space:
  backbone: [resnet18, mobilenetv2_100, resnet34]
  image_size: [64, 96]
  batch_size: 32
  lr: 1e-3
"""


@pytest.fixture
def spec(tmp_path: Path):
    file = tmp_path / "age.yaml"
    file.write_text(FILE)
    return read_spec(str(file))


@pytest.mark.parametrize(
    ("speeds", "most", "looked_at"),
    [
        ({1: 100.0, 2: 111.0, 3: 123.0, 4: 135.0}, 3, [1, 2, 3, 4]),  # 135 / 123 is 1.098
        ({1: 100.0, 2: 109.9, 3: 500.0}, 1, [1, 2]),
        ({1: 100.0, 2: 150.0, 3: None, 4: 900.0}, 2, [1, 2, 3]),
        ({1: None, 2: 100.0}, 1, [1]),
    ],
    ids=["while a tenth is gained", "no look beyond", "what does not fit", "cannot be trained"],
)
def test_more_trials_share_a_device_while_all_together_gain_a_tenth(speeds, most, looked_at):
    found, measured = find_most(speeds.get, iter(speeds))
    assert (found, list(measured)) == (most, looked_at)


@pytest.mark.parametrize(
    ("devices", "counts"),
    [
        (Devices(1), [1]),
        (Devices(6), [1, 2, 4]),
        (Devices(64), [1, 2, 4, 8, 16]),
        (Devices(8, ("T4", "T4")), [1, 2, 3, 4]),
        (Devices(2, ("T4",) * 4), [1]),
        (Devices(128, ("A100",)), [1, 2, 3, 4, 5, 6, 7, 8]),
    ],
    ids=str,
)
def test_each_trial_has_a_core_at_least(devices, counts):
    assert list(counts_for(devices)) == counts


def test_what_was_measured_is_kept_and_not_measured_again(spec, tmp_path, monkeypatch):
    def measure(wanted, devices, seconds):
        asked.append((wanted["name"], wanted["image_size"], wanted["batch_size"], seconds))
        return Packing(2, {1: 100.0, 2: 150.0}, wanted["name"])

    asked: list[tuple] = []
    monkeypatch.setattr(packing, "_measure", measure)
    first = pack(spec, Devices(2), tmp_path, 30.0)
    again = pack(spec, Devices(2), tmp_path, 30.0)
    assert asked == [("mobilenetv2_100", 96, 32, 30.0)]
    assert (first.trials, first.kept, again.trials, again.kept) == (2, False, 2, True)
    assert json.loads((tmp_path / "packing.json").read_text()) == {
        "mobilenetv2_100, 96 px, 2 CPU cores": 2
    }
    assert pack(spec, Devices(4), tmp_path, 30.0).kept is False


@pytest.mark.parametrize("content", ["", "[]", '{"a": "b"}', '{"a": null}', "\0"])
def test_a_broken_file_of_packings_is_as_good_as_none(spec, tmp_path, content):
    (tmp_path / "packing.json").write_text(content)
    assert pack(spec, Devices(2), tmp_path, 0.0) == Packing(1, backbone="mobilenetv2_100")


def test_what_could_not_be_measured_is_not_kept(spec, tmp_path, monkeypatch):
    monkeypatch.setattr(packing, "_measure", lambda *_: Packing(1, backbone="mobilenetv2_100"))
    pack(spec, Devices(2), tmp_path, 30.0)
    assert not (tmp_path / "packing.json").exists()


@pytest.mark.slow
def test_processes_train_together_and_are_gone_afterwards():
    with pacers(TINY, 120.0, ENVIRONMENT) as held:
        assert held.together(1, 1, 0.1) > 0
        assert held.together(2, 1, 0.1) > 0
        processes = held._processes
        assert [process.poll() for process in processes] == [None, None]
    assert all(process.returncode is not None for process in processes)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("wanted", "seconds"),
    [({**TINY, "name": "no_such_model"}, 120.0), (TINY, 0.0)],
    ids=["no such backbone", "no time"],
)
def test_what_cannot_be_trained_in_time_gives_no_speed(wanted, seconds):
    with pacers(wanted, seconds, ENVIRONMENT) as held:
        assert held.together(1, 1, 0.1) is None
