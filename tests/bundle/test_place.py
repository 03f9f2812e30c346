import errno
import os
from pathlib import Path

import pytest

from maskopt.bundle import check_place, read_bundle, staging
from maskopt.errors import BundleError


def names(folder):
    return sorted(each.name for each in folder.iterdir())


def refused(place):
    with pytest.raises(BundleError) as told:
        check_place(place)
    return str(told.value)


def test_missing_folders_above_a_place_are_made(tmp_path, bundles):
    bundles.write_bundle(tmp_path / "a" / "b" / "c.bundle")
    assert names(tmp_path / "a" / "b") == ["c.bundle"]


def test_a_bundle_is_replaced_and_nothing_else_is_left(tmp_path, bundles):
    bundles.write_bundle(tmp_path / "a.bundle", bundles.small_bundle("old"))
    bundles.write_bundle(tmp_path / "a.bundle", bundles.small_bundle("new"))
    assert read_bundle(tmp_path / "a.bundle").facts["made"] == "new"
    assert names(tmp_path) == ["a.bundle"]


def test_a_bundle_is_replaced_where_folders_cannot_be_exchanged(tmp_path, bundles, monkeypatch):
    monkeypatch.setattr("maskopt.bundle.swap.exchange", lambda one, other: False)
    test_a_bundle_is_replaced_and_nothing_else_is_left(tmp_path, bundles)


def test_an_empty_folder_may_become_a_bundle(tmp_path, bundles):
    (tmp_path / "a.bundle").mkdir()
    bundles.write_bundle(tmp_path / "a.bundle")
    assert read_bundle(tmp_path / "a.bundle") == bundles.small_bundle()


def test_what_a_link_names_is_replaced_and_the_link_stays(tmp_path, bundles):
    bundles.write_bundle(tmp_path / "real.bundle", bundles.small_bundle("old"))
    (tmp_path / "link.bundle").symlink_to("real.bundle")
    bundles.write_bundle(tmp_path / "link.bundle", bundles.small_bundle("new"))
    assert (tmp_path / "link.bundle").is_symlink()
    assert read_bundle(tmp_path / "real.bundle").facts["made"] == "new"


def test_a_file_is_not_replaced(tmp_path):
    (tmp_path / "a.bundle").write_text("mine")
    assert refused(tmp_path / "a.bundle") == (
        f"{tmp_path}/a.bundle: is a file, and a bundle is a folder; give another folder"
    )


def test_a_folder_with_something_else_is_not_replaced(tmp_path):
    for name in "edcba":
        (tmp_path / name).write_text("mine")
    assert refused(tmp_path) == (
        f"{tmp_path}: holds what is no part of a bundle (a, b, c, ...); give another folder"
    )


def test_a_file_that_somebody_put_into_a_bundle_is_not_lost(tmp_path, bundles):
    place = tmp_path / "a.bundle"
    bundles.write_bundle(place)
    (place / "photos" / ".DS_Store").write_text("junk")
    check_place(place)
    (place / "photos" / "mine[1].png").write_text("mine")
    assert refused(place) == (
        f"{place}: holds what is no part of a bundle (photos/mine[1].png); give another folder"
    )


def test_a_broken_bundle_may_be_replaced(tmp_path, bundles):
    place = tmp_path / "a.bundle"
    bundles.write_bundle(place)
    (place / "bundle.json").write_text("{")
    check_place(place)
    (place / "output.csv").write_text("mine")
    assert refused(place) == (
        f"{place}: holds what is no part of a bundle (output.csv); give another folder"
    )


def test_the_folder_one_stands_in_is_not_replaced(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert refused(Path()) == (
        f"{tmp_path}: is the folder that the command was started in, which cannot be replaced; "
        "give another folder"
    )


def test_a_place_below_a_file_is_refused(tmp_path):
    (tmp_path / "file").write_text("mine")
    assert refused(tmp_path / "file" / "a.bundle") == (
        f"{tmp_path}/file/a.bundle: cannot be written: File exists; give another folder"
    )


def test_a_name_that_leaves_no_room_for_a_hidden_one_is_refused(tmp_path):
    name = "a" * 250
    assert refused(tmp_path / name) == (
        f"{tmp_path}/{name}: cannot be written: File name too long; give another folder"
    )


def test_the_root_is_refused():
    assert refused(Path("/")) == "/: is the root of all folders; give another folder"


def test_a_link_to_itself_is_refused(tmp_path):
    (tmp_path / "a.bundle").symlink_to("a.bundle")
    assert refused(tmp_path / "a.bundle") == (
        f"{tmp_path}/a.bundle: is a link that leads round in a circle; give another folder"
    )
    with pytest.raises(BundleError) as told:
        read_bundle(tmp_path / "a.bundle")
    assert str(told.value) == (
        f"{tmp_path}/a.bundle/bundle.json: cannot be read: Too many levels of symbolic links"
    )


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_place_where_nothing_may_be_written_is_refused(tmp_path):
    tmp_path.chmod(0o500)
    assert refused(tmp_path / "a.bundle") == (
        f"{tmp_path}/a.bundle: cannot be written: Permission denied; give another folder"
    )


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="there is no such file system")
def test_a_place_where_the_system_says_wrongly_that_one_may_write_is_refused_at_once():
    with pytest.raises(OSError, match="/proc/") as real:
        Path("/proc/.a.bundle").mkdir()
    assert refused(Path("/proc/a.bundle")) == (
        f"/proc/a.bundle: cannot be written: {real.value.strerror}; give another folder"
    )


def test_a_place_where_folders_can_be_made_and_no_files_is_refused(tmp_path, monkeypatch):
    def fail(file, _):
        raise OSError(errno.EACCES, os.strerror(errno.EACCES), str(file))

    monkeypatch.setattr(Path, "write_bytes", fail)  # so do control groups, of root too
    assert refused(tmp_path / "a.bundle") == (
        f"{tmp_path}/a.bundle: cannot be written: Permission denied; give another folder"
    )
    assert names(tmp_path) == []


def test_a_place_that_was_tried_has_nothing_beside_it_and_holds_what_it_held(tmp_path, bundles):
    bundles.write_bundle(tmp_path / "a.bundle")
    stood = (tmp_path / "a.bundle").stat()
    check_place(tmp_path / "a.bundle")
    check_place(tmp_path / "b.bundle")
    assert names(tmp_path) == ["a.bundle"]
    assert (tmp_path / "a.bundle").stat().st_mtime_ns == stood.st_mtime_ns
    assert read_bundle(tmp_path / "a.bundle") == bundles.small_bundle()


def test_a_folder_that_is_taken_away_while_a_bundle_is_written_is_told(tmp_path):
    def write():
        with staging(tmp_path / "a.bundle") as folder:
            folder.rmdir()
            (folder / "README.md").write_text("")

    with pytest.raises(BundleError) as told:
        write()
    assert str(told.value) == (
        f"{tmp_path}/a.bundle: cannot be written: No such file or directory"
    )
    assert names(tmp_path) == []


def test_a_bundle_stays_when_the_next_one_fails(tmp_path, bundles):
    bundles.write_bundle(tmp_path / "a.bundle")
    with (
        pytest.raises(ValueError, match=r"^a bundle must be readable"),
        staging(tmp_path / "a.bundle") as folder,
    ):
        bundles.seal(folder, bundles.small_bundle(), bundles.EVIDENCE)
    assert names(tmp_path) == ["a.bundle"]
    assert read_bundle(tmp_path / "a.bundle") == bundles.small_bundle()


def test_a_folder_that_was_not_sealed_takes_no_place(tmp_path):
    with (
        pytest.raises(ValueError, match=r"^a bundle must be sealed before it takes its place$"),
        staging(tmp_path / "a.bundle"),
    ):
        pass
    assert names(tmp_path) == []


def test_a_full_disk_is_told_and_leaves_nothing(tmp_path):
    with (
        pytest.raises(BundleError, match=r"^.*/a.bundle: cannot be written: No space left on dev"),
        staging(tmp_path / "a.bundle"),
    ):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert names(tmp_path) == []


def test_other_failures_of_the_system_keep_their_traceback(tmp_path):
    with pytest.raises(FileNotFoundError), staging(tmp_path / "a.bundle"):
        (tmp_path / "nowhere").read_text()


def test_what_the_dead_left_is_removed_and_what_the_living_hold_is_not(tmp_path, bundles):
    dead = [".a.bundle.0123abcd.tmp", ".a.bundle.0123abcd.old"]
    strange = [".a.bundle.mine.tmp", ".b.bundle.0123abcd.tmp"]
    for name in dead + strange:
        (tmp_path / name).mkdir()
    bundles.write_bundle(tmp_path / "a.bundle")
    with staging(tmp_path / "a.bundle") as living:
        bundles.write_bundle(tmp_path / "a.bundle")
        assert living.exists()
        bundles.fill(living, bundles.small_bundle("last"))
    assert read_bundle(tmp_path / "a.bundle").facts["made"] == "last"
    assert names(tmp_path) == sorted(["a.bundle", *strange])
