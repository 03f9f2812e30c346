"""What options of a sweep say beside the file, and what is wrong with them."""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from maskopt.cli import app
from maskopt.errors import SpecError
from maskopt.sweep import options
from maskopt.sweep.options import SweepOptions

FILE = """\
study: faces
data: {attributes: {a: {classes: [x, y]}}, group: none}
heads: [a]
budget: {epochs: 3}
space: {backbone: resnet18}
"""
NOON = datetime(2026, 1, 1, 12)


@pytest.fixture(autouse=True)
def _file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("faces.yaml").write_text(FILE)


@pytest.fixture
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    class Noon(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return NOON

    monkeypatch.setattr(options, "datetime", Noon)
    monkeypatch.setattr(time, "monotonic", lambda: 100.0)


def refusal(**given: Any) -> str:
    with pytest.raises(SpecError) as caught:
        SweepOptions("faces.yaml", **given).read()
    return str(caught.value)


def test_what_is_wrong_with_options_is_told_with_what_is_wrong_with_the_file() -> None:
    assert refusal(trials=2, sets=("space.lr=x",), time="soon", tracker="wanbd") == (
        "--set space.lr=x: `space.lr` must be a number from 1e-08 to 10, got 'x'; a list is a "
        "choice, and {low: ..., high: ...} a range\n"
        "`--time` must be a time such as 8h, 90m, 1h30m or 45s, got 'soon'\n"
        "--tracker must be one of wandb, none, got 'wanbd'; did you mean 'wandb'?"
    )


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"time": ""}, "`--time` must be a time such as 8h, 90m, 1h30m or 45s, got nothing"),
        ({"deadline": ""}, "--deadline must be a time of day like 18:30, got ''; "
         "for a span of time use --time 2h"),
        ({"time": "2h", "deadline": "18:30"},
         "--time and --deadline exclude each other, got both; leave one out"),
        ({"time": "99999999h"}, "`--time` must be a time up to 36500d, got '99999999h'; "
         "for no limit leave it out"),
        ({"time": "2h", "tracker": ""}, "--tracker must be one of wandb, none, got ''"),
    ],
    ids=["empty time", "empty deadline", "both", "too long", "empty tracker"],
)  # fmt: skip
def test_a_wrong_option_is_one_line_although_only_time_would_end_the_search(
    given: dict[str, Any], message: str
) -> None:
    assert refusal(**given) == message


def test_a_tracker_whose_package_is_missing_is_told_before_anything_begins(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("maskopt.tracking.find_spec", lambda name: None)
    assert refusal(time="2h", tracker="wandb") == (
        "--tracker wandb: the package wandb is not installed; pip install wandb, or leave the "
        "option out"
    )
    assert SweepOptions("faces.yaml", time="2h", tracker="none").read().budget.seconds == 7200


def told(deadline: str, began: float = 100.0) -> list[str]:
    heard: list[str] = []
    wanted = SweepOptions("faces.yaml", deadline=deadline, began=began)
    wanted.tell_tomorrow(
        lambda line: heard.append(f"note: {line}"), lambda line: heard.append(f"warning: {line}")
    )
    return heard


@pytest.mark.usefixtures("noon")
def test_a_deadline_that_has_passed_today_is_told_to_be_tomorrows() -> None:
    late = "has passed today: it means tomorrow, in"
    assert told("11:58") == [f"warning: --deadline 11:58 {late} 23 h 58 min"]
    assert told("12:00") == [f"warning: --deadline 12:00 {late} 1 d"]
    assert told("06:00") == [f"warning: --deadline 06:00 {late} 18 h"]
    assert told("00:00") == [f"note: --deadline 00:00 {late} 12 h"]
    assert told("12:01") == told("23:59") == told("noon") == []


@pytest.mark.usefixtures("noon")
def test_a_deadline_that_passes_while_the_command_begins_is_still_todays() -> None:
    # A command that began half a minute ago, at 11:59:30.
    wanted = SweepOptions("faces.yaml", deadline="12:00", began=70.0)
    assert (wanted.read().budget.seconds, told("12:00", began=70.0)) == (30.0, [])


@pytest.mark.usefixtures("noon")
def test_the_command_tells_it_before_anything_begins(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["sweep", "faces.yaml", "--deadline", "11:58", "--tracker", "wanbd"]
    with pytest.raises(SpecError, match=r"^--tracker must be one of wandb, none, got 'wanbd'"):
        app(words, standalone_mode=False)
    assert capsys.readouterr().err == (
        "warning: --deadline 11:58 has passed today: it means tomorrow, in 23 h 58 min\n"
    )
    assert [each.name for each in Path().iterdir()] == ["faces.yaml"]
