from __future__ import annotations

import io
import json
import sys

import pytest

from maskopt.report import console
from maskopt.report.lines import LineDisplay
from maskopt.report.live import LiveDisplay


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def fresh_consoles(monkeypatch):
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    console.stdout_console.cache_clear()
    console.stderr_console.cache_clear()
    yield
    console.stdout_console.cache_clear()
    console.stderr_console.cache_clear()


@pytest.fixture
def streams(monkeypatch):
    def put(out: io.StringIO, err: io.StringIO) -> None:
        monkeypatch.setattr(sys, "stdout", out)
        monkeypatch.setattr(sys, "stderr", err)

    return put


@pytest.mark.parametrize(
    ("out", "err", "term", "kind"),
    [
        (Terminal, Terminal, "xterm", LiveDisplay),
        (Terminal, Terminal, "dumb", LineDisplay),
        (io.StringIO, Terminal, "xterm", LineDisplay),
        (Terminal, io.StringIO, "xterm", LineDisplay),
    ],
    ids=["terminals", "dumb", "stdout piped", "stderr piped"],
)
def test_the_display_is_live_where_both_streams_are_terminals(
    streams, monkeypatch, out, err, term, kind
):
    monkeypatch.setenv("TERM", term)
    streams(out(), err())
    assert type(console.make_display()) is kind


def test_colours_asked_for_in_a_pipe_make_no_live_display(streams, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    streams(io.StringIO(), io.StringIO())
    assert type(console.make_display()) is LineDisplay


def test_messages_go_to_stderr_whole_and_as_they_are(capsys):
    path = "/very/long" * 20 + "/[bold]a[/bold]:smile:.yaml"
    console.show_error(f"{path}:3: unknown\n  second \x1b[31mline")
    console.show_warning("two")
    console.show_note("three")
    out, err = capsys.readouterr()
    assert out == ""
    assert err == f"error: {path}:3: unknown\n  second line\nwarning: two\nnote: three\n"


def test_results_go_to_stdout_whole(capsys):
    console.show_text("x" * 200)
    assert capsys.readouterr() == ("x" * 200 + "\n", "")


def test_json_is_all_there_is_on_stdout(capsys):
    console.show_json({"study": "나이", "best": None})
    out, err = capsys.readouterr()
    assert json.loads(out) == {"study": "나이", "best": None}
    assert err == ""


def test_progress_without_a_terminal_is_two_lines(capsys):
    seconds = iter([0.0, 12.0])
    with console.progress("drawing 300 people", 300, clock=lambda: next(seconds)) as advance:
        advance(150, 300)
    assert capsys.readouterr() == ("", "drawing 300 people ...\ndrawing 300 people: 12 s\n")


def test_progress_that_fails_claims_no_end(capsys):
    with pytest.raises(OSError, match="full"), console.progress("drawing", 3):
        raise OSError("full")
    assert capsys.readouterr().err == "drawing ...\n"


def test_progress_tells_what_is_left_however_seldom_something_is_done(streams, screen):
    """An epoch may take far longer than the half minute that rich looks back by itself."""
    terminal = Terminal()
    streams(Terminal(), terminal)
    now = [0.0]
    with console.progress("training", 4, clock=lambda: now[0]) as advance:
        for epoch in (1, 2):
            now[0] += 600.0
            advance(epoch, 4)
        assert screen(terminal.getvalue()).split()[-2:] == ["2/4", "20:00"]


def test_progress_on_a_terminal_is_a_bar_that_leaves_one_line(streams, screen):
    terminal = Terminal()
    streams(Terminal(), terminal)
    now = [0.0]
    with console.progress("drawing [b]3[/b]", 3, clock=lambda: now[0]) as advance:
        sent = len(terminal.getvalue())
        advance(1, 3)
        assert len(terminal.getvalue()) == sent  # too soon to draw again
        now[0] = 0.1
        advance(2, 3)
        assert screen(terminal.getvalue()).startswith("drawing [b]3[/b] ━")
        assert "2/3" in screen(terminal.getvalue())
    assert screen(terminal.getvalue()).strip() == "drawing [b]3[/b]: 0.1 s"
