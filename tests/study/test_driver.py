import os
import socket
import time
from dataclasses import asdict

import pytest

from maskopt.errors import StudyError
from maskopt.study.driver import ATTRIBUTE, BEAT_SECONDS, Sign, _started
from maskopt.study.storage import close_storage


def sign(study):
    return study._storage.get_study_user_attrs(study._study._study_id)[ATTRIBUTE]


def put(study, **changes):
    """Have the storage say that another driver holds the study."""
    kept = sign(study) | changes
    study._study.set_user_attr(ATTRIBUTE, kept)


def refusal(sweeper):
    with pytest.raises(StudyError) as caught:
        sweeper.open()
    return str(caught.value)


def test_a_second_driver_in_the_same_folder_is_told_who_sweeps(sweeper):
    sweeper.open()
    message = refusal(sweeper)
    host = socket.gethostname()
    assert message.startswith(
        f"study 'age' is being swept by process {os.getpid()} on {host} (since "
    )
    assert message.endswith(
        "); one sweep a study at a time: wait for it, stop it, or use --study NAME"
    )


def test_a_driver_on_another_host_is_respected_while_it_is_heard_of(sweeper):
    study = sweeper.open()
    put(study, host="server2", pid=4711, since=0.0, beat=time.time() - 60)
    sweeper.die(study)
    assert "is being swept by process 4711 on server2 (since 1970-01-01" in refusal(sweeper)


def test_a_driver_on_another_host_that_is_silent_is_taken_for_dead(sweeper):
    study = sweeper.open()
    put(study, host="server2", pid=4711, beat=time.time() - 91)
    sweeper.die(study)
    assert sign(sweeper.open())["pid"] == os.getpid()


@pytest.mark.parametrize(
    ("pid", "started"),
    [(2**22 + 1, "1"), (os.getppid(), "another process's start")],
    ids=["no such process", "a process number that was given again"],
)
def test_a_dead_driver_of_this_host_is_followed_at_once(sweeper, pid, started):
    study = sweeper.open()
    put(study, pid=pid, started=started, beat=time.time())
    sweeper.die(study)
    assert sign(sweeper.open())["pid"] == os.getpid()


def test_a_living_driver_of_this_host_with_another_folder_is_respected(sweeper):
    study = sweeper.open()
    pid = os.getppid()
    put(study, pid=pid, started=_started(pid))
    sweeper.die(study)
    assert f"is being swept by process {pid} on " in refusal(sweeper)


def test_the_sign_of_life_is_renewed_when_it_is_due(sweeper, monkeypatch):
    study = sweeper.open()
    before = sign(study)["beat"]
    study.tick()
    assert sign(study)["beat"] == before
    monkeypatch.setattr("maskopt.study.driver.time.time", lambda: before + BEAT_SECONDS)
    study.tick()
    assert sign(study)["beat"] == before + BEAT_SECONDS


def test_a_driver_whose_study_was_taken_over_stops(sweeper, monkeypatch):
    study = sweeper.open()
    other = Sign("server2", 4711, "1", time.time(), time.time() + 1000)
    study._study.set_user_attr(ATTRIBUTE, asdict(other))
    later = time.time() + BEAT_SECONDS
    monkeypatch.setattr("maskopt.study.driver.time.time", lambda: later)
    with pytest.raises(StudyError, match="process 4711 on server2"):
        study.tick()


def test_a_study_that_was_let_go_is_free(sweeper):
    with sweeper.open() as study:
        sweeper.studies.remove(study)
    assert sign(study) is None
    close_storage(study._storage._storage)  # that question had opened it again
    sweeper.open()
