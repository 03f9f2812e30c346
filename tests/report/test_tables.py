from __future__ import annotations

from types import SimpleNamespace

from maskopt.records import StudyRecord
from maskopt.report.tables import class_table, plan_table, problems, studies_table


def test_studies_are_shown_one_a_row(record, render):
    records = [record, StudyRecord("mask", "f1")]
    assert render(studies_table(records)) == (
        "study  objective    best  trial  complete  pruned  failed  running  waiting\n"
        "age    macro_f1   0.7200      2         2       1       1        0        0\n"
        "mask   f1              -      -         0       0       0        0        0\n"
    )


def test_classes_are_shown_with_their_folds(render):
    rows = [
        SimpleNamespace(name="young", photos=12_810, groups=1830, per_fold=(2562, 2562)),
        SimpleNamespace(name="senior", photos=1344, groups=192, per_fold=(672, 672)),
    ]
    assert render(class_table(rows, "age")) == (
        "age     photos  groups  fold 0  fold 1\n"
        "young   12,810   1,830   2,562   2,562\n"
        "senior   1,344     192     672     672\n"
    )


def test_classes_without_folds_are_shown(render):
    rows = [SimpleNamespace(name="young", photos=1, groups=1, per_fold=())]
    assert render(class_table(rows)) == "class  photos  groups\nyoung       1       1\n"


def test_problems_are_shown_whole_with_their_words(render):
    long = "a.yaml:3: [red]" + "x" * 100
    assert render(problems([long, "two"], ["three\n  more"])) == (
        f"error: {long}\nerror: two\nwarning: three\n  more\n"
    )


def test_a_plan_is_shown_in_two_columns(render):
    rows = {"devices": "2 CPU cores", "trials at once": "2"}
    assert render(plan_table(rows)) == "devices         2 CPU cores\ntrials at once  2\n"


def test_a_long_fact_folds_under_itself_on_a_terminal_only(render):
    rows = {"varies": "lr loss sampler augmentation optimizer"}
    assert render(plan_table(rows), 30) == "varies  lr loss sampler augmentation optimizer\n"
    assert render(plan_table(rows), 30, True) == (
        "varies  lr loss sampler\n        augmentation optimizer\n"
    )


def test_wide_characters_keep_columns_straight(render):
    assert render(plan_table({"나이": "1", "mask": "2"})) == "나이  1\nmask  2\n"
