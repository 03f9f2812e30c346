from __future__ import annotations

from dataclasses import replace

import pytest

from maskopt.records import EpochReport, Repeat, StudyRecord, TrialRecord, TrialState
from maskopt.report.trial import trial_view

REPORTS = (
    EpochReport(1, 0.5, 1.2, 1.3, 9.96, {"accuracy": 0.55, "latency": 0.0021}),
    EpochReport(2, 0.7012, 0.8, 0.9, 10.0, {"accuracy": 0.75, "latency": 0.0025}),
    EpochReport(3, 0.7, 0.7, 0.95, 10.0, {"accuracy": 0.71, "latency": 0.0022}),
)
CONFIG = {"backbone": "resnet18", "loss": "focal", "loss.focal.gamma": 2.0, "clip": None}
TRIAL = TrialRecord(3, TrialState.COMPLETE, CONFIG, REPORTS, 33.4)


def shown(render, trial, folder, **study) -> str:
    record = StudyRecord("age", "macro_f1", (trial,), **study)
    return render(trial_view(record, trial, folder), terminal=True)


def test_a_trial_is_shown_whole(render, tmp_path):
    assert shown(render, TRIAL, tmp_path) == (
        "age  trial 3  complete, the best\n"
        "macro_f1  0.7012 at epoch 2\n"
        "source    drawn\n"
        "took      33 s\n"
        f"folder    {tmp_path}\n"
        "\n"
        "configuration\n"
        "backbone          resnet18\n"
        "loss              focal\n"
        "loss.focal.gamma  2\n"
        "clip              none\n"
        "\n"
        "epoch  macro_f1  train loss  valid loss  seconds\n"
        "    1    0.5000      1.2000      1.3000     10.0\n"
        "    2    0.7012      0.8000      0.9000     10.0  best\n"
        "    3    0.7000      0.7000      0.9500     10.0\n"
        "\n"
        "scores of epoch 2\n"
        "accuracy           0.7500\n"
        "latency            2.5 ms\n"
    )


def test_what_few_trials_have_is_shown_of_those_that_have_it(render, tmp_path):
    repeats = (Repeat(1, 0.69, 3, 9.0), Repeat(2, 0.701, 2, 9.0))
    trial = replace(
        TRIAL, source="portfolio: resnet", is_refereed=True, interruptions=2, repeats=repeats
    )
    facts, *_ = shown(render, trial, tmp_path / "gone", objectives=("macro_f1", "latency")).split(
        "\n\n"
    )
    # The latency is the median of three. Alone, a trial is the front, and no tie.
    assert facts == (
        "age  trial 3  complete, the best\n"
        "macro_f1     0.7012 at epoch 2\n"
        "latency      2.2 ms\n"
        "source       portfolio: resnet\n"
        "notes        front; refereed\n"
        "took         33 s\n"
        "interrupted  2 x\n"
        "other seeds  0.6900, 0.7010"
    )


def test_a_failed_trial_is_shown_with_all_that_was_raised(render, tmp_path):
    error = "ValueError: \x1b[31mno\n\nTraceback (most recent call last):\n  File x"
    trial = TrialRecord(3, TrialState.FAILED, {"lr": 0.1}, (), 2.0, error)
    assert shown(render, trial, tmp_path / "gone") == (
        "age  trial 3  failed\n"
        "macro_f1  -\n"
        "source    drawn\n"
        "\n"
        "configuration\n"
        "lr             0.1\n"
        "\n"
        "ValueError: no\n"
        "\n"
        "Traceback (most recent call last):\n"
        "  File x\n"
    )


@pytest.mark.parametrize(
    ("trial", "state"),
    [
        (TrialRecord(3, TrialState.WAITING, {}), "waiting"),
        (TrialRecord(3, TrialState.WAITING, {}, paused=2), "paused at 2"),
    ],
)
def test_a_trial_that_waits_is_shown_with_what_there_is(render, tmp_path, trial, state):
    assert shown(render, trial, tmp_path / "gone") == (
        f"age  trial 3  {state}\nmacro_f1  -\nsource    -\n"
    )
