from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from maskopt.data.photos import PhotoTable
from maskopt.errors import StudyError
from maskopt.spec import StudySpec, read_spec
from maskopt.sweep.identity import PHOTOS, as_begun, describe, refuse_changes, same_photos

AGE = Path(__file__).parents[2] / "search_spaces" / "age.yaml"
STUDIES = Path("studies")


def table(**changes: object) -> PhotoTable:
    photos = PhotoTable(
        root="photos",
        paths=np.array(["a.jpg", "b.jpg"]),
        groups=np.array(["a", "b"]),
        folds=np.array([0, 1]),
        class_ids={"age": np.array([0, 2])},
        stamp="1",
    )
    return replace(photos, **changes)


def content(spec: StudySpec, photos: PhotoTable) -> dict:
    return {**spec.content, PHOTOS: describe(photos)}


def test_the_same_photos_in_another_place_are_the_same_study() -> None:
    here, there = read_spec(AGE, data="here"), read_spec(AGE, data="there")
    moved = content(there, table(root="elsewhere", stamp="2"))
    refuse_changes(there, content(here, table()), moved, STUDIES)


def test_more_trials_time_and_other_gpus_are_the_same_study() -> None:
    old = read_spec(AGE)
    new = read_spec(AGE, trials=99, seconds=60, gpus_per_trial=0.5)
    refuse_changes(new, content(old, table()), content(new, table()), STUDIES)


@pytest.mark.parametrize(
    "changes",
    [
        {"paths": np.array(["a.jpg", "c.jpg"])},
        {"groups": np.array(["a", "a"])},
        {"folds": np.array([1, 0])},
        {"class_ids": {"age": np.array([0, 1])}},
    ],
    ids=["paths", "groups", "folds", "classes"],
)
def test_other_photos_folds_or_classes_are_refused(changes: dict) -> None:
    spec = read_spec(AGE)
    old, new = describe(table()), describe(table(**changes))
    with pytest.raises(StudyError) as refusal:
        refuse_changes(spec, content(spec, table()), content(spec, table(**changes)), STUDIES)
    assert str(refusal.value) == (
        "study 'age' in studies was made differently:\n"
        f"  {PHOTOS}: {old} -> {new}\n"
        "put that back to resume it, or start another one with --study NAME"
    )
    assert old.startswith("2 photos (")


AGES, OTHERS = ({"age": np.array([float(low), 45.0])} for low in (5, 29))


def test_numbers_that_change_within_their_classes_are_refused() -> None:
    spec, old, new = read_spec(AGE), table(numbers=AGES), table(numbers=OTHERS)
    refuse_changes(spec, content(spec, old), content(spec, old), STUDIES)
    with pytest.raises(StudyError) as refusal:
        refuse_changes(spec, content(spec, old), content(spec, new), STUDIES)
    assert str(refusal.value) == (
        "study 'age' in studies was made differently:\n"
        f"  {PHOTOS}: {describe(old)} -> {describe(new)}\n"
        "put that back to resume it, or start another one with --study NAME"
    )
    assert describe(old).startswith(f"{describe(table())}, numbers (")


def test_a_study_of_a_version_that_kept_no_numbers_goes_on() -> None:
    spec, old = read_spec(AGE), describe(table())
    refuse_changes(spec, content(spec, table()), content(spec, table(numbers=AGES)), STUDIES)
    other = describe(table(numbers=AGES, folds=np.array([1, 0])))
    assert (same_photos(old, other), same_photos(other, old), same_photos(None, old)) == (
        False, False, False
    )  # fmt: skip


def test_every_difference_of_a_file_is_told_at_once() -> None:
    old = read_spec(AGE)
    new = read_spec(AGE, sets=["budget.epochs=3", "space.clip=none", "objective=accuracy"])
    with pytest.raises(StudyError) as refusal:
        refuse_changes(new, old.content, new.content, STUDIES)
    assert str(refusal.value) == (
        "study 'age' in studies was made differently:\n"
        "  objective: macro_f1 -> accuracy\n"
        "  budget.epochs: 12 -> 3\n"
        "  space.clip: 5.0 -> none\n"
        "put that back to resume it, or start another one with --study NAME"
    )


def earlier(spec: StudySpec) -> dict:
    """Return what a version before halving stored."""
    kept = {key: value for key, value in content(spec, table()).items() if key != "noise"}
    pruner = {"successive_halving": {"eta": 4, "first_rung": None}}
    return {**kept, "searcher": {"tpe": {"startup_trials": 10}}, "pruner": pruner}


def test_a_file_that_names_neither_goes_on_with_the_defaults_it_was_begun_with(
    capsys: pytest.CaptureFixture[str],
) -> None:
    spec = read_spec(AGE)
    begun = as_begun(spec, earlier(spec))
    assert (begun.searcher.name, begun.pruner.name) == ("tpe", "successive_halving")
    refuse_changes(begun, earlier(spec), content(begun, table()), STUDIES)
    assert capsys.readouterr().err == (
        "note: study 'age' was begun by an earlier version with the searcher "
        "tpe(startup_trials=10) and the pruner successive_halving(eta=4, first_rung=none), and "
        "goes on with it\n"
    )


def test_a_new_study_and_a_named_pruner_are_what_the_file_says() -> None:
    spec, named = read_spec(AGE), read_spec(AGE, sets=["pruner=median", "searcher=random"])
    assert as_begun(spec, None) is spec
    assert as_begun(spec, content(spec, table())) is spec
    assert as_begun(named, earlier(spec)) is named
    with pytest.raises(StudyError, match="pruner: successive_halving -> median"):
        refuse_changes(named, earlier(spec), content(named, table()), STUDIES)
