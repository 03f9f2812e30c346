"""What dies, dies here for good: drivers in processes of their own, killed in mid-sweep."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import pytest

from maskopt.records import TrialState

pytestmark = [pytest.mark.ray, pytest.mark.slow]

PROGRAM = Path(__file__).parent / "sweeping.py"
PATIENCE_SECONDS = 120.0
EPOCHS = 4  # as `sweeping.py` has them


@pytest.fixture
def temporary():
    """A short path: Ray's sockets lie in it."""
    folder = Path(tempfile.mkdtemp(prefix="k", dir="/tmp"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def sweep(tmp_path, temporary):
    """Starts sweeps on one study; none outlives its test."""
    begun = []

    def start(trials, workers, acts):
        arguments = [str(tmp_path), str(trials), str(workers), json.dumps(acts)]
        process = subprocess.Popen(
            [sys.executable, str(PROGRAM), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            env=os.environ | {"TMPDIR": str(temporary)},
        )
        begun.append(process)
        return process

    yield start
    for process in begun:
        for pid in session_of(process.pid):
            os.kill(pid, signal.SIGKILL)
        process.communicate()


def session_of(leader):
    """Processes that a driver has started, itself included, without those that are dead."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, _, session, *_ = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(session) == leader and state not in "ZX":
            found.append(int(stat.parent.name))
    return found


def workers_of(leader):
    """The same without two agents of Ray's that try for a minute to say that it died."""
    agents = ("ray::DashboardAgent", "ray::RuntimeEnvAgent")
    names = {pid: Path(f"/proc/{pid}/cmdline").read_text() for pid in session_of(leader)}
    return [pid for pid, name in names.items() if not name.startswith(agents)]


def wait_for(condition):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.02)


def epochs_run(tmp_path):
    """Epochs that were computed, each as (trial, epoch)."""
    file = tmp_path / "killed" / "trials" / "epochs.txt"
    if not file.exists():
        return []
    return [tuple(map(int, line.split())) for line in file.read_text().splitlines()]


def read(tmp_path):
    from maskopt.study.reading import read_study
    from maskopt.study.storage import default_storage

    return read_study(default_storage(tmp_path), "killed")


def test_a_killed_driver_loses_nothing_and_its_trials_go_on(tmp_path, temporary, sweep):
    first = sweep(8, 2, ["slow"])
    wait_for(lambda: len(epochs_run(tmp_path)) >= 6)
    first.kill()
    first.wait()
    # One with all its epochs is told complete; the others go on.
    left = [trial for trial in read(tmp_path).trials if trial.state is TrialState.RUNNING]
    interrupted = sum(len(trial.reports) < EPOCHS for trial in left)
    second = sweep(8, 2, ["slow"])
    out, err = second.communicate(timeout=PATIENCE_SECONDS)
    assert (second.returncode, err) == (0, "")
    states = {"complete": 8, "pruned": 0, "failed": 0, "running": 0, "waiting": 0}
    assert json.loads(out) == states
    record = read(tmp_path)
    assert [[r.epoch for r in trial.reports] for trial in record.trials] == [[1, 2, 3, 4]] * 8
    assert sum(trial.interruptions for trial in record.trials) == interrupted
    # An epoch whose checkpoint the kill came before is computed again: one a worker at most.
    again = [count - 1 for count in Counter(epochs_run(tmp_path)).values()]
    assert set(epochs_run(tmp_path)) == {(n, e) for n in range(8) for e in range(1, 5)}
    assert sum(again) <= 2
    wait_for(lambda: not workers_of(first.pid))
    assert list(temporary.iterdir()) == []


def test_ctrl_c_puts_running_trials_back_and_leaves_no_process(tmp_path, temporary, sweep):
    first = sweep(4, 2, ["hang"])
    trials = tmp_path / "killed" / "trials"
    wait_for(lambda: len(list(trials.glob("*/hangs"))) == 2)
    os.killpg(first.pid, signal.SIGINT)
    assert first.communicate(timeout=PATIENCE_SECONDS) == ("", "")
    assert first.returncode == 130
    record = read(tmp_path)
    assert [trial.state for trial in record.trials] == [TrialState.WAITING] * 2
    assert [[r.epoch for r in trial.reports] for trial in record.trials] == [[1], [1]]
    wait_for(lambda: not session_of(first.pid))
    assert list(temporary.iterdir()) == []


def test_a_killed_worker_s_trial_goes_on_from_its_checkpoint(tmp_path, sweep):
    process = sweep(3, 2, ["die once", "plain", "raise"])
    out, err = process.communicate(timeout=PATIENCE_SECONDS)
    assert (process.returncode, err) == (0, "")
    states = json.loads(out)
    assert (states["complete"], states["running"], states["waiting"]) == (3, 0, 0)
    died, *_ = read(tmp_path).trials
    assert (died.state, died.interruptions) == (TrialState.COMPLETE, 1)
    assert [report.epoch for report in died.reports] == [1, 2, 3, 4]
    assert sorted(e for n, e in epochs_run(tmp_path) if n == 0) == [1, 2, 3, 4]


@pytest.mark.parametrize("part", ["raylet", "gcs_server"])
def test_where_ray_is_ended_from_outside_it_is_started_again_and_trials_go_on(
    tmp_path, temporary, sweep, part
):
    process = sweep(2, 2, ["hang once"])
    wait_for(lambda: len(list((tmp_path / "killed" / "trials").glob("*/hangs"))) == 2)
    names = {pid: Path(f"/proc/{pid}/cmdline").read_text() for pid in session_of(process.pid)}
    (found,) = (pid for pid, name in names.items() if name.partition("\0")[0].endswith(f"/{part}"))
    os.kill(found, signal.SIGKILL)
    out, _ = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 0
    states = json.loads(out)
    assert (states["complete"], states["running"], states["waiting"]) == (2, 0, 0)
    trials = read(tmp_path).trials
    assert all(trial.interruptions for trial in trials)
    assert [[report.epoch for report in trial.reports] for trial in trials] == [[1, 2, 3, 4]] * 2
    wait_for(lambda: not workers_of(process.pid))
    assert list(temporary.iterdir()) == []
