from __future__ import annotations

import json
from dataclasses import replace
from math import inf

import pytest

from maskopt.records import EpochReport, Repeat, StudyRecord, TrialRecord, TrialState

BY = ("macro_f1", "accuracy", "latency", "parameters")


def trial(
    number: int, score: float, state: TrialState = TrialState.COMPLETE, **scores: float
) -> TrialRecord:
    report = EpochReport(1, score, 1.0, 1.0, 1.0, scores)
    return TrialRecord(number, state, {"lr": 0.1}, (report,))


def repeated(number: int, score: float, *repeats: float) -> TrialRecord:
    made = tuple(Repeat(seed, each, 2, 9.0) for seed, each in enumerate(repeats, 1))
    return replace(trial(number, score), repeats=made)


# Mean 0.82 and deviation 0.02: the limit is 0.7526.
BEST = repeated(4, 0.90, 0.80, 0.82, 0.84)


def test_ties_are_complete_trials_that_scored_what_one_more_seed_may() -> None:
    trials = (
        trial(0, 0.7525),
        trial(1, 0.7527),
        trial(2, 0.89),
        trial(3, 0.85, TrialState.PRUNED),
        BEST,
    )
    assert [each.number for each in StudyRecord("age", "f1", trials).ties] == [4, 2, 1]


def test_without_noise_or_without_others_nothing_is_a_tie() -> None:
    assert StudyRecord("age", "f1", (trial(0, 0.9), trial(1, 0.9))).ties == ()
    assert StudyRecord("age", "f1", (BEST, trial(0, 0.1))).ties == ()
    assert StudyRecord("age", "f1").ties == ()
    # The repeats of a former best say nothing of the new one.
    assert StudyRecord("age", "f1", (BEST, trial(9, 0.91))).ties == ()


def test_json_says_what_is_a_tie_and_what_it_rests_on() -> None:
    record = StudyRecord("age", "f1", (BEST, trial(0, 0.85), trial(1, 0.1)))
    shown = json.loads(json.dumps(record.to_dict()))
    assert [each.get("tied") for each in shown["trials"]] == [True, True, None]
    assert shown["best"] == shown["trials"][0]
    assert shown["best"]["repeats"][0] == {
        "seed": 1, "score": 0.8, "best_epoch": 2, "seconds": 9.0
    }  # fmt: skip
    assert "front" not in shown


def test_json_says_what_few_trials_have_only_of_those() -> None:
    paused = replace(trial(0, 0.5, TrialState.WAITING), paused=1, source="try_first")
    refereed = replace(trial(1, 0.5), is_refereed=True)
    shown = [each.to_dict() for each in (paused, refereed, trial(2, 0.5))]
    usual = set(shown[2])
    assert {key: shown[0][key] for key in set(shown[0]) - usual} == {
        "paused": 1,
        "source": "try_first",
    }
    assert {key: shown[1][key] for key in set(shown[1]) - usual} == {"refereed": True}


def test_what_a_trial_is_worth_is_its_best_epoch_and_what_it_usually_costs() -> None:
    reports = tuple(
        EpochReport(n, score, 1.0, 1.0, 1.0, {"accuracy": score / 2, "latency": seconds})
        for n, (score, seconds) in enumerate([(0.5, 0.3), (0.7, 0.9), (0.6, 0.2)], 1)
    )
    made = TrialRecord(0, TrialState.COMPLETE, {}, reports)
    # Seconds a photo are measured again each epoch; parameters never were.
    assert made.values(BY) == (0.7, 0.35, 0.3, inf)
    assert made.values(("macro_f1",)) == (0.7,)
    assert made.values(("macro_f1", "f1/age")) == (0.7, -inf)
    assert TrialRecord(0, TrialState.RUNNING, {}).values(BY) is None


def test_a_front_holds_what_nothing_beats_best_score_first() -> None:
    record = StudyRecord(
        "age",
        "macro_f1",
        (
            trial(0, 0.9, latency=0.9),
            trial(1, 0.8, latency=0.5),
            trial(2, 0.8, latency=0.6),  # beaten by trial 1
            trial(3, 0.95, TrialState.PRUNED, latency=0.1),  # never finished
            trial(4, 0.7, latency=0.1),
            trial(5, 0.9, latency=0.9),  # the same as trial 0
            trial(6, 0.7, latency=0.5),  # beaten by trial 1
        ),
        ("macro_f1", "latency"),
    )
    assert [each.number for each in record.front] == [0, 5, 1, 4]
    assert record.to_dict()["front"] == [0, 5, 1, 4]
    assert record.to_dict()["objectives"] == ["macro_f1", "latency"]
    assert record.best is record.trials[0]


@pytest.mark.parametrize("objectives", [(), ("macro_f1",)])
def test_one_objective_has_no_front(objectives: tuple[str, ...]) -> None:
    record = StudyRecord("age", "macro_f1", (trial(0, 0.9),), objectives)
    assert record.front == ()
    assert "front" not in record.to_dict()
