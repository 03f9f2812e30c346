"""`maskopt predict` and `maskopt verify` as typed; what they do is tested in tests/predict."""

import subprocess
import sys
from pathlib import Path

import pytest


def maskopt(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    program = "from maskopt.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    "arguments",
    [
        ["predict", "people.bundle", "photos"],
        ["predict", "people.bundle", "-o", "out.csv"],
        ["predict", "people.bundle", "photos", "-o", "out.csv", "--format", "json"],
        ["predict", "people.bundle", "photos", "-o", "out.csv", "--on-error", "ignore"],
        ["predict", "people.bundle", "photos", "-o", "out.csv", "--batch-size", "0"],
        ["predict", "people.bundle", "photos", "-o", "-", "--json"],
        ["verify"],
    ],
    ids=["no_output", "no_photos", "format", "on_error", "batch_size", "json_to_stdout", "verify"],
)
def test_wrong_usage_is_2(arguments: list[str], tmp_path: Path) -> None:
    assert maskopt(tmp_path, *arguments).returncode == 2


def test_a_bundle_that_is_not_there_is_1_with_one_message(tmp_path: Path) -> None:
    for arguments in (["verify"], ["predict", "photos", "-o", "out.csv"]):
        command, *others = arguments
        done = maskopt(tmp_path, command, "people.bundle", *others)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr == "error: people.bundle: there is no such folder\n"
