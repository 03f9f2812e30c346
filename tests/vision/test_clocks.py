"""A clock that goes on where a piece of a trial tells it to: 48 training photos, 12 others."""

from __future__ import annotations

import time
from itertools import islice

import pytest
import torch

from maskopt.records import Stage, profile_of
from maskopt.vision import clocks, fit, trial
from maskopt.vision.checkpoints import TrialFolder
from maskopt.vision.clocks import CpuClock, GpuClock, TrialClock, build_step_clock
from maskopt.vision.loaders import Loader
from maskopt.vision.models import Model
from maskopt.vision.trial import run


class Hands:
    """A clock's hands."""

    def __init__(self, monkeypatch) -> None:
        self.now = 1000.0
        self.monkeypatch = monkeypatch
        monkeypatch.setattr(time, "perf_counter", lambda: self.now)

    def slow(self, owner, name: str, seconds: float) -> None:
        """Have a function take some seconds."""
        function = getattr(owner, name)

        def slowly(*args, **more):
            self.now += seconds
            return function(*args, **more)

        self.monkeypatch.setattr(owner, name, slowly)


@pytest.fixture
def hands(monkeypatch) -> Hands:
    found = Hands(monkeypatch)
    found.slow(trial, "open_photos", 128.0)
    found.slow(Loader, "_assemble", 1.0)
    found.slow(Model, "outputs", 2.0)
    found.slow(torch.Tensor, "backward", 4.0)
    found.slow(fit, "_apply_gradients", 8.0)
    found.slow(fit, "evaluate", 16.0)
    found.slow(TrialFolder, "write", 32.0)
    found.slow(TrialFolder, "write_best", 0.25)
    found.slow(trial, "epoch_scores", 0.5)
    return found


# Three batches of 16 photos an epoch; to look at the others takes 16 and a batch's 1 and 2.
EPOCH = {
    "data": 3.0, "forward": 6.0, "backward": 12.0, "optimizer": 24.0, "evaluation": 19.0,
    "other": 0.5,
}  # fmt: skip


def told(reports) -> list[dict[str, float]]:
    return [dict(report.spent) for report in reports]


def test_every_second_of_a_trial_is_told_once_and_by_its_stage(hands, make_task, tmp_path) -> None:
    began, reports = hands.now, []
    for report in run(make_task(tmp_path, epochs=2, lr=1e-9)):
        reports.append(report)
        hands.now += 64.0  # the driver thinks
    # A better epoch's networks look at 64 photos, which takes 2, before its weights are written.
    after_a_report = {"checkpoint": 32.0 + 2.25, "engine": 64.0}
    assert told(reports) == [{"start": 128.0, **EPOCH}, {**EPOCH, **after_a_report}]
    assert [report.seconds for report in reports] == [64.0, 64.0]
    assert {report.device for report in reports} == {"cpu"}
    # The last report came before its own checkpoint, of no better an epoch, and its own answer.
    assert profile_of(reports).total == hands.now - began - 32.0 - 64.0


def test_seconds_of_several_folds_are_summed(hands, make_task, tmp_path) -> None:
    (report,) = run(make_task(tmp_path, epochs=1, folds=(0, 3)))
    assert told([report]) == [{"start": 128.0, **{name: 2 * EPOCH[name] for name in EPOCH}}]


def test_batches_of_one_step_are_timed_each(hands, make_task, tmp_path) -> None:
    # Six batches of 8, of which two and two make a step.
    (report,) = run(make_task(tmp_path, epochs=1, batch_size=8, accumulate=2))
    changed = {"data": 6.0, "forward": 12.0, "backward": 24.0, "optimizer": 24.0}
    assert told([report]) == [{"start": 128.0, **EPOCH, **changed}]


def test_a_trial_that_goes_on_starts_again_and_lost_no_second_before(
    hands, make_task, tmp_path
) -> None:
    running = run(make_task(tmp_path, epochs=3))
    first = list(islice(running, 2))
    running.close()
    hands.now += 1e6  # it was paused
    again = list(run(make_task(tmp_path, epochs=3, known=1)))
    assert again[0] == first[1]
    assert told(again[1:]) == [{"start": 128.0, **EPOCH}]


def test_a_part_that_tells_more_than_the_wall_leaves_nothing(hands) -> None:
    clock = TrialClock()
    hands.now += 2.0
    assert clock.lap([{"forward": 2.5}]) == {"forward": 2.5, "other": 0.0}
    hands.now += 0.25
    clock.ended(Stage.ENGINE)
    hands.now += 2.0
    assert clock.lap([{"forward": 1.0}]) == {"forward": 1.0, "engine": 0.25, "other": 1.0}


def test_a_clock_is_read_only_after_a_look_at_the_loss(make_task, tmp_path, monkeypatch) -> None:
    """That look has waited for all that a GPU was given: to read its events costs no more."""
    seen: list[str] = []
    monkeypatch.setattr(fit, "check_losses", lambda *_: seen.append("looked"))
    monkeypatch.setattr(CpuClock, "settle", lambda _: seen.append("settled"))
    list(run(make_task(tmp_path, epochs=1)))
    assert seen == ["looked", "settled"] * 3 + ["looked"]


class Event:
    """An event of a GPU that notes when it was recorded; its clock counts milliseconds."""

    now = 0.0
    made = 0

    def __init__(self) -> None:
        Event.made += 1

    def record(self) -> None:
        self.at = Event.now

    def elapsed_time(self, end: Event) -> float:
        return end.at - self.at


STEP = (
    (Stage.DATA, 250.0), (Stage.FORWARD, 500.0), (Stage.BACKWARD, 1000.0), (Stage.OPTIMIZER, 125.0)
)  # fmt: skip


def test_a_gpu_is_timed_from_event_to_event_and_makes_no_more_of_them(monkeypatch) -> None:
    monkeypatch.setattr(clocks, "new_event", Event)
    monkeypatch.setattr(Event, "made", 0)
    clock = build_step_clock(torch.device("cuda", 0))
    for _ in range(3):
        Event.now += 5000.0  # evaluation
        clock.start()
        for step in range(4):
            for stage, milliseconds in STEP:
                Event.now += milliseconds
                clock.ended(stage)
            if step == 1:
                clock.settle()
        assert clock.seconds() == {stage.value: 4 * each / 1000 for stage, each in STEP}
        # Two steps' stages at once, and one to begin with.
        assert Event.made == 9


def test_what_an_epoch_that_broke_off_had_timed_is_forgotten(monkeypatch) -> None:
    monkeypatch.setattr(clocks, "new_event", Event)
    for clock in (GpuClock(), CpuClock()):
        clock.start()
        clock.ended(Stage.DATA)
        clock.settle()
        clock.start()
        assert clock.seconds() == {}


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU")
def test_a_gpu_tells_what_its_work_took_and_not_what_its_driver_took() -> None:
    device = torch.device("cuda", 0)
    clock, matrix = build_step_clock(device), torch.ones(4096, 4096, device=device)
    clock.start()
    for _ in range(3):
        matrix @ matrix
        clock.ended(Stage.FORWARD)
    torch.cuda.synchronize()
    told = clock.seconds()
    assert set(told) == {"forward"}
    # 3 * 137 billion operations at no more than a thousand trillion a second.
    assert 1e-4 < told["forward"] < 3.0
