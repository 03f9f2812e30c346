from collections.abc import Iterable
from typing import Any

import pytest

from maskopt.labels import LabelSpace
from maskopt.plan.costs import Costs
from maskopt.plan.networks import Rectangle
from maskopt.plan.situation import Export
from maskopt.plan.speeds import Speeds
from maskopt.plan.timetable import Timetable
from maskopt.records import EpochReport, TrialRecord, TrialSetup, TrialState, TrialTask
from maskopt.space import TrialConfig

KEY = ("resnet", 96)
CONFIG = TrialConfig({"backbone": "resnet", "image_size": 96})
SETUP = TrialSetup("age", LabelSpace(()), "", "", (0,), "macro_f1", 10)
# Closing 2.5 x 2 s without a vote; ending 2.5 x (3 + 1) s with an export, 2.5 x 3 s without.
COSTS = {"begin": [1.0], "setup": [0.0], "close": [2.0], "choose": [0.0], "write": [1.0]}
COSTS |= {"look": [0.0], "fall back": [1.0], "end": [3.0]}
FIVE = Export(members=5, folds=5, searched=1, photos=100_000)


class Watch:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def table(
    watch: Watch, deadline: float | None, export: Export | None = None, **more: Any
) -> Timetable:
    costs = Costs(COSTS)
    return Timetable(watch, deadline, 1, 10, Speeds({KEY: 10.0}), costs, export=export, **more)


def seen(score: float, number: int = 0, epochs: int = 10) -> TrialRecord:
    reports = [EpochReport(e, score * e / epochs, 1, 1, 10.0) for e in range(1, epochs + 1)]
    return TrialRecord(number, TrialState.COMPLETE, CONFIG.values, tuple(reports))


def begin(timetable: Timetable, numbers: Iterable[int]) -> None:
    for number in numbers:
        timetable.ended(seen(0.9 - number / 10, number))


def test_without_a_deadline_everything_fits_and_nothing_is_over() -> None:
    watch = Watch()
    timetable = table(watch, None, FIVE)
    watch.now = 1e9
    assert (timetable.is_over(), timetable.search_is_over()) == (False, False)
    assert timetable.fits(CONFIG, 0, 10)
    assert timetable.agenda() is None


def test_a_search_ends_so_long_before_the_deadline_as_its_end_takes_twice_over() -> None:
    watch = Watch()
    timetable = table(watch, 1000.0)
    watch.now = 1000.0 - 2.5 * 3 - 2.5 * 2 - 0.1
    assert not timetable.is_over()
    watch.now += 0.1
    assert timetable.is_over()


def test_a_trial_that_cannot_get_to_its_next_decision_is_not_started() -> None:
    watch = Watch()
    timetable = table(watch, 1012.5)  # trained until 1000
    begin(timetable, [0])
    watch.now = 1000.0 - 22.0 - 0.1  # two epochs of 10 s, and a tenth more
    assert timetable.fits(CONFIG, 0, 2)
    assert not timetable.fits(CONFIG, 0, 3)
    assert timetable.fits(CONFIG, 7, 9)


def test_the_very_first_trial_is_tried_whatever_it_may_take() -> None:
    assert table(Watch(), 20.0).fits(CONFIG, 0, 10)


def test_networks_get_what_they_can_use_up_to_half() -> None:
    timetable = table(Watch(), 1_000.0, FIVE)
    begin(timetable, range(5))
    # 100 s each: 20 of them would take 2,200 s with their margin; four take 440.
    assert timetable.plan.shape == Rectangle(1, 5)
    assert timetable.plan.networks == pytest.approx(440.0)
    long = table(Watch(), 100_000.0, FIVE)
    begin(long, range(5))
    assert (long.plan.shape, long.plan.networks) == (Rectangle(5, 5), pytest.approx(2_200.0))
    assert long.plan.search_end == pytest.approx(long.plan.training_end - 2_200.0)


def test_a_first_network_may_take_more_than_half_once_a_trial_of_its_length_was_trained() -> None:
    """One takes 100 s, 110 s with its margin, and closing and ending 20.525 s.

    That is half of 220 s, and of 210 s it leaves a trial's 100 s; where it leaves less the margin
    is given up, but for 2 s.
    """
    shapes = {}
    for trained in (220.1, 210.1, 209.9, 202.1, 201.9):
        timetable = table(Watch(), trained + 20.525, FIVE)
        begin(timetable, range(5))
        plan = timetable.plan
        shapes[trained] = (plan.shape, round(plan.networks), plan.search_end > 100.0)
    assert shapes == {
        220.1: (Rectangle(1, 2), 110, True),
        210.1: (Rectangle(1, 2), 110, True),
        209.9: (Rectangle(1, 2), 102, True),
        202.1: (Rectangle(1, 2), 102, True),
        201.9: (Rectangle(5, 1), 0, True),
    }


def test_votes_of_what_the_search_trained_need_no_time_for_a_whole_trial() -> None:
    """A full trial takes 100 s: of 90 s a few go to looking at the photos once more."""
    costs = Costs(COSTS | {"look": [0.1]})
    timetable = Timetable(Watch(), 110.0, 1, 10, Speeds({KEY: 10.0}), costs, export=FIVE)
    begin(timetable, range(5))
    assert timetable.plan.shape == Rectangle(5, 1)
    assert timetable.plan.networks == pytest.approx(5.5)


def test_a_search_that_was_about_to_end_ends_before_votes_are_given_up() -> None:
    """Of 230 s a network takes the last 110; half an epoch of a slow trial would be waited for."""
    watch, slow = Watch(), TrialConfig({"backbone": "vit", "image_size": 96})
    speeds = Speeds({KEY: 10.0, ("vit", 96): 60.0})
    timetable = Timetable(watch, 230.0 + 20.525, 1, 10, speeds, Costs(COSTS), export=FIVE)
    begin(timetable, range(5))
    assert timetable.plan.search_end == pytest.approx(120.0)
    watch.now = 110.0
    timetable.started(TrialTask(9, slow, 0, 0, "", SETUP))
    assert (timetable.plan.shape, timetable.search_is_over()) == (Rectangle(1, 2), True)


def test_a_machine_that_is_slow_from_the_start_gives_networks_up_and_searches_on() -> None:
    watch = Watch()
    timetable = table(watch, 230.0 + 20.525, FIVE)
    begin(timetable, range(5))
    timetable.started(TrialTask(9, CONFIG, 0, 0, "", SETUP))
    assert timetable.plan.shape == Rectangle(1, 2)
    watch.now = 30.0
    timetable.reported(9, EpochReport(1, 0.1, 1, 1, 30.0))
    assert (timetable.plan.shape, timetable.search_is_over()) == (Rectangle(5, 1), False)


def test_a_machine_that_becomes_slow_costs_folds_and_not_the_deadline() -> None:
    watch = Watch()
    timetable = table(watch, 1_000.0, FIVE)
    begin(timetable, range(5))
    task = TrialTask(9, CONFIG, 0, 0, "", SETUP)
    timetable.started(task)
    for epoch in range(1, 6):
        watch.now += 40.0
        timetable.reported(9, EpochReport(epoch, 0.1, 1, 1, 40.0))
    assert timetable.plan.shape == Rectangle(1, 2)
    assert timetable.plan.training_end < 1_000.0


def test_once_training_is_over_no_smaller_plan_brings_it_back() -> None:
    watch = Watch()
    timetable = table(watch, 1_000.0, FIVE)
    begin(timetable, range(5))
    watch.now = timetable.plan.training_end
    assert timetable.is_over()
    timetable.ended(seen(0.99, 77))
    watch.now += 1.0
    assert timetable.is_over()


def test_networks_are_given_until_one_would_not_end_in_time() -> None:
    watch = Watch()
    timetable = table(watch, 1_000.0, FIVE)
    begin(timetable, range(2))
    watch.now = timetable.plan.search_end
    assert timetable.search_is_over()
    assert next(timetable.next_networks(lambda number: True)) == (0, 0)
    timetable.network_ended((0, 0), is_done=True)
    assert next(timetable.next_networks(lambda number: number == 1)) == (1, 0)
    watch.now = timetable.plan.training_end - 50.0
    assert [each for each in timetable.next_networks(lambda number: True) if each[1]] == []


def test_a_trial_whose_network_failed_is_planned_with_no_more() -> None:
    watch = Watch()
    timetable = table(watch, 1_000.0, FIVE)
    begin(timetable, range(2))
    timetable.drop(0)
    watch.now = timetable.plan.search_end
    assert next(timetable.next_networks(lambda number: True)) == (1, 0)


def test_other_seeds_get_a_tenth_at_most_and_are_given_up_first() -> None:
    timetable = table(Watch(), 3_400.0, noise=3)
    begin(timetable, [0])
    assert (timetable.plan.noise, timetable.plan.repeats) == (3, pytest.approx(330.0))
    short = table(Watch(), 1_200.0, noise=3)
    begin(short, [0])
    assert (short.plan.noise, short.plan.repeats) == (1, pytest.approx(110.0))


def test_people_are_shown_how_the_time_is_shared() -> None:
    timetable = table(Watch(), 1_000.0, FIVE)
    begin(timetable, range(5))
    shown = timetable.agenda()
    assert shown is not None
    assert (shown.phase, shown.members, shown.folds, shown.ending) == ("search", 1, 5, 10.0)
    # 2.5 x (2 + 1 of choosing + 1 of writing + 5 networks of 0.1 s and 50 photos of 0.1 ms)
    closing = 2.5 * (2 + 1 + 1 + 5 * 0.105)
    assert shown.closing == pytest.approx(closing)
    assert shown.search == pytest.approx(1_000.0 - 10.0 - closing - 440.0)
    assert shown.slack == pytest.approx(40.0 + 0.6 * (closing + 10.0))


def test_trials_that_are_preferred_get_their_networks_first() -> None:
    timetable = table(Watch(), 100_000.0, Export(members=2, folds=2, searched=1, photos=100))
    begin(timetable, range(4))
    assert list(planned(timetable)) == [(0, 0), (1, 0), (0, 1), (1, 1)]
    timetable.prefer((0, 3, 1))
    assert list(planned(timetable)) == [(0, 0), (3, 0), (0, 1), (3, 1)]
    timetable.drop(3)
    assert list(planned(timetable)) == [(0, 0), (1, 0), (0, 1), (1, 1)]


def planned(timetable: Timetable) -> Iterable[tuple[int, int]]:
    return timetable.next_networks(lambda number: True)


def test_networks_are_planned_to_the_epoch_that_they_will_be_trained_to() -> None:
    """20,000 photos are judged, so a hundredth lies beyond the noise, and a thousandth within."""
    for last, epochs in ((0.799, 10), (0.79, 2)):
        timetable = table(Watch(), 10_000.0, FIVE)
        scores = [0.7, 0.8, *[last] * 8]
        for epoch, score in enumerate(scores, 1):
            report = EpochReport(epoch, score, 1.0, 1.0 / epoch, 10.0)
            timetable.ranking.see(0, KEY, report)
        assert timetable.ranking[0].epoch == epochs
        assert timetable.ranking[0].score == 0.8
