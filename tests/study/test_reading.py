import pytest

from maskopt.errors import StudyError
from maskopt.records import Ending
from maskopt.study.reading import list_studies, read_study, stored_content


def test_a_study_is_read_while_it_is_swept(sweeper):
    study = sweeper.open()
    sweeper.run(study)
    study.ask()
    record = read_study(sweeper.url, "age")
    assert record == study.record()
    assert (record.study, record.objective) == ("age", "macro_f1")
    expected = {"complete": 1, "pruned": 0, "failed": 0, "running": 1, "waiting": 0}
    assert record.states == expected


def test_all_studies_are_listed_by_name_without_those_of_others(sweeper):
    import optuna

    for name in ("mask", "age"):
        sweeper.run(sweeper.open(study=name))
    optuna.create_study(study_name="foreign", storage=sweeper.other())
    records = list_studies(sweeper.url)
    assert [(r.study, len(r.trials)) for r in records] == [("age", 1), ("mask", 1)]


@pytest.mark.parametrize(
    ("name", "rest"), [("agee", "; did you mean 'age'?"), ("zzz", "; there are: age, mask")]
)
def test_an_unknown_study_is_told_with_those_that_there_are(sweeper, name, rest):
    for known in ("age", "mask"):
        sweeper.open(study=known)
    with pytest.raises(StudyError) as caught:
        read_study(sweeper.url, name)
    file = sweeper.folder / "studies.db"
    assert str(caught.value) == f"no study {name!r} in {file}{rest}"


def test_the_content_that_a_study_was_made_with_stays(sweeper):
    assert stored_content(sweeper.url, "age") is None
    study = sweeper.open(content={"lr": [0.1, 0.2]})
    assert stored_content(sweeper.url, "mask") is None
    study.close(study.ask().number, Ending.LOST)
    sweeper.die(study)
    sweeper.open(content={"lr": [0.3, 0.4]})
    assert stored_content(sweeper.url, "age") == {"lr": [0.1, 0.2]}


def test_a_study_that_never_began_is_made_anew(sweeper):
    sweeper.die(sweeper.open(content={"lr": [0.1]}))
    assert stored_content(sweeper.url, "age") is None
    study = sweeper.open(content={"lr": [0.2]})
    study.close(study.ask().number, Ending.LOST)
    assert stored_content(sweeper.url, "age") == {"lr": [0.2]}


@pytest.mark.parametrize(("direction", "trials"), [("maximize", 1), ("minimize", 0)])
def test_a_study_of_another_program_is_refused_and_stays_as_it_was(sweeper, direction, trials):
    import optuna

    other = optuna.create_study(study_name="age", storage=sweeper.other(), direction=direction)
    for _ in range(trials):
        other.tell(other.ask(), 0.5)
    with pytest.raises(StudyError) as caught:
        sweeper.open()
    file = sweeper.folder / "studies.db"
    assert str(caught.value) == (
        f"study 'age' in {file} was made by another program, and its trials are none of this "
        "search; use --study NAME"
    )
    assert (other.user_attrs, len(other.trials)) == ({}, trials)


def test_a_study_whose_driver_was_killed_while_making_it_is_taken_up(sweeper):
    import optuna

    optuna.create_study(study_name="age", storage=sweeper.other(), direction="maximize")
    assert sweeper.run(sweeper.open())[0] == 0
