"""The one place that makes consoles: results go to stdout, progress and messages to stderr.

Text is printed as it is, unbroken, so that paths and commands can be copied; user strings are
never read as markup.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any

from rich.console import Console, RenderableType
from rich.text import Text

from maskopt.report.wording import duration, plain
from maskopt.roles import Watcher

Advance = Callable[[int, int], None]
"""Told how much of how much is done."""

_BETWEEN_BARS = 0.1  # seconds
_LOOKED_BACK = 86_400.0  # seconds; an epoch may take far longer than the 30 s that rich looks


@cache
def stdout_console() -> Console:
    """Return the console of results."""
    return Console(markup=False, emoji=False, highlight=False)


@cache
def stderr_console() -> Console:
    """Return the console of progress and messages; what a live display draws on, too."""
    return Console(stderr=True, markup=False, emoji=False, highlight=False)


def is_live() -> bool:
    """Tell whether progress can be drawn: both streams are terminals that can move a cursor."""
    consoles = stdout_console(), stderr_console()
    # FORCE_COLOR makes rich believe in a terminal where a pipe is.
    terminals = all(each.is_terminal and each.file.isatty() for each in consoles)
    return terminals and not stderr_console().is_dumb_terminal


def make_display() -> Watcher:
    """Return what shows a sweep here: a live display, or a line an epoch."""
    if is_live():
        from maskopt.report.live import LiveDisplay

        return LiveDisplay(stderr_console())
    from maskopt.report.lines import LineDisplay

    return LineDisplay(stderr_console().file)


def show_text(text: RenderableType) -> None:
    """Print a result on stdout: text, or a table or summary of this room."""
    stdout_console().print(text, soft_wrap=True)


def show_message(text: RenderableType) -> None:
    """Print on stderr what `show_text` would print, where stdout is taken."""
    stderr_console().print(text, soft_wrap=True)


def show_json(content: Mapping[str, Any]) -> None:
    """Print one JSON object on stdout and nothing else."""
    console = stdout_console()
    console.file.write(json.dumps(content, indent=2) + "\n")
    console.file.flush()


def show_error(message: str) -> None:
    """Print `error: ...` on stderr; the lines after the first stay as they are."""
    _message("error", "bold red", message)


def show_warning(message: str) -> None:
    """Print `warning: ...` on stderr."""
    _message("warning", "bold yellow", message)


def show_note(message: str) -> None:
    """Print `note: ...` on stderr."""
    _message("note", "bold cyan", message)


def labelled(label: str, style: str, message: str) -> Text:
    """Return `label: message` with the label alone in colour."""
    lines = "\n".join(plain(line) for line in message.splitlines())
    return Text.assemble((f"{label}:", style), f" {lines}")


def _message(label: str, style: str, message: str) -> None:
    stderr_console().print(labelled(label, style, message), soft_wrap=True)


@contextmanager
def progress(
    label: str, total: int, clock: Callable[[], float] = time.monotonic
) -> Iterator[Advance]:
    """Show work that is counted: a bar on a terminal, else a line at its start and its end.

    Args:
        label: What is done, as in `drawing 300 people`.
        total: How much there is, as far as is known; `advance(done, total)` may say otherwise.
        clock: Gives seconds that never go back.
    """
    console, started = stderr_console(), clock()
    if is_live():
        with _bar(console, label, total, clock) as advance:
            yield advance
    else:
        console.print(Text(f"{plain(label)} ..."), soft_wrap=True)
        yield lambda done, total: None
    console.print(Text(f"{plain(label)}: {duration(clock() - started)}"), soft_wrap=True)


@contextmanager
def _bar(
    console: Console, label: str, total: int, clock: Callable[[], float]
) -> Iterator[Advance]:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
    from rich.progress import TimeRemainingColumn as LeftColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        LeftColumn(compact=True),
    )
    # No thread draws it: a process pool may fork while it is shown.
    drawn = Progress(
        *columns,
        console=console,
        transient=True,
        auto_refresh=False,
        get_time=clock,
        speed_estimate_period=_LOOKED_BACK,
    )
    with drawn as bars:
        task = bars.add_task(plain(label), total=total)
        drawn_at = clock()
        bars.refresh()

        def advance(done: int, total: int) -> None:
            nonlocal drawn_at
            bars.update(task, completed=done, total=total)
            if clock() - drawn_at >= _BETWEEN_BARS:
                drawn_at = clock()
                bars.refresh()

        yield advance
