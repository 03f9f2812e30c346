"""The models of a file, one after another; sweeps themselves are stubs."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from .modelled import FILE, MODELS, Sweeps, run, stubbed


@pytest.fixture
def sweeps(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Sweeps:
    return stubbed(monkeypatch, tmp_path)


def test_models_are_swept_one_after_another_each_told_as_it_ends(sweeps: Sweeps) -> None:
    told: list[str] = []
    outcome = run(told=told, trials=5, study="mine")
    assert told == ["mine-one", "mine-two", "mine-three"]
    assert [(each.model, each.trials, each.seconds) for each in sweeps.seen] == [
        (name, 5, None) for name in MODELS
    ]
    assert outcome.exit_code == 0
    assert list(outcome.to_dict()) == ["models"]
    assert [each["study"] for each in outcome.to_dict()["models"].values()] == told


@pytest.mark.parametrize("limit", [{"time": "300s"}, {"sets": ("budget.time=300s",)}], ids=str)
def test_each_model_has_an_equal_share_of_the_time_that_is_left(
    sweeps: Sweeps, limit: dict[str, Any]
) -> None:
    sweeps.takes = {"one": 40.0, "two": 130.0, "three": 130.0}
    run(began=1000.0, **limit)
    # 300 / 3, then (300 - 40) / 2, then what is left.
    assert [each.seconds for each in sweeps.seen] == [100.0, 130.0, 130.0]
    assert {(each.time, each.deadline) for each in sweeps.seen} == {(None, None)}
    assert [each.read().budget.seconds for each in sweeps.seen] == [100.0, 130.0, 130.0]


def test_a_model_whose_time_is_over_has_a_moment_to_say_so(sweeps: Sweeps) -> None:
    sweeps.takes = {"one": 400.0}
    run(began=1000.0, time="300s")
    assert [each.seconds for each in sweeps.seen] == [100.0, 1.0, 1.0]


def test_an_interrupted_model_ends_all_and_one_that_gave_up_does_not(sweeps: Sweeps) -> None:
    sweeps.codes = {"two": 130}
    assert (run(export=Path("b")).exit_code, len(sweeps.seen), sweeps.exported) == (130, 2, [])
    sweeps.codes = {"two": 1}
    assert (run(export=Path("b")).exit_code, len(sweeps.seen), sweeps.exported) == (1, 5, [])


def test_all_studies_become_one_bundle(sweeps: Sweeps) -> None:
    outcome = run(export=Path("faces.bundle"), workers=2)
    (wanted,) = sweeps.exported
    assert wanted.names == ("faces-one", "faces-two", "faces-three")
    assert (wanted.output, wanted.workers) == (Path("faces.bundle"), 2)
    assert outcome.to_dict()["bundle"] == "faces.bundle"


@pytest.mark.parametrize("limit", [{"time": "300s"}, {"sets": ("budget.time=300s",)}], ids=str)
def test_under_a_time_limit_each_trains_what_votes_in_its_share_and_all_is_joined_in_time(
    sweeps: Sweeps, limit: dict[str, Any]
) -> None:
    sweeps.takes = {"one": 40.0, "two": 130.0, "three": 100.0}
    outcome = run(began=1000.0, export=Path("faces.bundle"), **limit)
    # 300 / 3, then (300 - 40 - 10) / 2, then what is left but for 20.
    assert [each.seconds for each in sweeps.seen] == [100.0, 125.0, 110.0]
    assert {(each.joined, each.export) for each in sweeps.seen} == {(True, None)}
    ((wanted, ballots, deadline),) = sweeps.joined
    assert wanted.names == ("faces-one", "faces-two", "faces-three")
    assert tuple(each.name for each in ballots) == wanted.names
    assert (wanted.output, deadline, sweeps.exported) == (Path("faces.bundle"), 1300.0, [])
    assert (outcome.exit_code, outcome.to_dict()["bundle"]) == (0, "faces.bundle")


def test_models_that_have_each_their_own_time_are_joined_when_all_are_over(sweeps: Sweeps) -> None:
    text = FILE.replace("two: {", "two: {budget: {time: 50s}, ")
    Path("faces.yaml").write_text(text)
    run(export=Path("b"))
    assert [(each.seconds, each.joined) for each in sweeps.seen] == [(None, True)] * 3
    assert [deadline for _, _, deadline in sweeps.joined] == [None]


def test_a_model_that_gave_up_leaves_the_others_their_bundle(sweeps: Sweeps) -> None:
    sweeps.codes = {"two": 1}
    outcome = run(export=Path("b"), time="300s")
    assert (outcome.exit_code, len(sweeps.joined)) == (1, 1)


def test_an_interrupted_sweep_in_time_makes_no_bundle(sweeps: Sweeps) -> None:
    sweeps.codes = {"one": 130}
    assert (run(export=Path("b"), time="300s").exit_code, sweeps.joined) == (130, [])


def test_no_bundle_is_a_failure_that_says_what_to_do(
    sweeps: Sweeps, capsys: pytest.CaptureFixture[str]
) -> None:
    sweeps.bundle = None
    outcome = run(export=Path("b"), time="300s")
    assert (outcome.exit_code, "bundle" in outcome.to_dict()) == (1, False)
    assert capsys.readouterr().err.splitlines()[-1] == (
        "warning: no bundle was written to b; type the same command again with more time"
    )


def test_a_bundle_that_lacks_a_study_is_a_failure_too(sweeps: Sweeps) -> None:
    sweeps.empty = ("two",)
    assert run(export=Path("b"), time="300s").exit_code == 1


def test_a_killed_sweep_of_several_still_owes_its_bundle_at_the_time_it_promised(
    sweeps: Sweeps, capsys: pytest.CaptureFixture[str]
) -> None:
    place = Path("studies/faces-one-and-others-promise.json")
    place.parent.mkdir()
    place.write_text(json.dumps({"seconds": 300.0, "ends": time.time() + 150.25}))
    run(export=Path("b"), time="300s", began=1000.0)
    ((_, _, deadline),) = sweeps.joined
    assert deadline == pytest.approx(1150, abs=1)
    assert sweeps.seen[0].seconds == pytest.approx(50, abs=1)
    assert "note: a sweep that was killed owes its bundle in 150 s: that time holds" in (
        capsys.readouterr().err
    )
    assert not place.exists(), "what was kept is not owed any more"


def test_without_a_bundle_no_time_is_promised(sweeps: Sweeps) -> None:
    run(time="300s", began=1000.0)
    assert [each.joined for each in sweeps.seen] == [False] * 3
    assert list(Path("studies").iterdir()) == []
