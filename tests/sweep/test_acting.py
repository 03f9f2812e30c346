"""A sweep on its devices, which are stubs: what it notes, and what it does where they are gone."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from maskopt.errors import StudyError
from maskopt.plan.costs import Costs
from maskopt.records import StudyRecord, TrialRecord, TrialState
from maskopt.space import TrialConfig
from maskopt.sweep import acting, bereft
from maskopt.sweep.acting import Acting, most_at_once

STATES = (
    TrialState.COMPLETE,
    TrialState.PRUNED,
    TrialState.FAILED,
    TrialState.WAITING,
)


@pytest.mark.parametrize(
    ("trials", "seeds", "most"),
    [
        (10, 0, 8),  # a failed trial is made up for, and a waiting one goes on
        (3, 0, 1),
        (3, 3, 3),  # seeds are trained side by side
        (2, 0, 1),  # nothing is left but what was interrupted
        (None, 3, None),
    ],
)
def test_no_more_workers_are_made_ready_than_there_is_work_for(trials, seeds, most):
    trials_known = [
        TrialRecord(number, state, TrialConfig({})) for number, state in enumerate(STATES)
    ]
    record = StudyRecord("age", "macro_f1", tuple(trials_known))
    assert most_at_once(record, trials, seeds) == most


class Devices:
    """Devices that are gone in the midst of a search, and a study that was searched on them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now, self.said = 100.0, list[str]()
        self.error, self.answers, self.over = StudyError("Ray was ended 3 times"), False, False
        self.trials = [TrialRecord(0, TrialState.COMPLETE, TrialConfig({}))]
        self.watcher: Any = SimpleNamespace(
            opened=lambda *given: None, closed=lambda record, reason: self.said.append(reason)
        )
        self.timetable: Any = SimpleNamespace(
            begin=lambda: None, is_over=lambda: self.over, is_limited=True, agenda=None
        )
        said = {
            "settle_scratch": lambda *given: self.take(370.0, ()),
            "learn_epochs": lambda *given: self.take(90.0, None),
            "make_timetable": lambda *given: self.timetable,
            "make_watcher": lambda stage: self.watcher,
            "run_trials": self.run_trials,
            "end_search": lambda *given: self.said.append("the search is ended"),
            "deliver_late": lambda stage, output, record: f"the best trial in {output}",
            "ballot_of": lambda stage, source, members, record: f"a ballot of {members}",
            "show_error": self.said.append,
        }
        for name, stub in said.items():
            monkeypatch.setattr(acting, name, stub)
        for name in ("plan_words", "probe_room", "learn_speeds", "source_of", "begin_search"):
            monkeypatch.setattr(acting, name, lambda *given: None)
        for name in ("SweepConductor", "Relay", "NoiseQueue"):
            monkeypatch.setattr(acting, name, lambda *given, **named: None)
        monkeypatch.setattr(acting.time, "monotonic", lambda: self.now)
        monkeypatch.setattr(bereft, "is_running", lambda: True)
        monkeypatch.setattr(bereft, "is_alive", lambda: self.answers)
        monkeypatch.setattr(bereft, "shutdown", lambda: self.said.append("Ray is shut down"))

    def take(self, seconds: float, found: Any) -> Any:
        self.now += seconds
        return found

    def run_trials(self, *given: Any) -> None:
        raise self.error

    def acting(self, costs: Costs, began: float | None = 100.0, **options: Any) -> Acting:
        wanted = {"exports": True, "joined": False, "export": "age.bundle"} | options
        budget = SimpleNamespace(trials=3, disk=1.0)
        spec = SimpleNamespace(
            noise=0, budget=budget, folds=SimpleNamespace(judged=lambda photos: 1)
        )
        stage: Any = SimpleNamespace(
            spec=spec,
            folder=Path(),
            table=[],
            trials=Path(),
            setup=lambda *given: None,
            plan=lambda *given: None,
            left=wanted.pop("left", 60.0),
            options=SimpleNamespace(storage_url="", studies=Path(), **wanted),
        )
        study: Any = SimpleNamespace(
            record=lambda: StudyRecord("age", "macro_f1", tuple(self.trials)),
            finished=lambda: False,
            stop_reason=None,
        )
        made = Acting(stage, study, SimpleNamespace(trials_at_once=1, threads=1), costs, began)  # type: ignore[arg-type]
        made._folds = SimpleNamespace(members=lambda: "two networks")  # type: ignore[assignment]
        return made


@pytest.fixture
def devices(monkeypatch: pytest.MonkeyPatch) -> Devices:
    return Devices(monkeypatch)


def test_finding_weights_and_timing_epochs_is_no_part_of_what_beginning_takes(
    devices: Devices,
) -> None:
    """Else a sweep that downloaded for six minutes would leave none of the next one's five."""
    costs = Costs()
    devices.now = 105.0
    made = devices.acting(costs, began=100.0)
    devices.now += 4.0
    made._note_begin()
    assert costs.expected("begin") == 5.0 + 4.0


def test_of_devices_that_had_been_there_before_nothing_is_noted(devices: Devices) -> None:
    costs = Costs({"begin": [7.0]})
    devices.acting(costs, began=None)._note_begin()
    assert costs.expected("begin") == 7.0


def test_where_devices_are_gone_the_best_trial_is_exported_and_the_error_is_told(
    devices: Devices,
) -> None:
    made = devices.acting(Costs())
    assert made.run() == "Ray was ended"
    assert devices.said == ["Ray is shut down", "Ray was ended", "Ray was ended 3 times"]
    assert (made.is_bereft, made.deliver(), made.ballot()) == (
        True, "the best trial in age.bundle", None,
    )  # fmt: skip


def test_a_model_whose_devices_are_gone_brings_what_is_whole(devices: Devices) -> None:
    made = devices.acting(Costs(), joined=True, export=None)
    made.run()
    assert (made.deliver(), made.ballot()) == (None, "a ballot of two networks")


@pytest.mark.parametrize("over", [False, True])
def test_trials_that_wait_go_on_later_unless_they_are_all_there_is_or_the_time_is_over(
    devices: Devices, over: bool
) -> None:
    waiting = TrialRecord(1, TrialState.WAITING, TrialConfig({}))
    devices.trials, devices.over = [*devices.trials, waiting], over
    devices.acting(Costs()).run()
    assert ("the search is ended" in devices.said) == over
    devices.trials, devices.over = [waiting], False
    devices.said.clear()
    devices.acting(Costs()).run()
    assert "the search is ended" in devices.said


@pytest.mark.parametrize(
    "changes",
    [{"exports": False}, {"left": None}, {"answers": True}],
    ids=["nothing is exported", "no deadline", "another error"],
)
def test_an_error_without_a_bundle_that_is_owed_is_raised_as_ever(
    devices: Devices, changes: dict[str, Any]
) -> None:
    devices.answers = changes.pop("answers", False)
    made = devices.acting(Costs(), **changes)
    with pytest.raises(StudyError, match=r"^Ray was ended 3 times$"):
        made.run()
    assert (devices.said, made.is_bereft) == ([], False)
