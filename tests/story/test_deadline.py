import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
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
    "--set", "data.built_in_people=60", "--set", "space.backbone=test_resnet",
    "--set", "space.image_size=32", "--set", "folds.count=3", "--set", "budget.epochs=2",
    "--trials", "2", "--time", f"{SECONDS}s", "--export", "join.bundle", "--workers", "1",
)  # fmt: skip


@dataclass(frozen=True)
class Swept:
    """Two models, swept with a deadline, killed in the second one, and swept again."""

    folder: Path
    seconds: float
    done: subprocess.CompletedProcess[str]


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Swept:
    folder, began = tmp_path_factory.mktemp("several"), time.monotonic()
    with subprocess.Popen(
        command(*SEVERAL), cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as killed:
        assert killed.stderr
        second = False
        for line in killed.stderr:
            second = second or "model mask_gender, 2 of 2" in line
            if second and "epoch 1/2" in line:
                os.kill(killed.pid, signal.SIGKILL)
                break
    done = run(folder, *SEVERAL)
    return Swept(folder, time.monotonic() - began, done)


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*arguments), cwd=folder, capture_output=True, text=True, timeout=900, check=False
    )


def voting(folder: Path) -> dict[str, int]:
    """Return the networks of each study that vote on the three attributes; the bundle is whole."""
    bundle = json.loads((folder / "join.bundle" / "bundle.json").read_text())
    assert [each["name"] for each in bundle["attributes"]] == ["mask", "gender", "age"]
    verified = run(folder, "verify", "join.bundle")
    assert "photos predicted again" in verified.stdout, verified.stderr
    return {member["study"]: len(member["weights"]) for member in bundle["members"]}


def test_several_models_end_in_time_with_one_vote_though_they_were_killed(swept: Swept) -> None:
    assert swept.done.returncode == 0, swept.done.stderr
    assert swept.seconds < SECONDS
    assert "note: a sweep that was killed owes its bundle in" in swept.done.stderr
    assert not list((swept.folder / "studies").glob("*promise.json"))
    assert voting(swept.folder) == {"join-age": 3, "join-mask_gender": 3}


@pytest.mark.parametrize(
    ("costs", "networks"),
    [({"begin": [200.0], "end": [1.0]}, 3), ({"begin": [200.0], "end": [60.0]}, 1)],
    ids=["time to join", "no time"],
)
def test_where_nothing_can_be_trained_any_more_what_lies_there_votes_or_else_the_best_trials(
    swept: Swept, costs: dict[str, list[float]], networks: int
) -> None:
    """100 seconds are left; Ray is said to take 200 to start, and 2.5 times 1 or 60 to end."""
    shutil.rmtree(swept.folder / "join.bundle")
    studies = swept.folder / "studies"
    (studies / "costs.json").write_text(json.dumps(costs))
    promise = {"seconds": SECONDS, "ends": time.time() + 100}
    (studies / "join-age-and-others-promise.json").write_text(json.dumps(promise))
    done = run(swept.folder, *SEVERAL)
    assert done.returncode == 0, done.stderr
    late = "note: the vote was not composed in time" in done.stderr
    assert late == (networks == 1)
    assert voting(swept.folder) == {"join-age": networks, "join-mask_gender": networks}
