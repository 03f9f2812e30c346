"""Networks out of fold as slots take them, with a shelf without files."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from maskopt.export.fold_queue import FoldQueue
from maskopt.export.runs import MOST_LOSSES
from maskopt.labels import LabelSpace
from maskopt.plan.networks import Network
from maskopt.records import (
    Ending,
    EpochReport,
    TrialRecord,
    TrialSetup,
    TrialState,
    TrialTask,
    Verdict,
)
from maskopt.space import TrialConfig

SETUP = TrialSetup("age", LabelSpace(()), "", "", (0,), "macro_f1", 4)


@dataclass
class Run:
    trial: TrialRecord
    fold: int
    task: TrialTask
    done: bool = False
    folder: Path = Path("members")

    @property
    def name(self) -> str:
        return f"age trial {self.trial.number}, fold {self.fold}"

    def is_done(self) -> bool:
        return self.done


class Shelf:
    """Fold 0 was searched; a network's number is 1000 + 10 times its trial's, and its fold."""

    study, searched = "age", 1

    def __init__(self, *left: Network) -> None:
        self.there, self.heard, self.runs = left, [], {}

    def run_of(self, trial: TrialRecord, fold: int) -> Run:
        number, last = 1000 + 10 * trial.number + fold, 2 if fold else 0
        task = TrialTask(number, TrialConfig({}), 0, 0, "", SETUP, 2, last)
        run = self.runs[trial.number, fold] = Run(trial, fold, task)
        run.done = (trial.number, fold) in self.there
        return run

    def put_ready(self, run: Run) -> bool:
        return not run.done

    def keep(self, run: Run, reports: list[EpochReport]) -> None:
        self.heard.append(("curve", run.task.number, len(reports)))

    def clear(self, run: Run) -> None:
        self.heard.append(("cleared", run.task.number))

    def left(self) -> Iterator[Network]:
        yield from self.there


@dataclass
class Times:
    """A timetable that wants networks in an order that the test gives."""

    wanted: list[Network] = field(default_factory=list)
    ranking: list[int] = field(default_factory=list)
    is_limited: bool = True
    over: bool = False
    heard: list[Any] = field(default_factory=list)
    preferred: tuple[int, ...] = ()

    def next_networks(self, able: Callable[[int], bool]) -> Iterator[Network]:
        return iter([network for network in self.wanted if able(network[0])])

    def search_is_over(self) -> bool:
        return self.over

    def prefer(self, numbers: tuple[int, ...]) -> None:
        self.preferred = numbers

    def network_started(self, network: Network, epochs: int) -> None:
        self.wanted.remove(network)
        self.heard.append(("began", network, epochs))

    def network_reported(self, network: Network, report: EpochReport) -> None:
        self.heard.append(("epoch", network, report.epoch))

    def network_ended(self, network: Network, *, is_done: bool) -> None:
        if network in self.wanted:
            self.wanted.remove(network)
        self.heard.append(("ended", network, is_done))

    def drop(self, number: int) -> None:
        self.wanted = [network for network in self.wanted if network[0] != number]


def record(number: int, score: float, state: TrialState = TrialState.COMPLETE) -> TrialRecord:
    return TrialRecord(number, state, {}, (EpochReport(1, score, 1.0, 1.0, 1.0),))


RECORDS = {
    0: record(0, 0.7),
    1: record(1, 0.9),
    2: record(2, 0.8),
    3: record(3, 0.95, TrialState.WAITING),
    4: record(4, 0.99, TrialState.RUNNING),
}


def queue(times: Times, shelf: Shelf, warned: list[str] | None = None, **more: Any) -> FoldQueue:
    warn = (warned if warned is not None else []).append
    return FoldQueue(
        shelf,  # type: ignore[arg-type]
        RECORDS.__getitem__,
        times,  # type: ignore[arg-type]
        members=2,
        warn=warn,
        **more,
    )


def train(networks: FoldQueue, shelf: Shelf) -> None:
    """Train the next one to its end."""
    task = networks.ask()
    assert task is not None
    shelf.runs[divmod(task.number - 1000, 10)].done = True
    networks.close(task.number, Ending.ENDED)


def test_a_network_is_given_reported_and_closed_as_the_timetable_wants_them() -> None:
    times, shelf = Times([(1, 0), (1, 1)]), Shelf()
    networks = queue(times, shelf)
    first, second = networks.ask(), networks.ask()
    assert first is not None
    assert second is not None
    assert (first.number, second.number, networks.ask()) == (1010, 1011, None)
    assert (1011 in networks, 1012 in networks, networks.finished()) == (True, False, False)
    report = EpochReport(1, 0.5, 1.0, 1.0, 1.0)
    assert networks.report(1011, report) is Verdict.CONTINUE
    networks.report(1011, report)  # again, by a worker that did not know it was known
    shelf.runs[1, 1].done = True
    networks.close(1011, Ending.ENDED)
    networks.close(1010, Ending.STOPPED)
    assert shelf.heard == [("curve", 1011, 1), ("cleared", 1011)]
    assert times.heard == [
        ("began", (1, 0), 0),
        ("began", (1, 1), 2),
        ("epoch", (1, 1), 1),
        ("epoch", (1, 1), 1),
        ("ended", (1, 1), True),
        ("ended", (1, 0), False),
    ]
    assert networks.finished()


def test_what_an_earlier_export_left_is_taken_up_and_not_given_again() -> None:
    times, shelf = Times([(1, 0), (2, 0)], [1, 2, 4]), Shelf((1, 0), (1, 0), (4, 0))
    networks = queue(times, shelf)
    assert times.heard == [("ended", (1, 0), True)]  # trial 4 runs still
    shelf.there = ((2, 0),)  # found to be done only when it is asked for
    assert (networks.ask(), times.heard[-1]) == (None, ("ended", (2, 0), True))


@pytest.mark.parametrize(
    ("limited", "over", "able"),
    [(True, True, [3, 0]), (True, False, [0]), (False, True, [0])],
    ids=["its time is over", "the search goes on", "without a deadline"],
)
def test_only_what_a_deadline_cut_off_votes_without_being_complete(
    limited: bool, over: bool, able: list[int]
) -> None:
    times = Times([(4, 0), (3, 0), (0, 0)], is_limited=limited, over=over)
    networks = queue(times, Shelf())
    assert networks.wants()
    given = [task.number for _ in range(3) if (task := networks.ask())]
    assert given == [1000 + 10 * number for number in able]


def test_a_network_whose_worker_died_goes_on_from_what_it_reported() -> None:
    times, shelf = Times(), Shelf()
    warned: list[str] = []
    networks = queue(times, shelf, warned)
    for loss in range(MOST_LOSSES):
        times.wanted = [(1, 1), (1, 2), (2, 1)]
        task = networks.ask()
        assert task is not None
        assert (task.number, task.known_epochs) == (1011, loss)
        networks.report(1011, EpochReport(loss + 1, 0.5, 1.0, 1.0, 1.0))
        networks.close(1011, Ending.LOST, "the worker died\nTraceback")
    assert times.wanted == [(2, 1)]
    assert warned == [
        "age trial 1, fold 1 failed, and no further one of this trial is trained: "
        "the worker died; its log: members/log.txt"
    ]


def test_the_best_of_those_that_are_whole_are_the_members() -> None:
    times = Times([(number, fold) for fold in (0, 1) for number in (0, 1, 2)])
    shelf = Shelf()
    networks = queue(times, shelf)
    assert networks.members() == {}
    for _ in range(6):
        train(networks, shelf)
    found = networks.members()
    assert list(found) == [("age", 1), ("age", 2)]
    assert [run.fold for run in found["age", 1]] == [0, 1]


def test_once_ties_are_known_they_vote_before_trials_that_scored_as_much() -> None:
    times, shelf, ties = Times([(n, 0) for n in (0, 1, 2)]), Shelf(), [()]
    networks = queue(times, shelf, ties=lambda: ties[-1])
    train(networks, shelf)
    assert times.preferred == ()
    ties.append((1, 0, 2))
    for _ in range(2):
        train(networks, shelf)
    assert times.preferred == (1, 0, 2)
    assert list(networks.members()) == [("age", 1), ("age", 0)]
