from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from rich.cells import cell_len

from maskopt.records import EpochReport, StudyRecord
from maskopt.report.frame import Canvas, draw_frame
from maskopt.report.progress import Progress


def text(progress, now, width=80, height=24, ascii_only=False):
    lines = draw_frame(progress, now, Canvas(width, height, ascii_only))
    assert all(cell_len(line.plain) <= width for line in lines)
    return "\n".join(line.plain for line in lines)


@pytest.fixture
def half_done(plan, trial, task, clock):
    """Two trials run, one of them before its first report; 40 s have passed."""
    progress = Progress(plan, StudyRecord("age", "macro_f1"), clock())
    progress.ended(trial(3, "complete", 0.5, 0.6, 0.7, 0.701))
    progress.ended(trial(5, "pruned", 0.4, 0.41))
    progress.ended(trial(6, "failed", error="x"))
    progress.started(task(7), clock())
    clock.wait(30)
    for epoch, score in ((1, 0.643), (2, 0.61)):
        progress.reported(7, EpochReport(epoch, score, 1.0, 1.0, 12.0), clock())
    progress.started(task(8, loss="cross_entropy", lr=0.0003), clock())
    clock.wait(10)
    return progress


def test_a_frame_at_80_columns(half_done, clock):
    assert text(half_done, clock()) == (
        "\n"
        "age  macro_f1 on 2 CPU cores, 2 trials at once\n"
        "best 0.701  trial 3, epoch 4  mobilenetv2_035 lr 0.0012 focal(gamma=2)\n"
        "\n"
        "  trial  epoch             score   best     left\n"
        "      7  ━━━━━━━─── 2/4    0.610  0.643     0:14  mobilenetv2_035 lr 0.0012 foc…\n"
        "      8  ━━──────── 0/4        -      -     0:32  mobilenetv2_035 lr 0.0003 cro…\n"
        "\n"
        "━━━━━─────────────────────────  2 of 12 trials  0:40 elapsed  about 2:23 left\n"
        "1 complete  1 pruned  1 failed  2 running"
    )


def test_a_frame_at_120_columns_shows_whole_configs(half_done, clock):
    seven = "mobilenetv2_035 lr 0.0012 focal(gamma=2)"
    eight = "mobilenetv2_035 lr 0.0003 cross_entropy"
    assert text(half_done, clock(), width=120) == (
        "\n"
        "age  macro_f1 on 2 CPU cores, 2 trials at once\n"
        f"best 0.701  trial 3, epoch 4  {seven}\n"
        "\n"
        "  trial  epoch             score   best     left\n"
        f"      7  ━━━━━━━─── 2/4    0.610  0.643     0:14  {seven}\n"
        f"      8  ━━──────── 0/4        -      -     0:32  {eight}\n"
        "\n"
        "━━━━━─────────────────────────  2 of 12 trials  0:40 elapsed  about 2:23 left\n"
        "1 complete  1 pruned  1 failed  2 running"
    )


def test_a_narrow_frame_drops_bars_before_numbers(half_done, clock):
    assert text(half_done, clock(), width=50) == (
        "\n"
        "age  macro_f1 on 2 CPU cores, 2 trials at once\n"
        "best 0.701  trial 3, epoch 4  mobilenetv2_035 lr …\n"
        "\n"
        "  trial  epoch  score   best     left\n"
        "      7  2/4    0.610  0.643     0:14  mobilenetv…\n"
        "      8  0/4        -      -     0:32  mobilenetv…\n"
        "\n"
        "2 of 12 trials  0:40 elapsed  about 2:23 left\n"
        "1 complete  1 pruned  1 failed  2 running"
    )


def test_a_terminal_without_unicode_gets_ascii(half_done, clock):
    drawn = text(half_done, clock(), ascii_only=True)
    assert drawn.isascii()
    assert (
        "      7  #######--- 2/4    0.610  0.643     0:14  mobilenetv2_035 lr 0.0012 f..." in drawn
    )


def test_a_frame_before_the_first_trial(plan, clock):
    progress = Progress(replace(plan, trials_at_once=1), StudyRecord("age", "f1"), clock())
    assert text(progress, clock()) == (
        "\n"
        "age  macro_f1 on 2 CPU cores\n"
        "no score yet\n"
        "\n"
        "  waiting for the first trial\n"
        "\n"
        "──────────────────────────────  0 of 12 trials  0:00 elapsed\n"
        "0 complete  0 pruned"
    )


def test_between_trials_no_trial_is_running(plan, trial, clock):
    progress = Progress(plan, StudyRecord("age", "f1", (trial(0, "complete", 0.5),)), clock())
    assert "\n  no trial is running\n" in text(progress, clock())


def test_more_trials_than_lines_are_counted(plan, task, clock):
    progress = Progress(replace(plan, trials_at_once=8), StudyRecord("age", "f1"), clock())
    for number in range(8):
        progress.started(task(number), clock())
    drawn = text(progress, clock(), height=14).splitlines()
    assert len(drawn) == 14 - 1  # the cursor's line is left free
    assert [line[:12].strip(" ─") for line in drawn[5:10]] == ["0", "1", "2", "3", "and 4 more"]


def test_a_plan_that_time_ends_shows_the_time(plan, trial, clock):
    timed = replace(plan, trials=None, seconds=3600.0)
    progress = Progress(timed, StudyRecord("age", "f1", (trial(0, "complete", 0.5),)), clock())
    clock.wait(1200)
    assert text(progress, clock()).splitlines()[-2] == (
        "━━━━━━━───────────────  1 trial  20:00 of 1:00:00  about 40:00 left, until 13:04"
    )


def test_a_long_wait_is_told_with_the_hour_of_its_end(plan, trial, clock):
    timed = replace(plan, seconds=7200.0, trials=1000)
    progress = Progress(timed, StudyRecord("age", "f1", (trial(0, "complete", 0.5),)), clock())
    assert text(progress, clock()).splitlines()[-2] == (
        "────────────  1 of 1000 trials  0:00 of 2:00:00  about 1:23:15 left, until 13:27"
    )


def test_an_end_on_another_day_is_told_with_the_day(plan, clock):
    timed = replace(plan, trials=None, seconds=86_400.0)
    shown = text(Progress(timed, StudyRecord("age", "f1"), clock()), clock())
    tomorrow = clock() + timedelta(days=1)
    assert f"until {tomorrow:%a %H:%M}\n" in f"{shown}\n"


def test_epochs_of_two_digits_stay_in_their_columns(plan, task, clock):
    progress = Progress(replace(plan, epochs=30), StudyRecord("age", "f1"), clock())
    progress.started(task(0), clock())
    progress.reported(0, EpochReport(3, 0.5, 1.0, 1.0, 1.0), clock())
    assert text(progress, clock()).splitlines()[4:6] == [
        "  trial  epoch             score   best     left",
        "      0  ━─────────  3/30  0.500  0.500     0:27  mobilenetv2_035 lr 0.0012 foc…",
    ]


def test_what_users_and_devices_are_called_cannot_move_the_cursor(plan, clock):
    odd = replace(plan, study="[red]\x1b[2Jage", devices="\x1b]0;x\x07GPU\n", objective="f\r1")
    progress = Progress(odd, StudyRecord("age", "f1"), clock())
    assert "\n[red]age  f 1 on GPU , 2 trials at once\n" in text(progress, clock())
