import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = [pytest.mark.story, pytest.mark.ray, pytest.mark.slow]

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 300
SWEEP = (
    "sweep", str(ROOT / "search_spaces" / "age.yaml"), "--preset", "demo", "--json",
    "--set", "data.built_in_people=60", "--set", "folds.count=3", "--set", "budget.epochs=3",
    "--set", "budget.trials=4", "--set", "space.backbone=test_resnet",
    "--set", "space.image_size=32", "--time", f"{SECONDS}s", "--export", "age.bundle",
    "--workers", "1",
)  # fmt: skip


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-c", "from maskopt.cli import main; main()", *arguments]


def test_one_command_ends_in_time_with_a_bundle_that_proves_itself_though_it_was_killed(
    tmp_path: Path,
) -> None:
    began = time.monotonic()
    with subprocess.Popen(
        command(*SWEEP), cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as killed:
        assert killed.stderr
        for line in killed.stderr:
            if "epoch 2/3" in line:
                os.kill(killed.pid, signal.SIGKILL)
                break
    done = subprocess.run(
        command(*SWEEP), cwd=tmp_path, capture_output=True, text=True, timeout=900, check=False
    )
    assert done.returncode == 0, done.stderr
    assert time.monotonic() - began < SECONDS
    assert "note: a sweep that was killed owes its bundle in" in done.stderr
    assert not (tmp_path / "studies" / "age" / "promise.json").exists()
    study = json.loads(done.stdout)
    assert study["bundle"] == "age.bundle"
    assert study["states"]["running"] == 0
    (member, *_) = json.loads((tmp_path / "age.bundle" / "bundle.json").read_text())["members"]
    assert member["study"] == "age"
    verified = subprocess.run(
        command("verify", "age.bundle"), cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert "64 photos predicted again" in verified.stdout, verified.stderr


SEVERAL = (
    "sweep", str(ROOT / "search_spaces" / "recipes" / "join.yaml"), "--preset", "demo", "--json",
    "--set", "data.built_in_people=30", "--set", "space.backbone=test_resnet",
    "--set", "space.image_size=32", "--set", "folds.count=3", "--set", "budget.epochs=2",
    "--trials", "2", "--time", f"{SECONDS}s", "--export", "join.bundle", "--workers", "1",
)  # fmt: skip


def test_several_models_end_in_time_with_one_bundle_though_they_were_killed(
    tmp_path: Path,
) -> None:
    began = time.monotonic()
    with subprocess.Popen(
        command(*SEVERAL),
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as killed:
        assert killed.stderr
        second = False
        for line in killed.stderr:
            second = second or "model mask_gender, 2 of 2" in line
            if second and "epoch 1/2" in line:
                os.kill(killed.pid, signal.SIGKILL)
                break
    done = subprocess.run(
        command(*SEVERAL), cwd=tmp_path, capture_output=True, text=True, timeout=900, check=False
    )
    assert done.returncode == 0, done.stderr
    assert time.monotonic() - began < SECONDS
    assert "note: a sweep that was killed owes its bundle in" in done.stderr
    assert not list((tmp_path / "studies").glob("*promise.json"))
    bundle = json.loads((tmp_path / "join.bundle" / "bundle.json").read_text())
    assert [each["name"] for each in bundle["attributes"]] == ["mask", "gender", "age"]
    # Members have a network a fold: it is the vote that stands there, not the best trials.
    assert {member["study"]: len(member["weights"]) for member in bundle["members"]} == {
        "join-age": 3, "join-mask_gender": 3,
    }  # fmt: skip
    verified = subprocess.run(
        command("verify", "join.bundle"), cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert "photos predicted again" in verified.stdout, verified.stderr
