import json
import os
import re
import socket
import time
from pathlib import Path
from typing import IO, Any

import pytest

from maskopt.errors import StudyError
from maskopt.sweep import promise
from maskopt.sweep.promise import PROMISE, holding_several, keep_promise, take_back


def test_a_sweep_that_was_killed_still_owes_its_bundle_at_the_time_it_promised(
    tmp_path: Path,
) -> None:
    assert keep_promise(tmp_path / PROMISE, 900.0, 898.0) == 898.0
    kept = json.loads((tmp_path / PROMISE).read_text())
    (tmp_path / PROMISE).write_text(json.dumps({**kept, "ends": time.time() + 300}))
    assert keep_promise(tmp_path / PROMISE, 900.0, 897.0) == pytest.approx(300.0, abs=5)


def test_what_was_taken_back_or_is_over_or_was_another_time_binds_nobody(tmp_path: Path) -> None:
    keep_promise(tmp_path / PROMISE, 900.0, 300.0)
    assert keep_promise(tmp_path / PROMISE, 600.0, 599.0) == 599.0
    (tmp_path / PROMISE).write_text(json.dumps({"seconds": 600.0, "ends": time.time() - 1}))
    assert keep_promise(tmp_path / PROMISE, 600.0, 598.0) == 598.0
    (tmp_path / PROMISE).write_text("broken")
    assert keep_promise(tmp_path / PROMISE, 600.0, 597.0) == 597.0
    take_back(tmp_path / PROMISE)
    assert keep_promise(tmp_path / PROMISE, 600.0, 596.0) == 596.0


def test_who_sweeps_several_studies_already_is_named(tmp_path: Path) -> None:
    file = tmp_path / "studies" / PROMISE
    with (
        holding_several(file, ["age", "mask"]),
        pytest.raises(StudyError) as caught,
        holding_several(file, ["age", "mask"]),
    ):
        pytest.fail("two commands hold them")
    told = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d", "THEN", str(caught.value))
    assert told == (
        f"studies 'age', 'mask' are being swept by process {os.getpid()} on "
        f"{socket.gethostname()} (since THEN); one sweep a study at a time: wait for it, stop it, "
        "or use --study NAME"
    )
    assert list(file.parent.iterdir()) == [], "the lock has gone with its holder"


def test_what_a_killed_command_left_locks_nobody_out(tmp_path: Path) -> None:
    lock = (tmp_path / PROMISE).with_suffix(".lock")
    lock.write_text(
        "process 1 on this machine, with words that are longer than those of today " * 9
    )
    with holding_several(tmp_path / PROMISE, ["age"]):
        assert lock.read_text().startswith(f"process {os.getpid()} on ")
        assert lock.read_text().endswith(")")


def test_a_lock_that_its_holder_has_just_removed_is_no_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock, taken = (tmp_path / PROMISE).with_suffix(".lock"), []

    def hold(file: Path) -> IO[Any]:
        taken.append(real(file))
        if len(taken) == 1:
            lock.unlink()
        return taken[-1]

    real = promise.hold
    monkeypatch.setattr(promise, "hold", hold)
    with holding_several(tmp_path / PROMISE, ["age"]):
        assert (len(taken), lock.exists()) == (2, True)
