import json
import time
from pathlib import Path

import pytest

from maskopt.sweep.promise import PROMISE, keep_promise, take_back


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
