"""No trial is asked while there is nothing to run it on: workers import first."""

import os
import signal
from dataclasses import replace

import pytest

from maskopt.records import Ending

pytestmark = pytest.mark.ray

MODULE = '''
import os
import signal
import time
from pathlib import Path

from maskopt.records import EpochReport

FOLDER = Path(__file__).parent


def import_slowly():
    """Note this process; the first one waits for nobody, others for what tests wait for."""
    if (FOLDER / f"pid-{os.getpid()}").exists():
        return
    try:
        (FOLDER / "first").touch(exist_ok=False)
    except FileExistsError:
        AS_OTHER
    else:
        AS_FIRST
    (FOLDER / f"pid-{os.getpid()}").touch()


import_slowly()


def run(task):
    Path(task.folder, "pid").write_text(str(os.getpid()))
    yield EpochReport(1, 1.0, 1.0, 1.0, 0.001)
'''


@pytest.fixture
def module(tmp_path):
    """Writes a module that does something when it is first imported, and names its function."""

    def write(*, first="pass", other="time.sleep(0.5)"):
        text = MODULE.replace("AS_FIRST", first).replace("AS_OTHER", other)
        (tmp_path / "slow.py").write_text(text)
        return f"{tmp_path / 'slow.py'}:run"

    return write


@pytest.fixture
def noting(script, tmp_path):
    """Makes conductors that note how many processes had imported at each ask."""

    def make(trials):
        conductor = script([{}] * trials, epochs=1)
        conductor.seen = []
        former = conductor.ask

        def ask():
            conductor.seen.append(len(list(tmp_path.glob("pid-*"))))
            return former()

        conductor.ask = ask
        return conductor

    return make


def run(conductor, function, plan, ready=lambda: None):
    from maskopt.cluster.running import run_trials

    run_trials(conductor, function, plan, ready)
    return conductor


def processes(conductor):
    return {file.read_text() for file in conductor.folder.glob("*/pid")}


def test_no_trial_is_asked_before_every_worker_has_imported(noting, module, plan, tmp_path):
    done = run(noting(4), module(), plan)
    assert set(done.seen) == {2}
    assert sorted(done.ends) == [(number, Ending.ENDED) for number in range(4)]
    assert processes(done) <= {file.name[4:] for file in tmp_path.glob("pid-*")}


def test_that_workers_are_ready_is_told_once_and_before_the_first_ask(noting, module, plan):
    conductor, told = noting(3), []
    run(conductor, module(), plan, lambda: told.append(len(conductor.seen)))
    assert told == [0]


def test_more_workers_than_trials_end_with_them(noting, module, plan):
    done = run(noting(1), module(), plan)
    assert done.ends == [(0, Ending.ENDED)]


def test_a_study_that_is_finished_warms_nobody(noting, module, plan, tmp_path):
    run(noting(0), module(), plan)
    assert list(tmp_path.glob("pid-*")) == []


def test_an_error_while_importing_is_told_as_a_trials_failure(noting, module, plan):
    message = 'raise ImportError("libgpu.so is missing")'
    done = run(noting(2), module(first=message, other=message), plan)
    assert sorted(done.ends) == [(0, Ending.FAILED), (1, Ending.FAILED)]
    reasons = {error.splitlines()[0] for error in done.errors.values()}
    assert reasons == {"ImportError: libgpu.so is missing"}


def test_a_worker_that_dies_while_importing_is_waited_for_no_more(noting, module, plan):
    done = run(noting(3), module(first="os.kill(os.getpid(), signal.SIGKILL)"), plan)
    assert sorted(done.ends) == [(number, Ending.ENDED) for number in range(3)]
    assert done.seen[0] == 1


def test_a_worker_that_finds_no_room_is_not_waited_for(noting, module, plan, monkeypatch):
    """Three at once on two cores: as where others use a cluster, the third never starts."""
    from maskopt.cluster import warming

    monkeypatch.setattr(warming, "LEAST_SECONDS", 0.0)
    monkeypatch.setattr(warming, "PATIENCE", 1.0)
    done = run(noting(4), module(), replace(plan, trials_at_once=3))
    assert sorted(done.ends) == [(number, Ending.ENDED) for number in range(4)]


def test_a_tick_that_says_no_ends_workers_that_import(noting, module, plan, tmp_path):
    conductor = noting(2)
    conductor.goes_on = lambda: not (tmp_path / "first").exists()
    hang = "time.sleep(600)"
    assert run(conductor, module(first=hang, other=hang), plan).seen == []
    (tmp_path / "first").unlink()
    assert len(run(noting(2), module(), plan).ends) == 2


# The last of the module, because it ends Ray.
def test_an_interrupt_while_workers_import_is_raised_and_nothing_was_asked(
    noting, module, plan, tmp_path
):
    import ray

    conductor = noting(2)

    def interrupt():
        if (tmp_path / "first").exists():
            os.kill(os.getpid(), signal.SIGINT)
        return True

    conductor.goes_on = interrupt
    with pytest.raises(KeyboardInterrupt):
        run(conductor, module(first="time.sleep(600)", other="time.sleep(600)"), plan)
    assert (conductor.seen, conductor.ends) == ([], [])
    assert not ray.is_initialized()
