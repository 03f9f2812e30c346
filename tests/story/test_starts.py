"""Two studies of one file: what the first has trained, the second need not."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from maskopt.predict.verify import run_verify

pytestmark = [pytest.mark.story, pytest.mark.ray, pytest.mark.slow]

AGE = str(Path(__file__).resolve().parents[2] / "search_spaces" / "age.yaml")
SMALL = (
    "--preset", "demo", "--set", "data.built_in_people=30", "--set", "space.backbone=test_resnet",
    "--set", "space.image_size=32", "--set", "pruner=none", "--set", "folds.count=2",
    "--set", "budget.epochs=2", "--workers", "1",
)  # fmt: skip


def maskopt(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    program = [sys.executable, "-c", "from maskopt.cli import main; main()", *arguments]
    return subprocess.run(
        program, cwd=folder, capture_output=True, text=True, timeout=900, check=False
    )


def shown(folder: Path, study: str) -> dict:
    done = maskopt(folder, "show", study, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a study whose one trial is a point of its own."""
    folder = tmp_path_factory.mktemp("swept")
    point = "try_first=[{lr: 0.008, sampler: shuffled, loss: focal, loss.focal.gamma: 1.0}]"
    done = maskopt(folder, "sweep", AGE, *SMALL, "--set", point, "--trials", "1", "--study", "one")
    assert done.returncode == 0, done.stderr
    return folder


def test_another_study_has_the_same_first_point_for_nothing(swept: Path) -> None:
    start = ("--set", "warm_start=[one]")
    done = maskopt(swept, "sweep", AGE, *SMALL, *start, "--trials", "2", "--study", "two")
    assert done.returncode == 0, done.stderr
    assert "note: warm start from study 'one' (same photos): 1 point\n" in done.stderr
    first = shown(swept, "one")["best"]
    (again,) = [t for t in shown(swept, "two")["trials"] if t["config"] == first["config"]]
    assert again["reports"] == first["reports"]
    assert again["seconds"] < min(1.0, first["seconds"])
    assert run_verify(swept / "studies" / "two" / "best.bundle").photos == 64


def test_a_former_study_that_is_none_is_told_before_anything_is_done(swept: Path) -> None:
    refused = maskopt(swept, "sweep", AGE, *SMALL, "--set", "warm_start=[onee]")
    assert refused.returncode == 1
    assert refused.stderr.splitlines()[-1] == (
        "error: warm_start: no study 'onee' in the storage; did you mean 'one'?"
    )
    assert not (swept / "studies" / "age").exists()
