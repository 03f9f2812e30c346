from __future__ import annotations

from dataclasses import replace

import pytest

from maskopt.records import Repeat, StudyRecord
from maskopt.report.trials import study_table


def test_trials_are_shown_whole_where_no_terminal_is(record, render):
    assert render(study_table(record)) == (
        "age  macro_f1  2 complete, 1 pruned, 1 failed\n"
        "trial  state     macro_f1  best epoch  epochs  seconds  lr      loss           reason\n"
        "    2  complete    0.7200           1       1     10.0  0.0012  cross_entropy\n"
        "    0  complete    0.7012           2       2     20.0  0.0003  focal\n"
        "    1  pruned      0.4100           1       1     10.0  0.0012  cross_entropy\n"
        "   12  failed           -           -       -      0.0  0.0012  focal"
        "          RuntimeError: CUDA out of [memory], tried to allocate 2 GiB\n"
    )


def test_a_narrow_terminal_gets_one_column_for_config_and_reason(record, render):
    table = study_table(record, ("lr", "loss", "loss.focal.gamma"))
    fold = " " * 54
    assert render(table, 78, terminal=True) == (
        "age  macro_f1  2 complete, 1 pruned, 1 failed\n"
        "trial  state     macro_f1  best epoch  epochs  seconds  config\n"
        "    2  complete    0.7200           1       1     10.0  lr 0.0012\n"
        f"{fold}  cross_entropy\n"
        "    0  complete    0.7012           2       2     20.0  lr 0.0003\n"
        f"{fold}  focal(gamma=2)\n"
        "    1  pruned      0.4100           1       1     10.0  lr 0.0012\n"
        f"{fold}  cross_entropy\n"
        "   12  failed           -           -       -      0.0  lr 0.0012\n"
        f"{fold}  focal(gamma=2):\n"
        f"{fold}  RuntimeError: CUDA out\n"
        f"{fold}  of [memory], tried to\n"
        f"{fold}  allocate 2 GiB\n"
    )


def test_a_wide_terminal_gets_a_column_a_parameter(record, render):
    shown = render(study_table(StudyRecord("age", "f1", record.trials[:2])), 120, True)
    assert shown == (
        "age  f1  1 complete, 1 pruned\n"
        "trial  state         f1  best epoch  epochs  seconds  lr      loss\n"
        "    0  complete  0.7012           2       2     20.0  0.0003  focal\n"
        "    1  pruned    0.4100           1       1     10.0  0.0012  cross_entropy\n"
    )


def test_a_study_without_trials_is_shown(render):
    assert render(study_table(StudyRecord("age", "f1"))) == (
        "age  f1  no trials\ntrial  state  f1  best epoch  epochs  seconds\n"
    )


@pytest.fixture
def noisy(record):
    """Trial 2 is the best with 0.72; other seeds say 0.71 with a deviation of 0.01."""
    seeds = (Repeat(1, 0.70, 3, 9.0), Repeat(2, 0.71, 2, 9.0), Repeat(3, 0.72, 4, 9.0))
    *rest, best = record.trials
    return replace(record, trials=(*rest, replace(best, repeats=seeds)))


# The limit is 0.71 - 2.920 * 0.01 * sqrt(1 + 1/3) = 0.6763.
NOISE = (
    "\n"
    "trial 2 trained again with 3 other seeds: 0.7000, 0.7100, 0.7200; mean 0.7100, standard "
    "deviation 0.0100 (of 3 scores, so only roughly known)\n"
    "trials 2 and 0 are ties: one more seed of trial 2 may well score 0.6763 too, and they "
    "score no less\n"
)


def test_trials_within_noise_of_the_best_are_marked_and_told(noisy, render):
    assert render(study_table(noisy, ())) == (
        "age  macro_f1  2 complete, 1 pruned, 1 failed\n"
        "trial  state     macro_f1  best epoch  epochs  seconds  notes  reason\n"
        "    2  complete    0.7200           1       1     10.0  tie\n"
        "    0  complete    0.7012           2       2     20.0  tie\n"
        "    1  pruned      0.4100           1       1     10.0  -\n"
        "   12  failed           -           -       -      0.0  -"
        "      RuntimeError: CUDA out of [memory], tried to allocate 2 GiB\n" + NOISE
    )


def test_where_a_point_came_from_and_where_it_was_paused_is_told(trial, render):
    paused = replace(trial(4, "waiting", 0.5, 0.6), paused=2, source="portfolio: resnet")
    begun = replace(trial(5, "running", 0.4), source="study gender, trial 7", is_refereed=True)
    table = study_table(StudyRecord("age", "macro_f1", (paused, begun, trial(6, "waiting"))), ())
    assert render(table) == (
        "age  macro_f1  1 running, 2 waiting (1 paused)\n"
        "trial  state        macro_f1  best epoch  epochs  seconds  notes\n"
        "    5  running        0.4000           1       1     10.0  "
        "refereed; study gender, trial 7\n"
        "    4  paused at 2    0.6000           2       2     20.0  portfolio: resnet\n"
        "    6  waiting             -           -       -      0.0  -\n"
    )


def test_a_front_is_marked_with_what_its_networks_cost(trial, render):
    def costing(number, score, latency, parameters):
        costs = {"latency": latency, "parameters": parameters}
        made = trial(number, "complete", score, lr=0.001 * number)
        return replace(made, reports=(replace(made.reports[0], scores=costs),))

    trials = (
        costing(1, 0.80, 0.004, 2.5e6),
        costing(2, 0.90, 0.0123, 11e6),
        costing(3, 0.85, 0.005, 12e6),
        costing(4, 0.85, 0.0125, 12e6),
        trial(5, "running"),
    )
    record = StudyRecord("age", "macro_f1", trials, ("macro_f1", "latency", "parameters"))
    shown = render(study_table(record, ("lr",)), 78, terminal=True)
    assert shown == (
        "age  macro_f1, latency, parameters  4 complete, 1 running\n"
        "trial  state     macro_f1  latency  parameters  epochs  config\n"
        "    2  complete    0.9000  12.3 ms        11 M       1  [front] lr 0.002\n"
        "    3  complete    0.8500     5 ms        12 M       1  [front] lr 0.003\n"
        "    4  complete    0.8500  12.5 ms        12 M       1  lr 0.004\n"
        "    1  complete    0.8000     4 ms       2.5 M       1  [front] lr 0.001\n"
        "    5  running          -        -           -       -  lr 0.0012\n"
        "\n"
        "trials 2, 3 and 1 are the front: who gains by one of macro_f1, latency,\n"
        "parameters loses by another\n"
    )


def test_how_often_a_winner_was_killed_is_told_by_family(trial, render):
    trials = [trial(n, "complete", 0.5 + n / 100, lr=0.001) for n in range(10)]
    trials += [replace(trial(20, "complete", 0.9), is_refereed=True)]
    trials += [replace(trial(21, "complete", 0.2), is_refereed=True)]
    lines = render(study_table(StudyRecord("age", "macro_f1", tuple(trials)), ())).splitlines()
    assert lines[-1] == (
        "referee: of 2 trials of mobilenetv2 that the pruner would have ended, 1 was among the "
        "best tenth"
    )
