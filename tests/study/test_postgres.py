"""The same promises on PostgreSQL, on a server that these tests start and stop."""

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from maskopt.records import Ending, TrialState
from maskopt.space import Part

pytestmark = pytest.mark.postgres


def find_programs():
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).parent if on_path else None


def as_server(command, **settings):
    """Run a server program; they refuse to run as root."""
    user = {}
    if os.getuid() == 0:
        nobody = pwd.getpwnam("nobody")
        user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    subprocess.run(command, check=True, capture_output=True, cwd="/", **user, **settings)


@pytest.fixture(scope="module")
def server():
    """The URL of a PostgreSQL that listens on a socket in a temporary folder only."""
    programs = find_programs()
    if programs is None:
        pytest.skip("PostgreSQL's server programs are not installed")
    folder = Path(tempfile.mkdtemp(prefix="pg", dir="/tmp"))
    if os.getuid() == 0:
        os.chown(folder, pwd.getpwnam("nobody").pw_uid, -1)
    data = folder / "data"
    as_server([programs / "initdb", "-D", data, "-U", "me", "-A", "trust", "--no-sync"])
    options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off"
    control = [programs / "pg_ctl", "-D", data, "-w", "-l", folder / "log"]
    as_server([*control, "-o", options, "start"])
    yield f"postgresql://me@/postgres?host={folder}"
    as_server([*control, "-m", "immediate", "stop"])
    shutil.rmtree(folder, ignore_errors=True)


def test_a_sweep_is_interrupted_killed_and_resumed(server, sweeper, report):
    from maskopt.study.reading import read_study

    sweeper.url = server
    halving = Part("successive_halving", {"eta": 2, "first_rung": 2})
    study = sweeper.open(trials=6, pruner=halving)
    sweeper.run(study)
    first, second = study.ask(), study.ask()
    study.report(first.number, report(1, 0.3))
    study.close(second.number, Ending.LOST)
    sweeper.die(study)

    resumed = sweeper.open(trials=6, pruner=halving)
    asked = [resumed.ask(), resumed.ask()]
    assert [(a.number, a.known_epochs) for a in asked] == [(1, 1), (2, 0)]
    assert [a.config for a in asked] == [first.config, second.config]
    resumed.close(1, Ending.LOST)
    resumed.close(2, Ending.LOST, "the worker died")
    while not resumed.finished():
        sweeper.run(resumed, scores=(0.3, 0.1, 0.2))
    record = read_study(server, "age")
    done = record.states
    assert (done["complete"] + done["pruned"], done["running"], done["waiting"]) == (6, 0, 0)
    assert done["pruned"] > 0
    assert record == resumed.record()


def test_a_score_that_is_no_number_is_kept(server, sweeper):
    sweeper.url = server
    study = sweeper.open(study="nan")
    sweeper.run(study, scores=(float("nan"),))
    [trial] = study.record().trials
    assert (trial.state, trial.error) == (TrialState.FAILED, "epoch 1: the score is nan")


def test_a_server_that_stops_is_a_study_error_of_one_line(server, sweeper):
    from maskopt.errors import StudyError
    from maskopt.study.storage import open_storage

    with pytest.raises(StudyError) as caught:
        open_storage(server.replace("postgres?", "missing?"), create=True)
    assert 'database "missing" does not exist' in str(caught.value)
    assert "\n" not in str(caught.value)
