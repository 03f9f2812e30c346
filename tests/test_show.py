"""`maskopt show STUDY N` of a study that is at hand."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from maskopt import show
from maskopt.errors import StudyError
from maskopt.records import EpochReport, StudyRecord, TrialRecord, TrialState

REPORTS = (
    EpochReport(1, 0.5, 1.2, 1.3, 8.0, {}, {"data": 2.0, "forward": 6.0}, "cpu"),
    EpochReport(2, 0.6, 0.8, 0.9, 8.0, {}, {"data": 2.0, "forward": 6.0}, "cpu"),
)
PROFILED = TrialRecord(0, TrialState.COMPLETE, {"augmentation": "heavy"}, REPORTS, 16.0)
OLD = TrialRecord(1, TrialState.PRUNED, {}, (EpochReport(1, 0.5, 1.2, 1.3, 8.0),), 8.0)


@pytest.fixture
def study(monkeypatch):
    """Put trials into a study."""

    def put(*trials: TrialRecord) -> None:
        record = StudyRecord("age", "macro_f1", trials)
        monkeypatch.setattr(show, "read_study", lambda url, name: record)

    return put


def test_one_trial_in_json_is_one_object(study, capsys) -> None:
    study(PROFILED, OLD)
    show.show_trial("age", 0, Path("studies"), None, as_json=True)
    said = capsys.readouterr()
    whole = {"study": "age", "objective": "macro_f1", **PROFILED.to_dict()}
    assert (json.loads(said.out), said.err) == (whole, "")


def test_a_profile_in_json_stands_beside_all_else(study, capsys) -> None:
    study(PROFILED, OLD)
    show.show_trial("age", 0, Path("studies"), None, profile=True, as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert told["number"] == 0
    assert told["profile"] == {
        "epochs": [1, 2],
        "devices": ["cpu"],
        "seconds": 16.0,
        "stages": {
            "data": {"seconds": 4.0, "share": 0.25},
            "forward": {"seconds": 12.0, "share": 0.75},
        },
        "advice": [
            "data takes 25.0 % of the time: the cores that train augment photos too; choose a "
            "lighter augmentation than heavy"
        ],
    }
    show.show_trial("age", 1, Path("studies"), None, profile=True, as_json=True)
    assert json.loads(capsys.readouterr().out)["profile"] is None


def test_a_profile_is_shown_under_the_trial_s_name(study, capsys) -> None:
    study(PROFILED, OLD)
    show.show_trial("age", 1, Path("studies"), None, profile=True)
    assert capsys.readouterr().out == (
        "age  trial 1  pruned\n"
        "trained before profiles were kept (epoch 1); later trials have one\n"
    )
    show.show_trial("age", 0, Path("studies"), None)
    assert "configuration\naugmentation   heavy\n" in capsys.readouterr().out


def test_what_really_ran_stands_in_the_json_of_its_trial_alone(study, capsys) -> None:
    ran = {"optimizer": {"is": "AdamW"}}
    study(replace(PROFILED, effective=ran))
    show.show_trial("age", 0, Path("studies"), None, as_json=True)
    assert json.loads(capsys.readouterr().out)["effective"] == ran
    assert "effective" not in PROFILED.to_dict()
    show.show_trial("age", 0, Path("studies"), None)
    assert "\nwhat really ran\noptimizer        AdamW\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("trials", "known"),
    [
        ((), "it has none yet"),
        ((PROFILED,), "it has trial 0 alone"),
        ((PROFILED, OLD), "it has trials 0 to 1"),
    ],
)
def test_a_trial_that_is_not_there_is_told_with_those_that_are(study, trials, known) -> None:
    study(*trials)
    with pytest.raises(StudyError) as caught:
        show.show_trial("age", 2, Path("studies"), None)
    assert str(caught.value) == f"study 'age' has no trial 2; {known} (maskopt show age)"
