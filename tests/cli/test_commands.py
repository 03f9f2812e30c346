import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = ("sweep", "export-best", "predict", "verify", "check", "show", "dashboard", "demo-data")


def maskopt(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    program = "from maskopt.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(command: str, tmp_path: Path) -> None:
    done = maskopt(tmp_path, command, "-h")
    assert done.returncode == 0
    assert f"  maskopt {command}" in done.stdout.partition("Example")[2]


def test_wrong_usage_is_2(tmp_path: Path) -> None:
    assert maskopt(tmp_path, "sweep").returncode == 2
    assert maskopt(tmp_path, "check").returncode == 2
    assert maskopt(tmp_path, "sweep", "age.yaml", "--trials", "0").returncode == 2
    done = maskopt(tmp_path, "export-best", "age", "-o", "age.bundle", "--attributes", ",")
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == (
        "Error: Invalid value for '--attributes': must be names with commas between them, got ','"
    )


@pytest.mark.parametrize("study", [(), ("age",)], ids=["no study", "no trial"])
def test_a_profile_without_a_trial_is_wrong_usage(tmp_path: Path, study: tuple[str, ...]) -> None:
    done = maskopt(tmp_path, "show", *study, "--profile")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines()[-1] == (
        "Error: --profile is of one trial, got none; name it: maskopt show STUDY N --profile"
    )


def test_a_trial_of_no_study_is_1_with_one_message(tmp_path: Path) -> None:
    done = maskopt(tmp_path, "show", "age", "0", "--profile")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"error: there are no studies yet: {tmp_path}/studies/studies.db does not exist\n"
    )


def test_a_file_that_is_not_there_is_1_with_one_message(tmp_path: Path) -> None:
    (tmp_path / "age.yaml").touch()
    for command in ("check", "sweep"):
        done = maskopt(tmp_path, command, "agee.yaml")
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr == (
            "error: agee.yaml: there is no such file; did you mean 'age.yaml'?\n"
        )


def test_a_shipped_file_without_photos_says_how_to_try_it(tmp_path: Path) -> None:
    file = ROOT / "search_spaces" / "age.yaml"
    done = maskopt(tmp_path, "sweep", str(file))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[0] == f"error: {file}: no photos are given"
    assert done.stderr.splitlines()[-1] == (f"Try it without: maskopt sweep {file} --preset demo")


def test_time_and_deadline_together_are_refused(tmp_path: Path) -> None:
    file = str(ROOT / "search_spaces" / "age.yaml")
    done = maskopt(tmp_path, "sweep", file, "--time", "2h", "--deadline", "18:30")
    assert (done.returncode, done.stderr) == (
        1,
        "error: --time and --deadline exclude each other, got both; leave one out\n",
    )
    done = maskopt(tmp_path, "sweep", file, "--time", "soon")
    assert (done.returncode, done.stderr) == (
        1,
        "error: `--time` must be a time such as 8h, 90m, 1h30m or 45s, got 'soon'\n",
    )


def test_show_without_any_study_says_how_to_make_one(tmp_path: Path) -> None:
    done = maskopt(tmp_path, "show")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == (
        f"note: no study in {tmp_path / 'studies' / 'studies.db'} yet; "
        "make one: maskopt sweep search_spaces/age.yaml --preset demo\n"
    )
    assert json.loads(maskopt(tmp_path, "show", "--json").stdout) == {"studies": []}


def test_a_place_that_cannot_be_written_is_1_with_one_message(tmp_path: Path) -> None:
    file = ROOT / "search_spaces" / "age.yaml"
    (tmp_path / "file").touch()
    done = maskopt(tmp_path, "sweep", str(file), "--preset", "demo", "--studies", "file/studies")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "drawing 300 built-in people ...\n"
        f"error: {tmp_path}/file/studies/people-300: cannot be written, {tmp_path}/file is no "
        "folder; name another folder\n"
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_what_cannot_be_printed_is_1_with_one_message(tmp_path: Path) -> None:
    program = [sys.executable, "-c", "from maskopt.cli import main; main()"]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*program, "show", "--json"],
            cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    assert (done.returncode, done.stderr) == (
        1,
        "error: a file, or what is printed, cannot be written (No space left on device)\n",
    )


def test_demo_data_is_what_check_takes(tmp_path: Path) -> None:
    assert maskopt(tmp_path, "demo-data", "people", "--people", "20").returncode == 0
    file = ROOT / "search_spaces" / "gender.yaml"
    done = maskopt(
        tmp_path,
        "check",
        str(file),
        "--data",
        "people/train",
        "--json",
        "--set",
        "space.backbone=test_resnet",
        "--set",
        "space.image_size=32",
    )
    assert done.returncode == 0, done.stderr
    checked = json.loads(done.stdout)
    assert (checked["errors"], checked["photos"]) == ([], 140)
    assert [row["name"] for row in checked["classes"]["gender"]] == ["male", "female"]
    assert sum(row["photos"] for row in checked["classes"]["gender"]) == 140


def test_settings_of_an_export_are_told_at_once(tmp_path: Path) -> None:
    done = maskopt(
        tmp_path, "export-best", "age", "-o", "age.bundle", "--members", "3",
        "--set", "members=4", "--set", "tta=flip",
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (
        1,
        "error: --set members=4: `members` is given twice; leave one out\n"
        "--set tta=flip: `tta` must be one of auto, none, hflip, hflip+crops, got 'flip'\n",
    )


def test_an_export_without_any_study_says_so(tmp_path: Path) -> None:
    done = maskopt(tmp_path, "export-best", "age", "-o", "age.bundle")
    assert (done.returncode, done.stderr) == (
        1,
        f"error: there are no studies yet: {tmp_path}/studies/studies.db does not exist\n",
    )
    assert list(tmp_path.iterdir()) == []
