from typing import Any

from maskopt.labels import LabelSpace
from maskopt.records import Ending, EpochReport, TrialSetup, TrialTask, Verdict
from maskopt.space import TrialConfig
from maskopt.sweep.relay import Relay

SETUP = TrialSetup("age", LabelSpace(()), "", "", (0,), "macro_f1", 10)
REPORT = EpochReport(1, 0.5, 1.0, 1.0, 1.0)
NETWORK = 10**11


def task(number: int) -> TrialTask:
    return TrialTask(number, TrialConfig({}), 0, 0, "", SETUP)


class Part:
    """A search or a follower, as long as it has numbers to give."""

    def __init__(self, *numbers: int) -> None:
        self.left = list(numbers)
        self.open: set[int] = set()
        self.heard: list[Any] = []

    def __contains__(self, number: int) -> bool:
        return number in self.open

    def wants(self) -> bool:
        return bool(self.left)

    def finished(self) -> bool:
        return not self.left and not self.open

    def ask(self) -> TrialTask | None:
        if not self.left:
            return None
        number = self.left.pop(0)
        self.open.add(number)
        return task(number)

    def report(self, number: int, report: EpochReport) -> Verdict:
        return Verdict.CONTINUE

    def close(self, number: int, ending: Ending, error: str | None = None) -> None:
        self.open.remove(number)
        self.heard.append((number, ending, error))

    def tick(self) -> bool:
        return False


class Times:
    """A timetable whose hands are moved by the test."""

    searches, fills, over, search_over = True, False, False, False
    last, waits, idle = -1, False, False

    def awaits(self) -> bool:
        return self.waits

    def finishes(self, number: int) -> bool:
        return number == self.last

    def is_over(self) -> bool:
        return self.over

    def ends_idle(self) -> bool:
        return self.idle

    def search_is_over(self) -> bool:
        return self.search_over


def relay(search: Part, *followers: Part) -> tuple[Relay, Times]:
    times = Times()
    return Relay(search, followers, times), times  # type: ignore[arg-type]


def numbers(conductor: Relay, count: int) -> list[int | None]:
    return [found.number if (found := conductor.ask()) else None for _ in range(count)]


def test_trials_go_first_until_the_search_is_over_and_then_what_comes_after() -> None:
    conductor, times = relay(Part(0, 1, 2), Part(50), Part(NETWORK))
    assert numbers(conductor, 1) == [0]
    times.search_over = True
    # What is left over goes to the search again: a slot that works is better than one that waits.
    assert numbers(conductor, 5) == [50, NETWORK, 1, 2, None]


def test_a_trial_whose_slot_is_wanted_pauses_and_waits_as_if_interrupted() -> None:
    search, follower = Part(0, 1), Part(NETWORK)
    conductor, times = relay(search, follower)
    numbers(conductor, 2)
    assert conductor.report(0, REPORT) is Verdict.CONTINUE
    times.search_over = True
    assert conductor.report(0, REPORT) is Verdict.PAUSE
    conductor.close(0, Ending.STOPPED)
    assert search.heard == [(0, Ending.LOST, None)]
    assert numbers(conductor, 1) == [NETWORK]
    assert conductor.report(1, REPORT) is Verdict.CONTINUE  # nothing wants its slot
    assert conductor.report(NETWORK, REPORT) is Verdict.CONTINUE
    conductor.close(NETWORK, Ending.ENDED)
    assert follower.heard == [(NETWORK, Ending.ENDED, None)]


def test_the_best_trial_keeps_its_slot_for_its_last_epoch() -> None:
    conductor, times = relay(Part(0, 1), Part(NETWORK))
    numbers(conductor, 2)
    times.search_over, times.last = True, 0
    verdicts = [conductor.report(number, REPORT) for number in (0, 1)]
    assert verdicts == [Verdict.CONTINUE, Verdict.PAUSE]


def test_a_slot_waits_for_the_trial_whose_networks_it_is_to_have() -> None:
    networks = Part()
    conductor, times = relay(Part(0, 1), networks)
    assert numbers(conductor, 1) == [0]
    times.search_over = times.waits = True
    assert numbers(conductor, 2) == [None, None]
    networks.left.append(NETWORK)
    assert numbers(conductor, 1) == [NETWORK]
    times.waits = False
    assert numbers(conductor, 1) == [1]


def test_a_search_that_leaves_all_slots_idle_ends_so_that_networks_begin() -> None:
    """Trials that are paused may vote only once the search is over."""
    networks = Part()
    conductor, times = relay(Part(), networks)
    assert conductor.ask() is None
    ask, times.idle = networks.ask, True

    def once_it_is_over() -> TrialTask | None:
        networks.left = [NETWORK] if asked else []
        asked.append(NETWORK)
        return ask()

    asked: list[int] = []
    networks.ask = once_it_is_over  # type: ignore[method-assign]
    assert numbers(conductor, 1) == [NETWORK]


def test_a_handed_over_trial_whose_worker_died_is_told_so() -> None:
    search = Part(0)
    conductor, times = relay(search, Part(NETWORK))
    numbers(conductor, 1)
    times.search_over = True
    conductor.report(0, REPORT)
    conductor.close(0, Ending.LOST, "the worker died")
    assert search.heard == [(0, Ending.LOST, "the worker died")]


def test_it_is_finished_when_nothing_is_left_or_time_is_over() -> None:
    search, follower = Part(0), Part(NETWORK)
    conductor, _ = relay(search, follower)
    assert not conductor.finished()
    numbers(conductor, 2)
    conductor.close(0, Ending.ENDED)
    assert not conductor.finished()
    conductor.close(NETWORK, Ending.ENDED)
    assert conductor.finished()
    busy, late = relay(Part(0), Part(NETWORK))
    late.over = True
    assert (busy.finished(), busy.ask(), busy.tick()) == (True, None, False)


def test_a_search_that_gave_up_leaves_its_slots_to_what_can_be_exported() -> None:
    assert relay(Part(), Part(NETWORK))[0].tick() is True
    assert relay(Part())[0].tick() is False
