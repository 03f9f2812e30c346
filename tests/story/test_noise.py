"""A search for good and cheap networks, and what its best one's other seeds say of ties."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.story, pytest.mark.ray, pytest.mark.slow]

AGE = str(Path(__file__).resolve().parents[2] / "search_spaces" / "age.yaml")
SMALL = (
    "--preset", "demo", "--set", "data.built_in_people=30", "--set", "space.backbone=test_resnet",
    "--set", "space.image_size=[32, 64]", "--set", "folds.count=2", "--set", "budget.epochs=2",
    "--set", "objective=[macro_f1, latency, parameters]", "--trials", "3",
    "--workers", "1",
)  # fmt: skip


def maskopt(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    program = [sys.executable, "-c", "from maskopt.cli import main; main()", *arguments]
    return subprocess.run(
        program, cwd=folder, capture_output=True, text=True, timeout=900, check=False
    )


def shown(folder: Path) -> dict:
    done = maskopt(folder, "show", "age", "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("swept")
    done = maskopt(folder, "sweep", AGE, *SMALL, "--set", "noise=2")
    assert done.returncode == 0, done.stderr
    assert "trained again with 2 other seeds" in done.stdout
    return folder


def test_the_best_is_trained_with_other_seeds_and_the_front_is_known(swept: Path) -> None:
    study = shown(swept)
    assert [repeat["seed"] for repeat in study["best"]["repeats"]] == [1, 2]
    assert len(study["trials"]) == 3
    assert study["objectives"] == ["macro_f1", "latency", "parameters"]
    assert study["best"]["number"] in study["front"]
    for trial in study["trials"]:
        assert all(report["scores"]["latency"] > 0 for report in trial["reports"])


def test_the_same_command_with_more_seeds_trains_only_those_that_are_missing(swept: Path) -> None:
    before = shown(swept)
    done = maskopt(swept, "sweep", AGE, *SMALL, "--set", "noise=3")
    assert done.returncode == 0, done.stderr
    after = shown(swept)
    assert after["best"]["repeats"][:2] == before["best"]["repeats"]
    assert [repeat["seed"] for repeat in after["best"]["repeats"]] == [1, 2, 3]


def test_the_study_is_no_search_by_one_objective(swept: Path) -> None:
    done = maskopt(swept, "sweep", AGE, *SMALL, "--set", "objective=macro_f1")
    assert done.returncode == 1
    assert done.stderr == (
        "error: study 'age' in studies was made differently:\n"
        "  objective: [macro_f1, latency, parameters] -> macro_f1\n"
        "put that back to resume it, or start another one with --study NAME\n"
    )
