from __future__ import annotations

import pytest

from maskopt.records import StudyRecord, Verdict
from maskopt.report.fanout import Forgiving, Watchers

RECORD = StudyRecord("age", "f1")


class Recorder:
    """Notes the events it hears, and fails at one of them if told to."""

    def __init__(self, fails_at: str = "") -> None:
        self.heard: list[tuple] = []
        self._fails_at = fails_at

    def __getattr__(self, event: str):
        def note(*values: object) -> None:
            self.heard.append((event, *values))
            if event == self._fails_at:
                raise ConnectionError("no network\nat all")

        return note


def run_sweep(watcher, plan, task, trial, reports) -> list[tuple]:
    report, start, end = reports(0.5)[0], task(0), trial(0, "complete", 0.5)
    watcher.opened(plan, RECORD)
    watcher.started(start)
    watcher.reported(0, report, Verdict.STOP)
    watcher.ended(end)
    watcher.tick()
    watcher.closed(RECORD, "done")
    return [
        ("opened", plan, RECORD),
        ("started", start),
        ("reported", 0, report, Verdict.STOP),
        ("ended", end),
        ("tick",),
        ("closed", RECORD, "done"),
    ]


def test_every_watcher_hears_every_event(plan, task, trial, reports):
    both = Recorder(), Recorder()
    events = run_sweep(Watchers(both), plan, task, trial, reports)
    assert [watcher.heard for watcher in both] == [events, events]


def test_a_watcher_that_does_not_fail_hears_every_event(plan, task, trial, reports):
    watcher, warnings = Recorder(), []
    forgiving = Forgiving(watcher, warnings.append)
    assert run_sweep(forgiving, plan, task, trial, reports) == watcher.heard
    assert warnings == []


@pytest.mark.parametrize("event", ["opened", "started", "reported", "ended", "tick", "closed"])
def test_a_watcher_that_fails_is_told_once_and_left_alone(event, plan, task, trial, reports):
    watcher, warnings = Recorder(event), []
    forgiving = Forgiving(watcher, warnings.append, "W&B")
    events = run_sweep(forgiving, plan, task, trial, reports)
    heard = [name for name, *_ in events]
    assert [name for name, *_ in watcher.heard] == heard[: heard.index(event) + 1]
    assert warnings == ["W&B stopped: ConnectionError: no network; the sweep goes on without it"]


def test_an_interruption_is_not_forgiven(plan):
    class Interrupted(Recorder):
        def tick(self) -> None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Forgiving(Interrupted(), print).tick()
