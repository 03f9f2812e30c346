import json

from maskopt.records import EpochReport, StudyRecord, TrialRecord, TrialState, derive_seed


def report(epoch: int, score: float) -> EpochReport:
    return EpochReport(epoch, score, 1.0, 1.1, 2.5, {"accuracy": score})


def trial(number: int, state: TrialState, *scores: float, error: str | None = None) -> TrialRecord:
    reports = tuple(report(i + 1, score) for i, score in enumerate(scores))
    return TrialRecord(number, state, {"lr": 0.1}, reports, 10.12345, error)


STUDY = StudyRecord(
    "age",
    "macro_f1",
    (
        trial(0, TrialState.COMPLETE, 0.5, 0.7, 0.6),
        trial(1, TrialState.PRUNED, 0.9),
        trial(2, TrialState.FAILED, error="ValueError: nan"),
        trial(3, TrialState.COMPLETE, 0.7, 0.8),
        trial(4, TrialState.COMPLETE, 0.8, 0.1),
        trial(5, TrialState.RUNNING),
        trial(6, TrialState.WAITING, 0.3),
    ),
)


def test_a_trial_s_score_is_its_best_epoch_s() -> None:
    best = STUDY.trials[0].best
    assert best is not None
    assert (best.epoch, STUDY.trials[0].score) == (2, 0.7)
    assert (STUDY.trials[5].best, STUDY.trials[5].score) == (None, None)


def test_the_earliest_of_equal_epochs_is_the_best() -> None:
    best = trial(0, TrialState.COMPLETE, 0.7, 0.7).best
    assert best is not None
    assert best.epoch == 1


def test_trials_rank_by_state_then_score_then_number() -> None:
    assert [trial.number for trial in STUDY.ranked] == [3, 4, 0, 1, 5, 6, 2]


def test_only_a_complete_trial_is_the_best() -> None:
    assert STUDY.best is STUDY.trials[3]
    assert StudyRecord("age", "macro_f1", STUDY.trials[1:3]).best is None
    assert StudyRecord("age", "macro_f1").best is None


def test_states_count_every_trial() -> None:
    assert STUDY.states == {"complete": 3, "pruned": 1, "failed": 1, "running": 1, "waiting": 1}


def test_a_study_prints_as_the_contract_says() -> None:
    shown = json.loads(json.dumps(STUDY.to_dict()))
    assert list(shown) == ["study", "objective", "states", "best", "trials"]
    assert shown["best"] == shown["trials"][0]
    assert shown["trials"][0] == {
        "number": 3,
        "state": "complete",
        "score": 0.8,
        "best_epoch": 2,
        "config": {"lr": 0.1},
        "reports": [
            {"epoch": 1, "score": 0.7, "train_loss": 1.0, "valid_loss": 1.1, "seconds": 2.5,
             "scores": {"accuracy": 0.7}},
            {"epoch": 2, "score": 0.8, "train_loss": 1.0, "valid_loss": 1.1, "seconds": 2.5,
             "scores": {"accuracy": 0.8}},
        ],
        "seconds": 10.123,
        "error": None,
    }  # fmt: skip
    assert shown["trials"][-1]["error"] == "ValueError: nan"


def test_a_seed_depends_on_study_and_number_only() -> None:
    # SHA-256 of "age/7" begins with 62463afb (`printf age/7 | sha256sum`); halved it fits 31 bits.
    assert derive_seed("age", 7) == 0x62463AFB // 2
    seeds = {derive_seed(study, number) for study in ("age", "mask") for number in range(500)}
    assert len(seeds) == 1000
    assert all(0 <= seed < 2**31 for seed in seeds)


def test_a_score_that_is_no_number_is_never_best_and_is_null_in_json() -> None:
    reports = (
        EpochReport(1, float("nan"), 1.0, float("inf"), 1.0, {"accuracy": float("nan")}),
        EpochReport(2, 0.5, 1.0, 1.0, 1.0),
    )
    shown = TrialRecord(0, TrialState.FAILED, {}, reports).to_dict()
    assert (shown["score"], shown["best_epoch"]) == (0.5, 2)
    assert shown["reports"][0]["score"] is None
    assert shown["reports"][0]["valid_loss"] is None
    assert shown["reports"][0]["scores"] == {"accuracy": None}
