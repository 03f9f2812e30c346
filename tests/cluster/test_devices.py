import os
from pathlib import Path

import pytest

from maskopt.cluster.devices import (
    DevicePlan,
    Devices,
    _read_quota,
    local_devices,
    plan_devices,
    read_gpus,
)
from maskopt.errors import StudyError

LISTED = """\
GPU 0: NVIDIA A100-SXM4-40GB (UUID: GPU-1a2b)
GPU 1: NVIDIA A100-SXM4-40GB (UUID: GPU-3c4d)
GPU 2: Tesla T4 (UUID: GPU-5e6f)
  MIG 1g.5gb Device 0: (UUID: MIG-7a8b)
"""
A100, T4 = "NVIDIA A100-SXM4-40GB", "Tesla T4"


@pytest.mark.parametrize(
    ("visible", "names"),
    [
        (None, (A100, A100, T4)),
        ("", ()),
        ("2,0", (T4, A100)),
        ("GPU-3c4d", (A100,)),
        ("GPU-5e", (T4,)),
        ("0,9,2", (A100,)),
        ("-1", ()),
        ("MIG-7a8b", (f"{T4} MIG 1g.5gb",)),
    ],
)
def test_gpus_are_those_that_cuda_would_see(visible, names):
    assert read_gpus(LISTED, visible) == names


@pytest.mark.parametrize(
    ("devices", "words"),
    [
        (Devices(1), "1 CPU core"),
        (Devices(16, (A100, A100, T4)), f"2 x {A100}, {T4}, 16 CPU cores"),
    ],
    ids=str,
)
def test_devices_in_words(devices, words):
    assert str(devices) == words


@pytest.mark.parametrize(
    ("cores", "gpus", "workers", "fraction", "expected"),
    [
        (2, 0, None, 1.0, (2, 1, 0.0)),
        (64, 0, None, 1.0, (8, 8, 0.0)),
        (64, 0, 64, 1.0, (64, 1, 0.0)),
        (2, 0, 5, 1.0, (5, 1, 0.0)),
        (16, 4, None, 1.0, (4, 4, 1.0)),
        (16, 4, 2, 1.0, (2, 8, 1.0)),
        (16, 2, None, 0.5, (4, 4, 0.5)),
        (16, 1, None, 0.1, (10, 1, 0.1)),
        (16, 1, None, 0.3, (3, 5, 0.3)),
        (16, 5, None, 2.0, (2, 8, 2.0)),
        (16, 1, 9, 0.5, (2, 8, 0.5)),
        (16, 1, None, 0.0, (8, 2, 0.0)),
    ],
)
def test_trials_share_the_devices(cores, gpus, workers, fraction, expected):
    devices = Devices(cores, (T4,) * gpus)
    plan = plan_devices(devices, workers=workers, gpus_per_trial=fraction)
    assert plan == DevicePlan(*expected, str(devices))


@pytest.mark.parametrize(
    ("workers", "fraction", "message"),
    [
        (0, 1.0, "`--workers` must be at least 1, got 0"),
        (None, -0.5, "`--gpus-per-trial` must not be negative, got -0.5"),
        (
            None,
            1.5,
            "`--gpus-per-trial` must be a fraction of one GPU or a whole number, got 1.5",
        ),
        (
            None,
            4.0,
            "`--gpus-per-trial 4` is more than there are: 2 GPUs (2 x Tesla T4, 8 CPU cores)",
        ),
    ],
)
def test_demands_that_cannot_be_met(workers, fraction, message):
    with pytest.raises(StudyError) as caught:
        plan_devices(Devices(8, (T4, T4)), workers=workers, gpus_per_trial=fraction)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("machines", "workers", "fraction", "expected"),
    [
        # A head without GPUs beside a machine of 8 cores: 72 / 1 would fit nowhere.
        (((64, 0), (8, 1)), None, 1.0, (1, 8, 1.0)),
        (((8, 1), (8, 1)), 1, 1.0, (1, 8, 1.0)),
        (((128, 0), (64, 8)), None, 1.0, (8, 8, 1.0)),
        (((16, 3), (16, 3)), None, 2.0, (2, 16, 2.0)),
        (((8, 0), (8, 0)), 1, 1.0, (1, 8, 0.0)),
        (((6, 0), (10, 0)), 3, 1.0, (3, 5, 0.0)),
        (((2, 0), (1, 0)), 7, 1.0, (7, 1, 0.0)),
    ],
)
def test_a_trial_lies_on_one_machine_of_a_cluster(machines, workers, fraction, expected):
    cores, gpus = map(sum, zip(*machines, strict=True))
    devices = Devices(cores, (T4,) * gpus, machines)
    plan = plan_devices(devices, workers=workers, gpus_per_trial=fraction)
    assert plan == DevicePlan(*expected, str(devices))


@pytest.mark.parametrize(
    ("devices", "workers", "expected"),
    [
        (Devices(16, (T4,)), None, (3, 5, 1 / 3)),
        (Devices(16, (T4, T4)), None, (6, 2, 1 / 3)),
        (Devices(16, (T4, T4)), 4, (4, 4, 1 / 3)),
        (Devices(16), None, (3, 5, 0.0)),
        (Devices(2), None, (2, 1, 0.0)),
        (Devices(16), 4, (4, 4, 0.0)),
    ],
)
def test_so_many_trials_share_each_device(devices, workers, expected):
    plan = plan_devices(devices, workers=workers, trials_per_device=3)
    assert plan == DevicePlan(*expected, str(devices))


def test_more_gpus_than_any_machine_of_a_cluster_has_are_refused():
    with pytest.raises(StudyError) as caught:
        plan_devices(Devices(16, (T4,) * 4, ((8, 2), (8, 2))), gpus_per_trial=4.0)
    assert str(caught.value) == (
        "`--gpus-per-trial 4` is more than one machine has: 2 GPUs "
        "(the cluster: 4 x Tesla T4, 16 CPU cores)"
    )


@pytest.mark.parametrize(
    ("files", "cores"),
    [
        ({}, None),
        ({"cpu.max": "max 100000\n"}, None),
        ({"cpu.max": "150000 100000\n"}, 1.5),
        ({"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"}, None),
        ({"cpu/cpu.cfs_quota_us": "400000\n", "cpu/cpu.cfs_period_us": "100000\n"}, 4.0),
    ],
    ids=["no limit known", "max", "one and a half", "old and unlimited", "old and four"],
)
def test_the_quota_of_a_container_is_read(tmp_path, files, cores):
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    assert _read_quota(tmp_path) == cores


def test_this_machine_has_a_core_and_planning_imports_no_ray():
    assert 1 <= local_devices().cores <= os.cpu_count()
    source = Path(local_devices.__code__.co_filename).read_text()
    assert "import ray" not in source
    assert "from ray" not in source
