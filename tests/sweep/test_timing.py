from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from maskopt.cluster.devices import DevicePlan
from maskopt.plan.costs import Costs
from maskopt.plan.networks import Rectangle
from maskopt.plan.speeds import Key, Speeds
from maskopt.records import EpochReport, StudyRecord, TrialRecord, TrialState
from maskopt.roles import Agenda
from maskopt.space import TrialConfig
from maskopt.study.study import Study
from maskopt.sweep import timing

KEY = Key("resnet", 96)
CONFIG = {"backbone": "resnet", "image_size": 96}
COSTS = Costs({"setup": [0.0], "look": [0.0], "close": [2.0], "choose": [0.0], "write": [1.0]})


def devices(slots: int) -> DevicePlan:
    return DevicePlan(slots, 1, 0.0, "CPU cores")


def stage(
    left: float | None = 1000.0, *, export: bool = True, folds: int = 5, noise: int = 0
) -> Any:
    spec = SimpleNamespace(
        folds=SimpleNamespace(count=folds, use=1),
        budget=SimpleNamespace(epochs=10),
        noise=noise,
    )
    options = SimpleNamespace(studies=Path("studies"), exports=export)
    deadline = None if left is None else 5_000.0 + left
    return SimpleNamespace(
        spec=spec, options=options, left=left, deadline=deadline, table=range(100)
    )


@pytest.mark.parametrize(
    ("left", "seconds"),
    [(None, 0.0), (100.0, 0.0), (159.0, 0.0), (160.0, 8.0), (1_000.0, 50.0), (9_999.0, 120.0)],
)
def test_steps_are_timed_for_a_twentieth_of_the_time_where_that_is_worth_it(
    left: float | None, seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def known_epochs(*given: Any) -> tuple[dict[Any, float], str]:
        asked.append(given[1:])
        return {KEY: 10.0}, "just now"

    monkeypatch.setattr(timing, "known_epochs", known_epochs)
    assert timing.learn_epochs(stage(left), devices(2)).typical() == 10.0
    assert asked == [(100, devices(2), Path("studies"), pytest.approx(seconds))]


@pytest.mark.parametrize(
    ("slots", "folds", "members"), [(1, 5, 5), (20, 5, 5), (32, 5, 8), (64, 5, 12), (64, 1, 12)]
)
def test_more_trials_vote_where_devices_would_stand_idle(
    slots: int, folds: int, members: int
) -> None:
    assert timing.most_members(stage(folds=folds), devices(slots)) == members


def made(given: Any, slots: int = 1, monkeypatch: Any = None) -> Any:
    monkeypatch.setattr(timing.time, "monotonic", lambda: 5_000.0)
    reports = tuple(
        EpochReport(epoch, 0.5 + epoch / 100, 1.0, 1.0, 10.0) for epoch in range(1, 11)
    )
    trial = TrialRecord(0, TrialState.COMPLETE, CONFIG, reports)
    record = StudyRecord("age", "macro_f1", (trial,))
    strategy = SimpleNamespace(owed=list)
    study = cast(Study, SimpleNamespace(record=lambda: record, strategy=strategy))
    return timing.make_timetable(given, devices(slots), Speeds({KEY: 10.0}), COSTS, study)


def test_a_timetable_knows_the_deadline_the_export_and_what_earlier_sweeps_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    timetable = made(stage(), 2, monkeypatch)
    assert list(timetable.ranking) == [0]
    # The one trial that is known, and another that is to be expected. A network takes 100 s and a
    # tenth more, and writing it 5.1 s: eight of them take 440 s on two slots, and leave
    # 1000 - 10 - 2.5 * (2 + 1 + 1 + 10 * 5.1) = 852.5 s to train in. Half of that is too
    # little, so one member has all its folds.
    assert timetable.plan.shape == Rectangle(1, 5)
    # Ending 2.5 * (3 + 1) s, closing 2.5 * (2 + 1 + 1 + 5 * 5.1) s.
    assert timetable.plan.training_end == pytest.approx(6_000.0 - 10.0 - 73.75)


def test_without_an_export_or_a_deadline_nothing_is_reserved_for_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert made(stage(export=False), 1, monkeypatch).plan.shape is None
    assert made(stage(None), 1, monkeypatch).agenda() is None


def words(agenda: Agenda | None, *, slots: int = 2, known: bool = True) -> str | None:
    timetable: Any = SimpleNamespace(agenda=lambda: agenda)
    return timing.plan_words(stage(), timetable, Speeds({KEY: 10.0} if known else {}), slots)


def test_what_fits_into_the_time_is_told_in_words() -> None:
    search = Agenda("search", 450.0, 0.0, 0.0, 20.0, 10.0, 15.0)
    # 450 s on two slots are nine trials of ten epochs of ten seconds.
    assert words(search) == (
        "8 min of search, room for about 9.0 full trials of 2 min each; 30 s reserved for the end"
    )
    whole = Agenda("search", 450.0, 60.0, 90.0, 20.0, 10.0, 15.0, members=1, folds=2)
    assert words(whole, slots=1) == (
        "8 min of search, room for about 4.5 full trials of 2 min each; "
        "60 s to repeat the best with other seeds; "
        "90 s for the networks that vote (1 trial, 2 folds); 30 s reserved for the end"
    )


def test_without_a_deadline_or_speeds_there_is_nothing_to_tell() -> None:
    assert words(None) is None
    search = Agenda("search", 450.0, 0.0, 0.0, 20.0, 10.0, 15.0)
    assert words(search, known=False) == "what fits into the time is known after the first epochs"


@pytest.mark.parametrize(("export", "device_seconds"), [(True, 1_000.0), (False, 2_000.0)])
def test_probes_may_take_the_part_of_the_time_that_is_the_searchs(
    export: bool, device_seconds: float
) -> None:
    """Half of 1,000 s on two slots where networks follow; ten epochs of 7 s are a full trial.

    One alone takes 1 / 2.25 of the time at most, since a network like it follows.
    """
    room = timing.probe_room(stage(export=export), Speeds({KEY: 7.0}), 2)
    assert room is not None
    assert room.all == device_seconds
    assert room.each == (pytest.approx(444.44, abs=0.01) if export else 1_000.0)
    assert room.seconds(TrialConfig(CONFIG)) == 70.0
    unknown = timing.probe_room(stage(), Speeds(), 2)
    assert unknown is not None
    assert unknown.seconds(TrialConfig(CONFIG)) is None
    assert timing.probe_room(stage(None), Speeds(), 2) is None
