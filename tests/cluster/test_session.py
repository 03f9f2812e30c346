import fcntl
import socket
from pathlib import Path

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
