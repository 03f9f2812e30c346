from contextlib import contextmanager
from pathlib import Path

import pytest

from maskopt.bundle import place as room
from maskopt.bundle import read_bundle, reading, staging, swap
from maskopt.bundle.swap import clear, exchange


def names(folder):
    return sorted(each.name for each in folder.iterdir())


def test_an_old_bundle_left_aside_is_put_back_by_a_reader(tmp_path, bundles):
    bundles.write_bundle(tmp_path / "a.bundle")
    (tmp_path / "a.bundle").rename(tmp_path / ".a.bundle.0123abcd.old")
    assert read_bundle(tmp_path / "a.bundle") == bundles.small_bundle()
    assert names(tmp_path) == ["a.bundle"]


def test_an_old_bundle_left_aside_is_put_back_by_the_next_writer(tmp_path, bundles):
    bundles.write_bundle(tmp_path / "a.bundle")
    (tmp_path / "a.bundle").rename(tmp_path / ".a.bundle.0123abcd.old")
    with pytest.raises(KeyError), staging(tmp_path / "a.bundle"):
        raise KeyError
    assert read_bundle(tmp_path / "a.bundle") == bundles.small_bundle()


def test_an_old_bundle_left_aside_is_never_removed_where_nothing_else_stands(tmp_path):
    (tmp_path / ".a.bundle.0123abcd.old").mkdir()
    clear(tmp_path / "a.bundle")
    assert names(tmp_path) == [".a.bundle.0123abcd.old"]


def test_folders_are_exchanged_in_one_step_or_left_alone(tmp_path):
    for name in "ab":
        (tmp_path / name).mkdir()
        (tmp_path / name / name).touch()
    done = exchange(tmp_path / "a", tmp_path / "b")
    assert (names(tmp_path / "a"), names(tmp_path / "b")) == (
        (["b"], ["a"]) if done else (["a"], ["b"])
    )


def test_nobody_puts_back_what_a_living_writer_moved_aside(tmp_path, bundles, monkeypatch):
    place, rename, there = tmp_path / "a.bundle", Path.rename, []
    bundles.write_bundle(place)

    def watched(folder, target):
        if folder.suffix == ".tmp" and not place.exists():
            swap.heal(place)
            there.append(place.exists())
        return rename(folder, target)

    monkeypatch.setattr(swap, "exchange", lambda one, other: False)
    monkeypatch.setattr(swap, "_ATTEMPTS", 1)
    monkeypatch.setattr(Path, "rename", watched)
    bundles.write_bundle(place, bundles.small_bundle("new"))
    assert there == [False]
    assert read_bundle(place).facts["made"] == "new"


@pytest.mark.parametrize("when", ["before", "after"], ids="{} it is opened".format)
def test_a_hidden_folder_taken_for_a_dead_ones_is_made_again(tmp_path, bundles, monkeypatch, when):
    held, seen = room.locked, []

    @contextmanager
    def locked(folder, *, wait):
        seen.append(folder)
        if len(seen) == 1 and when == "before":
            folder.rmdir()
        with held(folder, wait=wait) as mine:
            if len(seen) == 1 and when == "after":
                folder.rmdir()
            yield mine

    monkeypatch.setattr(room, "locked", locked)
    bundles.write_bundle(tmp_path / "a.bundle")
    assert len(seen) == 2
    assert names(tmp_path) == ["a.bundle"]


@pytest.fixture
def meanwhile(monkeypatch):
    """Has something done once, while a bundle's files are being read."""

    def arrange(act):
        acts, whole = [act], reading.broken

        def broken(folder, files):
            if acts:
                acts.pop()()
            return whole(folder, files)

        monkeypatch.setattr(reading, "broken", broken)

    return arrange


def test_a_bundle_replaced_while_it_is_read_is_read_anew(tmp_path, bundles, meanwhile):
    place = tmp_path / "a.bundle"
    bundles.write_bundle(place, bundles.small_bundle("old"))
    meanwhile(lambda: bundles.write_bundle(place, bundles.small_bundle("new")))
    assert read_bundle(place).facts["made"] == "new"


def test_a_bundle_moved_aside_while_it_is_read_is_put_back(tmp_path, bundles, meanwhile):
    place = tmp_path / "a.bundle"
    bundles.write_bundle(place)
    meanwhile(lambda: place.rename(tmp_path / ".a.bundle.0123abcd.old"))
    assert read_bundle(place) == bundles.small_bundle()
    assert names(tmp_path) == ["a.bundle"]
