from __future__ import annotations

import subprocess
import sys

import pytest

from maskopt.errors import SpecError
from maskopt.tracking import check_tracker, make_tracker
from maskopt.tracking.wandb import WandbTracker


def test_a_tracker_is_made_by_its_name(tmp_path):
    assert type(make_tracker("wandb", tmp_path, "age")) is WandbTracker
    assert make_tracker("none", tmp_path, "age") is None


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("wanbd", "--tracker must be one of wandb, none, got 'wanbd'; did you mean 'wandb'?"),
        ("mlflow", "--tracker must be one of wandb, none, got 'mlflow'"),
    ],
)
def test_an_unknown_tracker_is_refused(tmp_path, name, message):
    for look in (check_tracker, lambda name: make_tracker(name, tmp_path, "age")):
        with pytest.raises(SpecError) as told:
            look(name)
        assert str(told.value) == message


def test_a_tracker_is_made_without_importing_wandb(tmp_path):
    script = (
        "import sys; from pathlib import Path; "
        "from maskopt.tracking import check_tracker, make_tracker; check_tracker('wandb'); "
        "make_tracker('wandb', Path('studies'), 'age'); print('wandb' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("False\n", "")
