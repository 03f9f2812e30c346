import fcntl
import socket
from pathlib import Path
from types import SimpleNamespace

import pytest

from maskopt.cluster import scratch
from maskopt.errors import StudyError


@pytest.fixture
def no_scratch(monkeypatch):
    monkeypatch.setattr(scratch, "_held", None)
    yield
    scratch.remove_scratch()


def test_a_short_temporary_folder_holds_all_and_is_removed(no_scratch, monkeypatch):
    monkeypatch.setattr(scratch.tempfile, "gettempdir", lambda: "/" + "long/" * 9)
    folder = scratch.scratch()
    assert folder.parent == Path("/tmp")
    with scratch.scratch_folder() as inside:
        assert inside.parent == folder
    assert not inside.exists()
    scratch.remove_scratch()
    assert not folder.exists()


def test_what_a_killed_process_left_is_removed_and_what_is_in_use_is_not(
    no_scratch, monkeypatch, tmp_path
):
    monkeypatch.setattr(scratch, "_LONGEST_PARENT", 1000)
    monkeypatch.setattr(scratch.tempfile, "gettempdir", lambda: str(tmp_path))
    for name in ("maskopt-dead", "maskopt-alive", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "lock").touch()
    with (tmp_path / "maskopt-alive" / "lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        mine = scratch.scratch()
    names = {folder.name for folder in tmp_path.iterdir()}
    assert names == {"maskopt-alive", "other", mine.name}


def test_what_ray_wrote_after_the_folder_was_removed_goes_with_the_next_sweep(
    no_scratch, monkeypatch, tmp_path
):
    monkeypatch.setattr(scratch, "_LONGEST_PARENT", 1000)
    monkeypatch.setattr(scratch.tempfile, "gettempdir", lambda: str(tmp_path))
    (tmp_path / "maskopt-ray" / "session_2026" / "logs").mkdir(parents=True)
    (tmp_path / "maskopt-notes").mkdir()  # somebody's own: nothing of Ray's lies in it
    mine = scratch.scratch()
    assert {folder.name for folder in tmp_path.iterdir()} == {"maskopt-notes", mine.name}


@pytest.mark.ray
@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("127.0.0.1:{port}", "Connection refused"),
        ("127.0.0.1:port", "must be HOST:PORT"),
    ],
)
def test_an_address_where_nobody_answers_is_said_at_once(address, reason):
    from maskopt.cluster.session import connect

    with socket.create_server(("127.0.0.1", 0)) as server:
        address = address.format(port=server.getsockname()[1])
    with pytest.raises(StudyError) as caught:
        connect(address)
    assert str(caught.value) == (
        f"no Ray cluster answers at `--address {address}`: {reason}; "
        "start one there with `ray start --head`, or leave `--address` out"
    )


@pytest.mark.ray
def test_auto_is_refused_because_it_may_be_somebody_else_s():
    from maskopt.cluster.session import connect

    with pytest.raises(StudyError) as caught:
        connect("auto")
    assert str(caught.value) == (
        "`--address auto` could join somebody else's Ray; name the one you mean: HOST:PORT"
    )


class FakeRay:
    """Runs or does not; notes what it was started with."""

    def __init__(self) -> None:
        self.runs, self.cores, self.ended = False, [], 0
        self.machines = [True, False]

    def get_runtime_context(self):
        return SimpleNamespace(gcs_address=self.head)

    def nodes(self):
        return [{"Alive": alive} for alive in self.machines]

    def init(self, **settings):
        assert not self.runs
        self.runs = True
        self.cores.append(settings["num_cpus"])

    def is_initialized(self):
        return self.runs

    def shutdown(self):
        self.ended += self.runs
        self.runs = False


@pytest.fixture
def fake_ray(monkeypatch, no_scratch):
    from maskopt.cluster import session

    made = FakeRay()
    monkeypatch.setattr(session, "ray", made)
    return made


def plan_of(trials: int):
    from maskopt.cluster.devices import DevicePlan

    return DevicePlan(trials, 1, 0.0, "cores")


@pytest.mark.ray
def test_ray_that_is_kept_runs_on_for_the_next_study_and_ends_at_last(fake_ray):
    from maskopt.cluster.session import is_running, keeping, release, start

    with keeping():
        for trials in (2, 2, 3):  # another number of cores needs another Ray
            start(plan_of(trials))
            release()
            assert is_running()
        assert (fake_ray.cores, fake_ray.ended) == ([2, 3], 1)
    assert (is_running(), fake_ray.ended) == (False, 2)


@pytest.mark.ray
def test_ray_that_is_not_kept_ends_with_its_study(fake_ray):
    from maskopt.cluster.session import is_running, release, start

    start(plan_of(2))
    release()
    assert (is_running(), fake_ray.ended) == (False, 1)


@pytest.mark.ray
def test_what_goes_wrong_does_not_leave_a_kept_ray_behind(fake_ray):
    from maskopt.cluster.session import is_running, keeping, release, start

    def fail():
        with keeping():
            start(plan_of(2))
            raise StudyError("no such photos")

    with pytest.raises(StudyError):
        fail()
    start(plan_of(2))  # nor is the next one kept
    release()
    assert not is_running()


@pytest.mark.ray
def test_ray_that_was_ended_from_outside_is_seen_and_started_again_as_it_was(fake_ray):
    from maskopt.cluster.session import is_alive, start, start_again

    with socket.create_server(("127.0.0.1", 0)) as head:
        fake_ray.head = f"127.0.0.1:{head.getsockname()[1]}"
        start(plan_of(2))
        assert is_alive()
        fake_ray.machines = [False, False]
        assert not is_alive(), "no machine"
    fake_ray.machines = None  # to be asked for them without a head would take a minute
    assert not is_alive(), "no head"
    start_again()
    assert (fake_ray.cores, fake_ray.ended) == ([2, 2], 1)


@pytest.mark.ray
def test_a_cluster_that_is_gone_is_told_and_nothing_is_started(fake_ray, monkeypatch):
    from maskopt.cluster import session

    monkeypatch.setattr(session, "_plan", None)  # as after `connect`
    with pytest.raises(StudyError) as caught:
        session.start_again()
    assert str(caught.value) == (
        "the Ray cluster has no machine left that answers: it was ended, or cannot be reached; "
        "what is trained stays trained: type the same command when it is there again"
    )
    assert fake_ray.cores == []
