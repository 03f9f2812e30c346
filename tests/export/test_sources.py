import pytest

from maskopt.errors import StudyError
from maskopt.export.sources import read_sources, wanted_attributes


def test_the_best_complete_trials_may_vote(studies, capsys) -> None:
    studies.add("age", "[age]", [0.1, 0.4], [0.3, 0.5], [0.2, 0.1])
    (source,) = read_sources(studies.options("age", members=2))
    assert [trial.number for trial in source.trials] == [1, 0]
    assert (source.name, source.scratch, source.searched) == ("age", ("test_resnet",), {0})
    assert capsys.readouterr().err == ""


def test_fewer_trials_than_members_are_told(studies, capsys) -> None:
    studies.add("age", "[age]", [0.1])
    read_sources(studies.options("age"))
    assert capsys.readouterr().err == (
        "note: study 'age' has 1 complete trial, fewer than the 5 that may vote\n"
    )


def test_all_that_is_wrong_with_the_studies_is_told_at_once(studies) -> None:
    studies.add("age", "[age]", [0.1])
    studies.add("empty", "[age]")
    with pytest.raises(StudyError) as told:
        read_sources(studies.options("age", "age", "empty", "agee", members=1))
    url = studies.folder / "studies.db"
    assert str(told.value).splitlines() == [
        "study 'age' is named twice; name it once",
        "study 'empty' has no complete trial to export yet; sweep it further "
        "(`maskopt show empty` shows its trials)",
        f"no study 'agee' in {url}; did you mean 'age'?",
    ]


def test_of_few_photos_the_least_loss_votes_and_it_is_said(studies, capsys) -> None:
    """Four photos are judged: 0.4 may be as good as 0.5, whose loss is that of its first epoch."""
    studies.add("age", "[age]", [0.5, 0.1], [0.4, 0.4], losses=(0.9, 0.8))
    (source,) = read_sources(studies.options("age", members=1))
    assert [trial.number for trial in source.trials] == [1]
    assert capsys.readouterr().err == (
        "note: study 'age': of trials that luck may part from the best those with the least loss "
        "may vote: 1\n"
    )


def test_more_folds_than_a_study_has_are_refused(studies) -> None:
    studies.add("age", "[age]", [0.1])
    with pytest.raises(StudyError) as told:
        read_sources(studies.options("age", members=1, folds=3))
    assert str(told.value) == ("--folds must not be more than the 2 folds of study 'age', got 3")


def test_attributes_stand_in_the_order_of_the_files(studies) -> None:
    studies.add("age", "[age]", [0.1])
    studies.add("mask", "[mask]", [0.1])
    options = studies.options("age", "mask", members=1)
    assert [a.name for a in wanted_attributes(read_sources(options), options)] == ["mask", "age"]


def test_what_is_auxiliary_is_left_out_unless_it_is_named(studies) -> None:
    studies.add("age", "[age, mask]\nauxiliary: [mask]", [0.1])
    studies.add("mask", "[mask]", [0.1])
    for names, named, wanted in (
        (["age"], (), ["age"]),
        (["age"], ("mask",), ["mask"]),
        (["age", "mask"], (), ["mask", "age"]),
    ):
        options = studies.options(*names, members=1, attributes=named)
        found = wanted_attributes(read_sources(options), options)
        assert [attribute.name for attribute in found] == wanted


def test_a_missing_attribute_names_the_study_that_could_give_it(studies) -> None:
    studies.add("age", "[age]", [0.1])
    studies.add("mask", "[mask]", [0.1])
    studies.add("both", "[[mask, age]]", [0.1])
    options = studies.options("age", members=1, attributes=("age", "mask", "gender"))
    with pytest.raises(StudyError) as told:
        wanted_attributes(read_sources(options), options)
    assert str(told.value).splitlines() == [
        "no study that was named knows attribute 'mask'; 'both' or 'mask' could give it: add it "
        "to the command",
        "no study that was named knows attribute 'gender', nor does any other here; they know age",
    ]


def test_one_name_for_different_classes_is_refused_before_anything_is_trained(studies) -> None:
    studies.add("age", "[age]", [0.1])
    studies.add("both", "[mask, age]", [0.1], classes="[young, elder]")
    options = studies.options("age", "both", members=1)
    with pytest.raises(StudyError) as told:
        wanted_attributes(read_sources(options), options)
    assert str(told.value) == (
        "studies 'age' and 'both' mean different classes by 'age' (young, old, and young, elder): "
        "they cannot vote together; export them apart"
    )


def test_photos_that_changed_make_another_source(studies) -> None:
    studies.add("age", "[age]", [0.1])
    (before,) = read_sources(studies.options("age", members=1))
    file = studies.folder / "age" / "photos.csv"
    file.write_text(file.read_text().replace("stamp", "other"))
    (after,) = read_sources(studies.options("age", members=1))
    assert before.identity != after.identity


def test_studies_of_different_objectives_are_told_which_one_holds(studies, capsys) -> None:
    studies.add("mask", "[mask]", [0.1], objective="accuracy")
    studies.add("age", "[age]", [0.1])
    read_sources(studies.options("mask", "age", members=1))
    assert capsys.readouterr().err == (
        "note: studies were judged differently ('mask' by accuracy, 'age' by macro_f1): the vote "
        "is chosen and scored by the first one's, accuracy\n"
    )
    read_sources(studies.options("age", members=1))
    assert capsys.readouterr().err == ""
