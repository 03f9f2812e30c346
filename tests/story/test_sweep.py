import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.story, pytest.mark.ray, pytest.mark.slow]

ROOT = Path(__file__).resolve().parents[2]
AGE = str(ROOT / "search_spaces" / "age.yaml")
SMALL = (
    "--preset", "demo", "--set", "data.built_in_people=30", "--set", "space.backbone=test_resnet",
    "--set", "space.image_size=32", "--set", "pruner=none", "--set", "folds.count=2",
)  # fmt: skip


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-c", "from maskopt.cli import main; main()", *arguments]


def maskopt(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*arguments), cwd=folder, capture_output=True, text=True, timeout=900, check=False
    )


def interrupt_at_report(
    folder: Path, count: int, number: int, *arguments: str
) -> tuple[int, str, str]:
    """Send a signal when so many epochs were reported; return exit code, stdout and stderr."""
    driver = subprocess.Popen(
        command(*arguments), cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert driver.stderr
    lines = []
    for line in driver.stderr:
        lines.append(line)
        count -= " epoch " in line and "macro_f1" in line and "/" in line
        if count == 0:
            os.kill(driver.pid, number)
            break
    stdout, stderr = driver.communicate(timeout=600)
    return driver.returncode, stdout, "".join(lines) + stderr


def shown(folder: Path, study: str = "age") -> dict:
    done = maskopt(folder, "show", study, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("swept")
    done = maskopt(
        folder, "sweep", AGE, *SMALL, "--set", "budget.epochs=2", "--trials", "2", "--workers", "1"
    )
    assert done.returncode == 0, done.stderr
    assert "study age: all 2 trials done" in done.stdout
    return folder


def test_a_sweep_leaves_a_finished_study_with_every_report(swept: Path) -> None:
    study = shown(swept)
    assert study["states"] == {
        "complete": 2,
        "pruned": 0,
        "failed": 0,
        "running": 0,
        "waiting": 0,
    }
    assert [[r["epoch"] for r in trial["reports"]] for trial in study["trials"]] == [[1, 2]] * 2
    assert study["best"] == study["trials"][0]
    assert study["best"]["score"] == max(r["score"] for t in study["trials"] for r in t["reports"])
    config = study["best"]["config"]
    assert (config["backbone"], config["image_size"], config["sampler"] in config.values()) == (
        "test_resnet",
        32,
        True,
    )


def test_one_trial_is_shown_with_where_its_seconds_went(swept: Path) -> None:
    told = json.loads(maskopt(swept, "show", "age", "0", "--profile", "--json").stdout)
    profile = told.pop("profile")
    effective = told.pop("effective")
    assert effective["model"]["backbone"] == "test_resnet"
    assert effective["photos"]["folds"] == {"0": {"train": 105, "valid": 105}}
    study = shown(swept)
    (trial,) = [trial for trial in study["trials"] if trial["number"] == 0]
    assert told == {"study": "age", "objective": "macro_f1", **trial}
    stages = ["data", "forward", "backward", "optimizer", "evaluation"]
    between = ["checkpoint", "engine"]  # the first report's are told by the second
    assert [list(report["spent"]) for report in trial["reports"]] == [
        ["start", *stages, "other"],
        [*stages, *between, "other"],
    ]
    assert list(profile["stages"]) == ["start", *stages, *between, "other"]
    assert profile["seconds"] == pytest.approx(
        sum(seconds for report in trial["reports"] for seconds in report["spent"].values())
    )
    done = maskopt(swept, "show", "age", "0", "--profile")
    assert done.stdout.splitlines()[1].split() == ["stage", "seconds", "share"]
    done = maskopt(swept, "show", "age", "2")
    assert (done.returncode, done.stdout, done.stderr) == (
        1, "", "error: study 'age' has no trial 2; it has trials 0 to 1 (maskopt show age)\n"
    )  # fmt: skip


def test_the_same_command_on_a_finished_study_starts_nothing(swept: Path) -> None:
    before = shown(swept)
    arguments = ("--set", "budget.epochs=2", "--trials", "2", "--workers", "1")
    done = maskopt(swept, "sweep", AGE, *SMALL, *arguments)
    assert (done.returncode, "epoch" in done.stderr) == (0, False)
    assert shown(swept) == before


def test_a_changed_file_on_an_old_study_is_refused_with_the_difference(swept: Path) -> None:
    done = maskopt(
        swept,
        "sweep",
        AGE,
        *SMALL,
        "--set",
        "budget.epochs=3",
        "--set",
        "space.image_size=[32, 48]",
    )
    assert done.returncode == 1
    assert done.stderr.splitlines()[-4:] == [
        "error: study 'age' in studies was made differently:",
        "  budget.epochs: 2 -> 3",
        "  space.image_size: 32 -> [32, 48]",
        "put that back to resume it, or start another one with --study NAME",
    ]


def test_show_lists_studies_and_knows_a_near_miss(swept: Path) -> None:
    assert re.search(r"^age\s+macro_f1\s+0\.\d{4}", maskopt(swept, "show").stdout, re.MULTILINE)
    done = maskopt(swept, "show", "agee")
    place = swept / "studies" / "studies.db"
    assert (done.returncode, done.stderr) == (
        1,
        f"error: no study 'agee' in {place}; did you mean 'age'?\n",
    )


def test_killed_and_interrupted_sweeps_reach_their_target_with_no_epoch_lost_or_twice(
    tmp_path: Path,
) -> None:
    # Far more epochs than a busy machine trains between a line and the signal that follows it.
    sweep = ("sweep", AGE, *SMALL, "--set", "budget.epochs=12", "--trials", "3")
    killed, _, _ = interrupt_at_report(tmp_path, 2, signal.SIGKILL, *sweep)
    assert killed == -signal.SIGKILL
    stopped, stdout, stderr = interrupt_at_report(tmp_path, 2, signal.SIGINT, *sweep)
    assert (stopped, "Traceback" in stderr) == (130, False)
    assert "study age: interrupted" in stdout
    assert f"maskopt {' '.join(sweep)}" in stdout
    waiting = shown(tmp_path)["states"]
    assert (waiting["running"], waiting["failed"]) == (0, 0)
    assert waiting["waiting"] > 0
    assert maskopt(tmp_path, *sweep).returncode == 0
    study = shown(tmp_path)
    assert study["states"]["complete"] == 3 == len(study["trials"])
    assert all([r["epoch"] for r in t["reports"]] == list(range(1, 13)) for t in study["trials"])
    logs = [file.read_text() for file in (tmp_path / "studies/age/trials").glob("*/log.txt")]
    assert len(logs) == 3


def test_a_sweep_ends_by_the_clock_with_no_trial_left_open(tmp_path: Path) -> None:
    wanted = ("--set", "budget.epochs=1000", "--time", "45s", "--workers", "1")
    done = maskopt(tmp_path, "sweep", AGE, *SMALL, *wanted)
    assert (done.returncode, "its time is over" in done.stdout) == (0, True)
    states = shown(tmp_path)["states"]
    assert (states["running"], states["complete"], states["failed"]) == (0, 0, 0)
