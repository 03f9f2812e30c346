from pathlib import Path
from types import SimpleNamespace

import pytest

from maskopt.cluster.devices import Devices
from maskopt.plan import packing as plan_packing
from maskopt.plan.packing import Packing
from maskopt.spec.model import BudgetSpec
from maskopt.sweep import packing
from maskopt.sweep.packing import packing_words, settle_per_device

TWO, GPU = Devices(2), Devices(8, ("Tesla T4",))


def settle(monkeypatch, said, devices=TWO, found=None, **options):
    """Return how many trials share a device, and the seconds that measuring was given."""

    def pack(spec, devices, studies, seconds):
        if seconds:
            asked.append(seconds)
        return found or Packing(1)

    asked: list[float] = []
    monkeypatch.setattr(packing, "pack", pack)
    monkeypatch.setattr(plan_packing, "pack", pack)
    monkeypatch.setattr(packing, "local_devices", lambda: devices)
    given = {"studies": Path("studies"), "address": None, "workers": None, **options}
    left = given.pop("left", None)
    spec = SimpleNamespace(budget=BudgetSpec(3, 2, trials_per_device=said))
    stage = SimpleNamespace(spec=spec, options=SimpleNamespace(**given), left=left)
    return settle_per_device(stage), asked


MEASURED = Packing(2, {1: 100.0, 2: 150.0, 4: 155.0}, "resnet18")


@pytest.mark.parametrize("said", [None, 3])
def test_what_the_file_says_is_not_measured(monkeypatch, said):
    assert settle(monkeypatch, said) == (said, [])


def test_auto_is_measured_and_told(monkeypatch, capsys):
    assert settle(monkeypatch, "auto", found=MEASURED) == (2, [150.0])
    assert capsys.readouterr().err == (
        "note: 2 trials at once share 2 CPU cores: resnet18 trained 100 photos a second alone, "
        "150 with 2 at once, 155 with 4 at once\n"
    )


@pytest.mark.parametrize(("left", "seconds"), [(10_000.0, 150.0), (1000.0, 50.0)])
def test_measuring_takes_a_twentieth_of_the_time_at_most(monkeypatch, left, seconds):
    assert settle(monkeypatch, "auto", found=MEASURED, left=left) == (2, [seconds])


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"left": 399.0}, "note: budget.trials_per_device: auto is not measured in so little "
         "time\n"),
        ({"address": "head:6379"}, "note: budget.trials_per_device: auto is not measured on a "
         "cluster; one a device\n"),
        ({"workers": 2}, ""),
    ],
    ids=["little time", "cluster", "workers are typed"],
)  # fmt: skip
def test_where_auto_is_not_measured_it_is_said(monkeypatch, capsys, options, said):
    assert settle(monkeypatch, "auto", found=MEASURED, **options) == (None, [])
    assert capsys.readouterr().err == said


def test_what_did_not_train_leaves_the_default(monkeypatch, capsys):
    assert settle(monkeypatch, "auto", found=Packing(1, backbone="resnet18")) == (None, [150.0])
    assert capsys.readouterr().err == (
        "note: how many trials share a device was not measured: resnet18 did not train\n"
    )


def test_what_an_earlier_sweep_measured_is_used(monkeypatch):
    kept = Packing(3, backbone="resnet18", kept=True)
    assert settle(monkeypatch, "auto", found=kept, left=10.0) == (3, [])


def test_a_gpu_that_holds_no_more_is_told():
    measured = Packing(1, {1: 80.4, 2: None}, "resnet50")
    assert packing_words(measured, GPU) == (
        "1 trial at once has a GPU: resnet50 trained 80 photos a second alone, more do not fit"
    )
