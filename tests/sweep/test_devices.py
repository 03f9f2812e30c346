import pytest

from maskopt.cluster.devices import Devices
from maskopt.sweep import devices
from maskopt.sweep.devices import devices_for
from maskopt.sweep.options import SweepOptions


def told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], asked: float | None
) -> str:
    """Return what is said where there are two cores and no GPU."""
    monkeypatch.setattr(devices, "local_devices", lambda: Devices(2))
    monkeypatch.setattr(devices, "start", lambda plan: None)
    monkeypatch.setattr(devices, "release", lambda: None)
    holds = 1.0 if asked is None else asked
    with devices_for(SweepOptions("age.yaml", gpus_per_trial=asked), holds) as plan:
        assert plan.gpus_per_trial == 0
    return capsys.readouterr().err


def test_gpus_that_are_asked_for_where_there_is_none_are_told(monkeypatch, capsys):
    assert told(monkeypatch, capsys, 0.5) == (
        "warning: `--gpus-per-trial 0.5` acts on nothing: there is no GPU, and trials share "
        "2 CPU cores\n"
    )


@pytest.mark.parametrize("asked", [None, 0.0], ids=["what the file says", "no GPU wanted"])
def test_without_a_wish_for_gpus_nothing_is_said_of_them(monkeypatch, capsys, asked):
    assert told(monkeypatch, capsys, asked) == ""
