"""Each recipe runs to its end on drawn people; the studies of one become a bundle."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.story, pytest.mark.ray, pytest.mark.slow]

BUNDLE = "people.bundle"
RECIPES = Path(__file__).resolve().parents[2] / "search_spaces" / "recipes"
SMALL = (
    "--preset", "demo", "--set", "data.built_in_people=30", "--set", "space.backbone=test_resnet",
    "--set", "space.image_size=32", "--set", "folds.count=2", "--set", "budget.epochs=2",
    "--trials", "1", "--json",
)  # fmt: skip


def maskopt(folder: Path, *arguments: str) -> dict:
    program = "from maskopt.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        cwd=folder, capture_output=True, text=True, timeout=900, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a place whose drawn people all recipes share."""
    return tmp_path_factory.mktemp("recipes")


@pytest.mark.parametrize(
    ("name", "studies"),
    [
        ("join", ["join-age", "join-mask_gender"]),
        ("two_models", ["two_models-age", "two_models-mask_gender"]),
        ("three_models", ["three_models-mask", "three_models-gender", "three_models-age"]),
        ("multi_head",
         ["multi_head-three_heads", "multi_head-two_heads", "multi_head-age"]),
        ("smoothed_b4", ["smoothed_b4"]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_a_recipe_runs_to_its_end(folder: Path, name: str, studies: list[str]) -> None:
    export = ("--export", BUNDLE) if name == "two_models" else ()
    told = maskopt(folder, "sweep", str(RECIPES / f"{name}.yaml"), *SMALL, *export)
    swept = list(told["models"].values()) if "models" in told else [told]
    assert [each["study"] for each in swept] == studies
    for study in swept:
        (trial,) = study["trials"]
        assert (trial["state"], [r["epoch"] for r in trial["reports"]]) == ("complete", [1, 2])
    assert told.get("bundle") == (BUNDLE if export else None)
    if export:
        bundle = json.loads((folder / BUNDLE / "bundle.json").read_text())
        assert [each["name"] for each in bundle["attributes"]] == ["mask", "gender", "age"]
        assert {member["study"] for member in bundle["members"]} <= set(studies)
