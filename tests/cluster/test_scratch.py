import fcntl
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import pytest

from maskopt.cluster import scratch


@pytest.fixture
def parent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give a folder of temporary ones, in which this process has none yet."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(scratch, "_LONGEST_PARENT", 1000)
    monkeypatch.setattr(scratch, "_held", None)
    yield tmp_path
    scratch.remove_scratch()


def test_a_folder_that_another_sweep_removes_before_it_is_locked_is_made_anew(
    parent: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[int] = []

    def flock(file: IO[Any], how: int) -> None:
        """Lock, but have another sweep clear up right before the first time."""
        if not begun:
            begun.append(how)
            scratch._remove_abandoned(parent)
        real(file, how)

    real = fcntl.flock
    monkeypatch.setattr(scratch.fcntl, "flock", flock)
    own = scratch.scratch()
    assert (own / "lock").exists()
    (own / "session_1").mkdir()  # Ray writes there
    scratch._remove_abandoned(parent)
    assert {each.name for each in own.iterdir()} == {"lock", "session_1"}
