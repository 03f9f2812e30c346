import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from maskopt.predict.verify import run_verify

pytestmark = [pytest.mark.story, pytest.mark.ray, pytest.mark.slow]

ROOT = Path(__file__).resolve().parents[2]
SMALL = (
    "--preset", "demo", "--set", "data.built_in_people=30", "--set", "space.backbone=test_resnet",
    "--set", "space.image_size=32", "--set", "pruner=none", "--set", "folds.count=2",
    "--set", "budget.epochs=2", "--trials", "2", "--workers", "1",
)  # fmt: skip


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-c", "from maskopt.cli import main; main()", *arguments]


def maskopt(folder: Path, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        command(*arguments), cwd=folder, capture_output=True, text=True, timeout=900, check=False
    )
    assert done.returncode == code, done.stderr
    return done


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("swept")
    for name in ("age", "mask_gender"):
        maskopt(folder, "sweep", str(ROOT / "search_spaces" / f"{name}.yaml"), *SMALL)
    return folder


@pytest.fixture(scope="module")
def exported(swept: Path) -> Path:
    done = maskopt(swept, "export-best", "age", "mask_gender", "-o", "people.bundle", "--json")
    said = json.loads(done.stdout)
    assert said["bundle"] == "people.bundle"
    assert [each["name"] for each in said["attributes"]] == ["mask", "gender", "age"]
    assert re.search(r"training 4 networks for \d epochs, predicting 8", done.stderr)
    return swept


def test_a_sweep_leaves_its_best_trial_as_a_bundle(swept: Path) -> None:
    best = json.loads(maskopt(swept, "show", "age", "--json").stdout)["best"]
    bundle = swept / "studies" / "age" / "best.bundle"
    (member,) = json.loads((bundle / "bundle.json").read_text())["members"]
    assert (member["study"], member["trial"]) == ("age", best["number"])
    assert "64 photos predicted again" in maskopt(swept, "verify", str(bundle)).stdout


def test_studies_compose_into_one_bundle_that_proves_itself(exported: Path) -> None:
    said = json.loads((exported / "people.bundle" / "bundle.json").read_text())
    assert [each["attributes"] for each in said["ensembles"]] == [["mask", "gender"], ["age"]]
    scores = said["facts"]["scores"]
    assert set(scores["attributes"]) == {"mask", "gender", "age"}
    assert scores["joint"]["low"] <= scores["joint"]["score"] <= scores["joint"]["high"]
    assert len(said["photos"]) == 64
    assert run_verify(exported / "people.bundle").photos == 64


def test_the_bundle_answers_new_photos_as_the_competition_wants(exported: Path) -> None:
    photos = exported / "studies" / "people-30" / "eval"
    wanted = ("-o", "out.csv", "--format", "competition")
    maskopt(exported, "predict", "people.bundle", str(photos), *wanted)
    names = [line.split(",")[0] for line in (photos / "info.csv").read_text().splitlines()]
    rows = [line.split(",") for line in (exported / "out.csv").read_text().splitlines()]
    assert [row[0] for row in rows] == names
    assert {int(row[1]) for row in rows[1:]} <= set(range(18))


def test_a_second_export_trains_nothing_again(exported: Path) -> None:
    done = maskopt(exported, "export-best", "age", "-o", "age.bundle", "--vote", "soft")
    assert "note: 4 networks out of fold known already" in done.stderr
    assert "epochs done" not in done.stderr
    assert "the equal soft vote was asked for" in done.stdout
    assert "maskopt verify age.bundle" in done.stdout


def test_members_can_be_trained_on_all_photos(exported: Path) -> None:
    wanted = ("--refit", "all", "--onnx", "--workers", "1")
    maskopt(exported, "export-best", "age", "-o", "all.bundle", *wanted)
    said = json.loads((exported / "all.bundle" / "bundle.json").read_text())
    assert [len(member["weights"]) for member in said["members"]] == [1] * len(said["members"])
    assert said["facts"]["refit"] == "all"
    assert (exported / "all.bundle" / "vote.onnx").exists()
    assert run_verify(exported / "all.bundle").photos == 64


def test_a_missing_attribute_names_who_could_give_it(exported: Path) -> None:
    done = maskopt(
        exported, "export-best", "age", "-o", "no.bundle", "--attributes", "age,mask", code=1
    )
    assert done.stderr.splitlines()[-1] == (
        "error: no study that was named knows attribute 'mask'; 'mask_gender' could give it: add "
        "it to the command"
    )
    assert not (exported / "no.bundle").exists()


def test_a_killed_export_leaves_the_old_bundle_or_the_new_one(exported: Path) -> None:
    """Killed in the midst of training, of choosing, and of writing, as far as the pace has it."""
    place = exported / "killed.bundle"
    shutil.copytree(exported / "people.bundle", place)
    for seconds in (4.0, 7.0, 9.0):
        with subprocess.Popen(
            command("export-best", "age", "mask_gender", "-o", place.name, "--set", "seed=1"),
            cwd=exported, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        ) as export:  # fmt: skip
            time.sleep(seconds)
            os.kill(export.pid, signal.SIGKILL)
        assert run_verify(place).photos == 64
    maskopt(exported, "export-best", "age", "mask_gender", "-o", place.name, "--set", "seed=1")
    assert not [each for each in exported.iterdir() if each.name.startswith(".killed.bundle")]


def test_an_interrupted_export_prints_the_command_that_goes_on(exported: Path) -> None:
    # Others of its networks are trained: those of a study whose members are gone.
    shutil.rmtree(exported / "studies" / "age" / "members")
    said = []
    with subprocess.Popen(
        command("export-best", "age", "-o", "late.bundle", "--workers", "1"),
        cwd=exported, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    ) as export:  # fmt: skip
        assert export.stderr
        for line in export.stderr:
            said.append(line)
            if "fold 1: " in line:  # of the first trial; the second one's is to be trained yet
                export.send_signal(signal.SIGINT)
                break
        said += [line for line in export.stderr if line.strip()]
    assert (export.wait(60), (exported / "late.bundle").exists()) == (130, False)
    assert said[-1] == (
        "note: interrupted; what is trained stays trained. To go on: maskopt export-best age -o "
        "late.bundle --workers 1\n"
    )
    maskopt(exported, "export-best", "age", "-o", "late.bundle")
