from __future__ import annotations

import io
import re

import pytest
from rich.console import Console

from maskopt.records import StudyRecord, Verdict
from maskopt.report.live import LiveDisplay

EMPTY = StudyRecord("age", "macro_f1")


class Terminal(io.StringIO):
    """What was sent to a terminal."""

    def take(self) -> str:
        sent = self.getvalue()
        self.seek(0)
        self.truncate()
        return sent


@pytest.fixture
def terminal():
    return Terminal()


@pytest.fixture
def open_display(terminal, clock, plan):
    displays = []

    def make(record=EMPTY, width=80, **options):
        console = Console(file=terminal, force_terminal=True, width=width, height=24, **options)
        display = LiveDisplay(console, clock)
        display.opened(plan, record)
        displays.append(display)
        return display, console

    yield make
    for display in displays:
        display.closed(EMPTY, "torn down")


@pytest.mark.parametrize(
    ("width", "config"),
    [(80, "mobilenetv2_035 lr 0.0012 foc…"), (120, "mobilenetv2_035 lr 0.0012 focal(gamma=2)")],
)
def test_the_screen_shows_endings_above_what_runs(
    open_display, terminal, screen, task, trial, reports, clock, width, config
):
    display, _ = open_display(width=width, color_system=None)
    display.started(task(0))
    display.started(task(1))
    clock.wait(10)
    display.reported(0, reports(0.643)[0], Verdict.CONTINUE)
    display.reported(1, reports(0.5)[0], Verdict.STOP)
    display.ended(trial(1, "pruned", 0.5))
    display.started(task(2))
    display.ended(trial(2, "failed", error="OSError: [bold]bad[/bold]"))
    display.tick()
    assert screen(terminal.getvalue()) == (
        "trial 1 pruned at epoch 1 of 4, macro_f1 0.500\n"
        "trial 2 failed in its first epoch: OSError: [bold]bad[/bold]\n"
        "  log: studies/age/trials/00002/log.txt\n"
        "\n"
        "age  macro_f1 on 2 CPU cores, 2 trials at once\n"
        "best 0.643  trial 0, epoch 1  mobilenetv2_035 lr 0.0012 focal(gamma=2)\n"
        "\n"
        "  trial  epoch             score   best     left\n"
        f"      0  ━━──────── 1/4    0.643  0.643     0:30  {config}\n"
        "\n"
        "━━────────────────────────────  1 of 12 trials  0:10 elapsed  about 1:05 left\n"
        "0 complete  1 pruned  1 failed  1 running"
    )


def test_a_closed_display_leaves_the_endings_alone(open_display, terminal, screen, task, trial):
    display, _ = open_display(color_system=None)
    display.started(task(0))
    display.ended(trial(0, "complete", 0.5, 0.6))
    display.closed(EMPTY, "all 1 trials done")
    ending = "trial 0 complete, macro_f1 0.600 at epoch 2, the best so far\n"
    assert screen(terminal.getvalue()).rstrip("\n") + "\n" == ending
    assert screen(terminal.getvalue() + "next")[len(ending) :][:4] == "next"


def test_a_sweep_that_goes_on_says_what_there_is(open_display, terminal, screen, trial):
    open_display(StudyRecord("age", "f1", (trial(0, "complete", 0.7),)), color_system=None)
    assert screen(terminal.getvalue()).startswith("going on with study age: 1 complete\n\nage")


def test_frames_come_at_most_four_times_a_second(open_display, terminal, task, clock):
    display, _ = open_display()
    display.started(task(0))
    terminal.take()
    frames = 0
    for _ in range(10):
        clock.wait(0.1)
        display.started(task(0))
        display.tick()
        frames += terminal.take() != ""
    assert frames == 3  # after 0.3, 0.6 and 0.9 s
    display.tick()
    assert terminal.take() == ""


def test_nothing_new_is_drawn_once_a_second(open_display, terminal, clock):
    display, _ = open_display()
    terminal.take()
    clock.wait(0.9)
    display.tick()
    assert terminal.take() == ""
    clock.wait(0.1)
    display.tick()
    assert terminal.take() != ""


def test_colours_come_from_the_states(open_display, terminal, trial, clock):
    display, _ = open_display(color_system="standard")
    display.ended(trial(1, "pruned", 0.5))
    clock.wait(1)
    display.tick()
    assert "\x1b[33mtrial 1 pruned at epoch 1 of 4, macro_f1 0.500\x1b[0m\n" in terminal.take()


def test_no_color_is_respected(open_display, terminal, trial, clock):
    display, _ = open_display(_environ={"NO_COLOR": "1", "TERM": "xterm-256color"})
    display.ended(trial(1, "pruned", 0.5))
    clock.wait(1)
    display.tick()
    sent = terminal.getvalue()
    styles = {code for codes in re.findall(r"\x1b\[([0-9;]*)m", sent) for code in codes.split(";")}
    assert styles <= {"0", "1", "2"}  # reset, bold, dim


def test_the_cursor_is_left_on_for_a_driver_that_is_killed(open_display, terminal):
    open_display()
    assert terminal.getvalue().count("\x1b[?25h") == 1
    assert terminal.getvalue().rindex("\x1b[?25l") < terminal.getvalue().rindex("\x1b[?25h")


def test_what_a_narrower_terminal_broke_is_erased(open_display, terminal, clock):
    display, console = open_display(width=80)
    up = "\x1b[1A"
    terminal.take()
    console.width = 40  # of eight lines, two were longer
    clock.wait(1)
    display.tick()
    assert terminal.take().count(up) == 7 + 2
    clock.wait(1)
    display.tick()
    assert terminal.take().count(up) == 7


def test_what_is_printed_meanwhile_stands_above_the_frame(open_display, terminal, screen, clock):
    display, console = open_display(color_system=None)
    console.print("warning: " + "x" * 90, soft_wrap=True)
    clock.wait(1)
    display.tick()
    assert screen(terminal.getvalue()).startswith("warning: " + "x" * 90 + "\n\nage  macro_f1")
    assert screen(terminal.getvalue()).count("age  macro_f1") == 1
