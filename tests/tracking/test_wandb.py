from __future__ import annotations

import subprocess
import sys
import threading
from dataclasses import replace

import pytest

from maskopt.labels import LabelSpace
from maskopt.records import (
    EpochReport,
    StudyRecord,
    TrialRecord,
    TrialSetup,
    TrialState,
    TrialTask,
    Verdict,
)
from maskopt.roles import SweepPlan
from maskopt.space import TrialConfig
from maskopt.tracking.wandb import WandbTracker

PLAN = SweepPlan("age", "macro_f1", 4, 2, 4, "2 CPU cores")
SETUP = TrialSetup("age", LabelSpace(()), "", "", (0,), "macro_f1", 2)
CONFIG = {"lr": 0.001, "loss": "focal", "loss.focal.gamma": 2.0, "mean": (0.5, 0.25)}
REPORTS = (
    EpochReport(1, 0.5, 1.5, 1.25, 2.0, {"accuracy": 0.75, "f1/age:young": 0.5}),
    EpochReport(2, 0.25, 1.0, 1.5, 3.0, {"accuracy": 0.5, "f1/age:young": 0.25}),
)
NEW = StudyRecord("age", "macro_f1")
OLD = StudyRecord("age", "macro_f1", (TrialRecord(0, TrialState.WAITING, {}),))
ERROR = "ValueError: nan\nTraceback (most recent call last):\n  File x"


def task(number, known_epochs=0):
    return TrialTask(number, TrialConfig(CONFIG), 0, known_epochs, "", SETUP)


def ended(number, state, reports=REPORTS, error=None):
    return TrialRecord(number, TrialState(state), CONFIG, reports, 5.0, error)


def test_each_trial_is_a_run_with_the_state_the_study_was_told(tmp_path, read_runs, capfd):
    tracker = WandbTracker(tmp_path / "studies", "age")
    tracker.opened(PLAN, NEW)
    for number in range(6):
        tracker.started(task(number))
    for report in REPORTS:
        for number in range(6):
            tracker.reported(number, report, Verdict.CONTINUE)
        tracker.tick()
    tracker.ended(ended(0, "complete"))
    tracker.ended(ended(1, "pruned"))
    tracker.ended(ended(2, "failed", error=ERROR))
    tracker.ended(ended(3, "waiting"))
    tracker.ended(replace(ended(5, "waiting"), paused=2))
    tracker.closed(NEW, "interrupted")  # the fifth is still open

    runs = read_runs(tmp_path / "studies")
    told = [(r["name"], r["summary"]["state"], r["exit_code"], r["preempting"]) for r in runs]
    assert told == [
        ("age-0", "complete", 0, False),
        ("age-1", "pruned", 0, False),
        ("age-2", "failed", 1, False),
        ("age-3", "interrupted", 1, True),
        ("age-4", "interrupted", 1, True),
        ("age-5", "paused", 0, False),
    ]
    assert [run["tags"] for run in runs] == [[], ["pruned"], [], [], [], []]
    assert runs[2]["summary"]["error"] == ERROR
    assert {run["group"] for run in runs} == {"age"}
    assert {run["project"] for run in runs} == {"maskopt"}
    assert len({run["id"] for run in runs}) == 6
    assert runs[0]["config"] == CONFIG | {"mean": [0.5, 0.25]}
    assert runs[0]["history"] == [
        {
            "epoch": 1,
            "macro_f1": 0.5,
            "train_loss": 1.5,
            "valid_loss": 1.25,
            "seconds": 2.0,
            "accuracy": 0.75,
            "f1/age:young": 0.5,
        },
        {
            "epoch": 2,
            "macro_f1": 0.25,
            "train_loss": 1.0,
            "valid_loss": 1.5,
            "seconds": 3.0,
            "accuracy": 0.5,
            "f1/age:young": 0.25,
        },
    ]
    assert (runs[0]["summary"]["best_score"], runs[0]["summary"]["best_epoch"]) == (0.5, 1)
    assert capfd.readouterr() == ("", "")


def sweep_once(studies, record, state="waiting"):
    tracker = WandbTracker(studies, "age")
    tracker.opened(PLAN, record)
    tracker.started(task(0))
    tracker.reported(0, REPORTS[0], Verdict.CONTINUE)
    tracker.ended(ended(0, state, REPORTS[:1]))
    tracker.closed(record, "interrupted")


def test_a_trial_that_goes_on_keeps_its_run_and_a_new_study_does_not(tmp_path, read_runs):
    ids = []
    for record in (NEW, OLD, NEW):
        sweep_once(tmp_path, record)
        ids.append({run["id"] for run in read_runs(tmp_path)})
    first, going_on, anew = ids
    assert going_on == first
    assert len(anew - first) == 1


def test_the_project_can_be_chosen(tmp_path, read_runs, monkeypatch):
    monkeypatch.setenv("WANDB_PROJECT", "faces")
    sweep_once(tmp_path, NEW, "complete")
    assert [run["project"] for run in read_runs(tmp_path)] == ["faces"]


def test_a_chosen_mode_is_respected(tmp_path, monkeypatch):
    monkeypatch.setenv("WANDB_MODE", "disabled")
    sweep_once(tmp_path, NEW, "failed")
    assert [path.name for path in (tmp_path / "wandb").iterdir()] == ["age.id"]


def test_no_process_and_no_thread_is_left(tmp_path):
    script = (
        "import os\n"
        "from pathlib import Path\n"
        "from maskopt.records import StudyRecord\n"
        "from maskopt.roles import SweepPlan\n"
        "from maskopt.tracking import make_tracker\n"
        "tracker = make_tracker('wandb', Path('studies'), 'age')\n"
        "tracker.opened(SweepPlan('age', 'f1', 1, 1, 1, 'cpu'), StudyRecord('age', 'f1'))\n"
        "tracker.closed(StudyRecord('age', 'f1'), 'done')\n"
        "children = Path(f'/proc/self/task/{os.getpid()}/children')\n"
        "print(repr(children.read_text() if children.exists() else ''))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (done.stdout, done.stderr, done.returncode) == ("''\n", "", 0)


class SlowRuns:
    """Runs whose network answers only when it is let."""

    offline_because = None

    def __init__(self) -> None:
        self.let = threading.Event()

    def open(self, objective, is_new):
        self.let.wait()

    def start(self, task):
        raise ConnectionError("no network")

    def close(self):
        pass


@pytest.fixture
def slow(tmp_path):
    tracker = WandbTracker(tmp_path, "age", closing_seconds=0.01)
    tracker._runs = SlowRuns()
    yield tracker
    tracker._runs.let.set()


def test_a_network_that_stalls_holds_up_no_trial(slow, tmp_path):
    slow.opened(PLAN, NEW)
    slow.started(task(0))
    slow.reported(0, REPORTS[0], Verdict.CONTINUE)
    slow.tick()
    with pytest.raises(TimeoutError) as told:
        slow.closed(NEW, "done")
    missing = f"W&B is slow; what is missing: wandb sync {tmp_path / 'wandb'}/*run-*"
    assert str(told.value) == missing


def test_what_fails_in_the_thread_is_raised_at_a_later_event(slow):
    slow.opened(PLAN, NEW)
    slow.started(task(0))
    slow._runs.let.set()
    slow._thread.submit(lambda: None).result()
    with pytest.raises(ConnectionError, match="no network"):
        slow.tick()


def test_a_run_that_could_only_be_written_offline_is_told_once(tmp_path):
    warnings = []
    tracker = WandbTracker(tmp_path, "age", warnings.append)
    tracker._runs.offline_because = "no network"
    tracker.tick()
    tracker.tick()
    tracker._thread.shutdown()
    assert warnings == ["no network"]


def test_a_server_that_cannot_be_reached_leaves_the_runs_on_disk(tmp_path, monkeypatch, read_runs):
    monkeypatch.setenv("WANDB_API_KEY", "a" * 40)
    monkeypatch.setenv("WANDB_BASE_URL", "http://127.0.0.1:9")
    monkeypatch.setattr("maskopt.tracking.runs._INIT_SECONDS", 2.0)
    warnings = []
    tracker = WandbTracker(tmp_path, "age", warnings.append)
    tracker.opened(PLAN, NEW)
    for number in range(2):
        tracker.started(task(number))
        tracker.ended(ended(number, "complete"))
    tracker.closed(NEW, "done")
    states = [(run["name"], run["summary"]["state"]) for run in read_runs(tmp_path)]
    assert states == [("age-0", "complete"), ("age-1", "complete")]
    assert len(warnings) == 1
    assert warnings[0].startswith("W&B cannot be reached (")
    assert warnings[0].endswith(f"; runs are kept for: wandb sync {tmp_path}/wandb/offline-run-*")
