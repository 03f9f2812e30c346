from __future__ import annotations

from dataclasses import replace

import pytest

from maskopt.records import Repeat, StudyRecord
from maskopt.report.summary import sweep_summary

PLACES = {"storage": "studies/studies.db", "trials": "studies/age/trials"}
PATHS = ("lr", "loss", "loss.focal.gamma")


@pytest.fixture
def summary(render):
    def text(record, reason="all 12 trials done", width=80, terminal=False, **more):
        said = {"places": PLACES, "next_commands": ["maskopt show age", "maskopt dashboard"]}
        return render(sweep_summary(record, reason=reason, **(said | more)), width, terminal)

    return text


ENDING = """
where everything lies
  storage  studies/studies.db
  trials   studies/age/trials

next
  maskopt show age
  maskopt dashboard
"""


def test_a_finished_sweep(summary, trial):
    trials = [trial(n, "complete", 0.5, 0.6 + n / 100, lr=n / 1000) for n in range(1, 6)]
    trials += [trial(6, "pruned", 0.9, loss="cross_entropy")]
    assert summary(StudyRecord("age", "macro_f1", tuple(trials)), paths=PATHS) == (
        "study age: all 12 trials done\n"
        "5 complete, 1 pruned  1 min 50 s of training\n"
        "\n"
        "trial  macro_f1  best epoch  state     what varied\n"
        "    5    0.6500           2  complete  lr 0.005 focal(gamma=2)\n"
        "    4    0.6400           2  complete  lr 0.004 focal(gamma=2)\n"
        "    3    0.6300           2  complete  lr 0.003 focal(gamma=2)\n"
        "    2    0.6200           2  complete  lr 0.002 focal(gamma=2)\n"
        "    1    0.6100           2  complete  lr 0.001 focal(gamma=2)\n"
        "\n"
        "trial 5 won: macro_f1 0.6500 at epoch 2\n"
        "  backbone  mobilenetv2_035\n"
        "  lr        0.005\n"
        "  loss      focal(gamma=2)\n" + ENDING
    )


def test_an_interrupted_sweep_says_how_it_goes_on(summary, trial):
    record = StudyRecord("age", "f1", (trial(0, "pruned", 0.5), trial(1, "waiting")))
    command = "maskopt sweep 'my spaces/age.yaml' --set " + "x" * 80
    assert summary(record, "interrupted", width=80, terminal=True, next_commands=[command]) == (
        "study age: interrupted\n"
        "1 pruned, 1 waiting  10 s of training\n"
        "\n"
        "trial      f1  best epoch  state   what varied\n"
        "    0  0.5000           1  pruned\n"
        "\n"
        "no trial was completed, so none won\n"
        "\n"
        "where everything lies\n"
        "  storage  studies/studies.db\n"
        "  trials   studies/age/trials\n"
        "\n"
        "next\n"
        f"  {command}\n"
    )


def test_a_sweep_whose_trials_all_failed_says_why(summary, trial):
    errors = ["KeyError: 'c'", "OSError: b", "OSError: b", "ValueError: d"]
    errors += [f"RuntimeError: out of memory, {n} GiB at 0x7f{n}" for n in range(3)]
    trials = tuple(trial(n, "failed", error=error) for n, error in enumerate(errors))
    assert summary(StudyRecord("age", "f1", trials), "five failures in a row") == (
        "study age: five failures in a row\n"
        "7 failed\n"
        "\n"
        "no trial was completed, so none won\n"
        "\n"
        "why 7 trials failed\n"
        "  3 x RuntimeError: out of memory, 0 GiB at 0x7f0\n"
        "      log of trial 4: studies/age/trials/00004/log.txt\n"
        "  2 x OSError: b\n"
        "      log of trial 1: studies/age/trials/00001/log.txt\n"
        "  1 x KeyError: 'c'\n"
        "      log of trial 0: studies/age/trials/00000/log.txt\n"
        "  and 1 other reason\n" + ENDING
    )


def test_a_sweep_without_trials(summary):
    assert summary(StudyRecord("age", "f1"), "time is over") == (
        "study age: time is over\nno trials\n" + ENDING
    )


def test_without_places_there_are_no_logs(summary, trial):
    record = StudyRecord("age", "f1", (trial(0, "failed", error="E: x"),))
    assert summary(record, "stopped", places={}, next_commands=[]) == (
        "study age: stopped\n1 failed\n\nno trial was completed, so none won\n"
        "\nwhy 1 trial failed\n  1 x E: x\n"
    )


def test_what_varied_folds_under_itself_on_a_terminal(summary, trial):
    record = StudyRecord("age", "f1", (trial(0, "complete", 0.5),))
    shown = summary(record, width=60, terminal=True, paths=(*PATHS, "backbone"))
    assert (
        "    0  0.5000           1  complete  mobilenetv2_035 lr\n"
        "                                     0.0012 focal(gamma=2)\n"
    ) in shown


def test_ties_are_marked_and_the_noise_is_told(summary, trial):
    seeds = tuple(Repeat(seed, score, 2, 9.0) for seed, score in enumerate((0.61, 0.63), 1))
    trials = [trial(n, "complete", 0.5, 0.6 + n / 100, lr=n / 1000) for n in range(3)]
    trials[2] = replace(trials[2], repeats=seeds)
    text = summary(StudyRecord("age", "macro_f1", tuple(trials)), paths=PATHS)
    # The limit is 0.62 - 6.314 * 0.01414 * sqrt(1 + 1/2) = 0.5106.
    assert text.split("\n\n")[1] == (
        "trial  macro_f1  best epoch  state            what varied\n"
        "    2    0.6200           2  complete, a tie  lr 0.002 focal(gamma=2)\n"
        "    1    0.6100           2  complete, a tie  lr 0.001 focal(gamma=2)\n"
        "    0    0.6000           2  complete, a tie  lr 0 focal(gamma=2)"
    )
    assert text.split("\n\n")[3] == (
        "trial 2 trained again with 2 other seeds: 0.6100, 0.6300; mean 0.6200, standard "
        "deviation 0.0141 (of 2 scores, so only roughly known)\n"
        "trials 2, 1 and 0 are ties: one more seed of trial 2 may well score 0.5106 too, and "
        "they score no less"
    )
