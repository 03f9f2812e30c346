from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import datetime, timedelta, timezone

import pytest
from rich.console import Console, RenderableType

from maskopt.labels import LabelSpace
from maskopt.records import (
    EpochReport,
    StudyRecord,
    TrialRecord,
    TrialSetup,
    TrialState,
    TrialTask,
)
from maskopt.roles import SweepPlan
from maskopt.space import TrialConfig

VARYING = ("backbone", "lr", "loss", "loss.focal.gamma")
SETUP = TrialSetup("age", LabelSpace(()), "", "", (0,), "macro_f1", 4)


class FixedClock:
    """A clock that goes on only when it is told to."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 12, 4, 31, tzinfo=timezone(timedelta(hours=9)))

    def __call__(self) -> datetime:
        return self.now

    def wait(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def make_config(loss: str = "focal", lr: float = 0.0012) -> dict:
    values = {"backbone": "mobilenetv2_035", "image_size": 96, "lr": lr, "loss": loss}
    return values | ({"loss.focal.gamma": 2.0} if loss == "focal" else {})


def make_reports(*scores: float, seconds: float = 10.0) -> tuple[EpochReport, ...]:
    return tuple(EpochReport(i, score, 1.0, 1.1, seconds) for i, score in enumerate(scores, 1))


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def config() -> Callable[..., dict]:
    return make_config


@pytest.fixture
def reports() -> Callable[..., tuple[EpochReport, ...]]:
    return make_reports


@pytest.fixture
def plan() -> SweepPlan:
    return SweepPlan("age", "macro_f1", 12, 4, 2, "2 CPU cores", None, VARYING)


@pytest.fixture
def trial() -> Callable[..., TrialRecord]:
    def make(number: int, state: str, *scores: float, error: str | None = None, **config: object):
        made = make_reports(*scores)
        seconds = 10.0 * len(made)
        values = make_config(**config)  # type: ignore[arg-type]
        return TrialRecord(number, TrialState(state), values, made, seconds, error)

    return make


@pytest.fixture
def task() -> Callable[..., TrialTask]:
    def make(number: int, known_epochs: int = 0, **config: object) -> TrialTask:
        values = TrialConfig(make_config(**config))  # type: ignore[arg-type]
        folder = f"studies/age/trials/{number:05d}"
        return TrialTask(number, values, 0, known_epochs, folder, SETUP)

    return make


@pytest.fixture
def render() -> Callable[..., str]:
    def text(shown: RenderableType, width: int = 80, terminal: bool = False) -> str:
        file = io.StringIO()
        console = Console(
            file=file, width=width, force_terminal=terminal, color_system=None, highlight=False
        )
        console.print(shown, soft_wrap=True)
        return file.getvalue()

    return text


@pytest.fixture
def screen() -> Callable[[str], str]:
    """Return what a terminal shows after it was sent a text, its colours left out."""

    def show(sent: str) -> str:
        lines, row, column = [""], 0, 0
        for piece in re.findall(r"\x1b\[[0-9;?]*[A-Za-z]|\r|\n|[^\x1b\r\n]+", sent):
            if piece == "\r":
                column = 0
            elif piece == "\n":
                row, column = row + 1, 0
                lines += [""] * (row + 1 - len(lines))
            elif piece == "\x1b[2K":
                lines[row] = ""
            elif up := re.fullmatch(r"\x1b\[(\d+)A", piece):
                row -= int(up[1])
            elif not piece.startswith("\x1b"):
                lines[row] = lines[row][:column] + piece + lines[row][column + len(piece) :]
                column += len(piece)
        return "\n".join(lines)

    return show


@pytest.fixture
def record(trial: Callable[..., TrialRecord]) -> StudyRecord:
    return StudyRecord(
        "age",
        "macro_f1",
        (
            trial(0, "complete", 0.5, 0.7012, lr=0.0003),
            trial(1, "pruned", 0.41, loss="cross_entropy"),
            trial(
                12, "failed", error="RuntimeError: CUDA out of [memory], tried to allocate 2 GiB"
            ),
            trial(2, "complete", 0.72, loss="cross_entropy"),
        ),
    )
