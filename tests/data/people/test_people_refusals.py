"""Where people cannot be drawn: one message of the folder that was given."""

import errno
import tempfile
from pathlib import Path

import pytest

from maskopt.data.people import draw_people
from maskopt.data.people import folder as people_folder
from maskopt.errors import DataError


def refused(place):
    with pytest.raises(DataError) as told:
        draw_people(place, 2)
    return str(told.value)


def test_a_full_disk_is_told_with_the_folder_and_leaves_nothing(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(people_folder, "_write_set", full)
    assert refused(tmp_path / "drawn") == (
        f"{tmp_path}/drawn: cannot be written (No space left on device); name another folder"
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("below", ["x", "x/y"])
def test_a_folder_below_a_file_is_refused_with_the_file(tmp_path, below):
    (tmp_path / "afile").write_bytes(b"mine")
    assert refused(tmp_path / "afile" / below) == (
        f"{tmp_path}/afile/{below}: cannot be written, {tmp_path}/afile is no folder; "
        "name another folder"
    )
    assert (tmp_path / "afile").read_bytes() == b"mine"


@pytest.mark.parametrize(
    "place", ["/proc/x", "/proc/x/y"], ids=["new folder", "new folder in a new one"]
)
@pytest.mark.skipif(not Path("/proc/self").exists(), reason="there is no such file system")
def test_a_folder_where_nothing_can_be_made_is_refused_by_its_own_name(place):
    with pytest.raises(OSError, match="/proc/") as real:
        Path("/proc/x").mkdir()
    assert refused(Path(place)) == (
        f"{place}: cannot be written ({real.value.strerror}); name another folder"
    )


def test_a_folder_where_one_may_not_write_is_refused_by_its_own_name(tmp_path, monkeypatch):
    def fail(prefix, dir):
        name = str(dir / f"{prefix}a1b2c3d4")
        raise PermissionError(errno.EACCES, "Permission denied", name)

    monkeypatch.setattr(tempfile, "mkdtemp", fail)  # as the system does, but for root
    assert refused(tmp_path / "drawn") == (
        f"{tmp_path}/drawn: cannot be written (Permission denied); name another folder"
    )


def test_what_fails_and_is_no_file_keeps_its_traceback(tmp_path, monkeypatch):
    def fail(*_):
        raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")

    monkeypatch.setattr(people_folder, "_write_set", fail)
    with pytest.raises(BlockingIOError):
        draw_people(tmp_path / "drawn", 2)
