from __future__ import annotations

from math import isnan

import pytest
import torch
from torch import nn

from maskopt.vision import costs
from maskopt.vision.costs import Stopwatch, count_weights
from maskopt.vision.trial import run


def test_seconds_a_photo_are_the_median_over_batches_of_a_warm_network(monkeypatch) -> None:
    # A cold batch of 2 s a photo, then 0.1, 0.3 and, with a neighbour's help, 5 s a photo.
    ticks = iter([0.0, 8.0, 10.0, 10.4, 20.0, 21.2, 30.0, 35.0])
    monkeypatch.setattr(costs.time, "perf_counter", lambda: next(ticks))
    watch = Stopwatch(torch.device("cpu"))
    for photos in (4, 4, 4, 1):
        with watch.batch(photos):
            pass
    assert watch.latency() == pytest.approx(0.3)


def test_a_single_batch_is_all_there_is(monkeypatch) -> None:
    ticks = iter([0.0, 8.0])
    monkeypatch.setattr(costs.time, "perf_counter", lambda: next(ticks))
    watch = Stopwatch(torch.device("cpu"))
    with watch.batch(4):
        pass
    assert watch.latency() == 2.0
    assert isnan(Stopwatch(torch.device("cpu")).latency())


class Event:
    """An event of a GPU that notes when it was recorded; its clock counts milliseconds."""

    now = 0.0

    def record(self) -> None:
        self.at = Event.now

    def elapsed_time(self, end: Event) -> float:
        return end.at - self.at


def test_a_gpu_is_timed_by_its_events_and_not_by_the_driver(monkeypatch) -> None:
    monkeypatch.setattr(costs, "new_event", Event)
    watch = Stopwatch(torch.device("cuda", 0))
    for milliseconds in (500.0, 8.0, 4.0, 6.0):
        with watch.batch(2):
            Event.now += milliseconds
    assert watch.latency() == pytest.approx(0.003)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU")
def test_a_gpu_is_timed_by_its_own_clock() -> None:
    device = torch.device("cuda", 0)
    watch, matrix = Stopwatch(device), torch.ones(4096, 4096, device=device)
    for _ in range(3):
        with watch.batch(10):
            matrix @ matrix
    torch.cuda.synchronize()
    # 137 billion operations at no more than a thousand trillion a second.
    assert 1e-5 < watch.latency() < 1.0


def test_weights_are_counted_frozen_ones_too() -> None:
    model = nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2))
    model[0].requires_grad_(False)
    assert count_weights(model) == 3 * 2 + 2 + 2 + 2


def test_costs_are_reported_where_they_are_objectives(make_task, tmp_path) -> None:
    objectives = ("macro_f1", "latency", "parameters")
    reports = list(run(make_task(tmp_path / "a", epochs=2, objectives=objectives)))
    assert all(0 < report.scores["latency"] < 1 for report in reports)
    # test_resnet without its classifier, and one head of the tiny task.
    assert len({report.scores["parameters"] for report in reports}) == 1
    assert reports[0].scores["parameters"] > 100_000
    one = list(run(make_task(tmp_path / "b", epochs=1, objectives=("macro_f1", "parameters"))))
    assert {"latency", "parameters"} & set(one[0].scores) == {"parameters"}


def test_a_cost_of_several_folds_is_that_of_one_network(make_task, tmp_path) -> None:
    objectives = ("macro_f1", "parameters")
    one = list(run(make_task(tmp_path / "a", epochs=1, objectives=objectives)))
    two = list(run(make_task(tmp_path / "b", epochs=1, folds=(0, 1), objectives=objectives)))
    assert one[0].scores["parameters"] == two[0].scores["parameters"]
