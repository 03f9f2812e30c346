from collections.abc import Iterable

import pytest

from maskopt.plan.networks import Rectangle
from maskopt.plan.situation import Export
from maskopt.plan.timetable import Timetable
from maskopt.records import EpochReport, TrialTask

from .tables import CONFIG, FIVE, KEY, SETUP, Watch, begin, seen, table


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


def test_networks_of_a_trial_that_runs_are_not_passed_over_for_a_worse_ones() -> None:
    watch = Watch()
    timetable = table(watch, 1_000.0, FIVE)
    begin(timetable, [1])
    timetable.started(TrialTask(0, CONFIG, 0, 0, "", SETUP))
    timetable.reported(0, EpochReport(1, 0.95, 1, 1, 10.0))
    assert (timetable.plan.shape, timetable.plan.candidates[0].number) == (Rectangle(1, 5), 0)
    assert list(timetable.next_networks(lambda number: number == 1)) == []
    assert timetable.awaits()
    timetable.ended(seen(0.95, 0))
    assert not timetable.awaits()
    watch.now = timetable.plan.search_end
    assert next(timetable.next_networks(lambda number: True)) == (0, 0)


def test_the_best_trial_alone_takes_its_last_epoch_after_the_search() -> None:
    timetable = table(Watch(), 1_000.0, FIVE)
    begin(timetable, [1])
    for number in (0, 2):
        timetable.started(TrialTask(number, CONFIG, 0, 0, "", SETUP))
    for epoch in range(1, 10):
        assert not timetable.finishes(0)
        timetable.reported(0, EpochReport(epoch, 0.95, 1, 1, 10.0))
        timetable.reported(2, EpochReport(epoch, 0.2, 1, 1, 10.0))
    assert [timetable.finishes(number) for number in (0, 1, 2)] == [True, False, False]


def test_what_fills_a_slot_gives_it_back_when_the_search_ends() -> None:
    watch = Watch()
    timetable = table(watch, 1_000.0, FIVE)
    begin(timetable, range(5))
    watch.now = timetable.plan.search_end - 12.0
    assert not timetable.fits(CONFIG, 0, 2)
    timetable.fills = True
    assert timetable.fits(CONFIG, 0, 2)
    watch.now += 2.0
    assert not timetable.fits(CONFIG, 0, 2)  # an epoch of 10 s takes 11 with its margin
    watch.now += 10.0
    assert timetable.fits(CONFIG, 0, 2)  # nobody waits for it: it ends before the training does


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


def test_where_the_networks_of_all_trials_failed_none_is_wanted() -> None:
    watch = Watch()
    timetable = table(watch, 1_000.0, FIVE)
    begin(timetable, range(2))
    watch.now = timetable.plan.search_end
    assert timetable.search_is_over()
    for number in range(2):
        timetable.network_started((number, 0), 0)
        timetable.network_ended((number, 0), is_done=False)
        timetable.drop(number)
    assert list(timetable.next_networks(lambda number: True)) == []


def test_other_seeds_may_begin_of_a_trial_whose_network_failed() -> None:
    timetable = table(Watch(), 3_000.0, FIVE, noise=2)
    begin(timetable, range(2))
    timetable.drop(0)
    timetable.repeats_begin(0, 2)
    assert timetable.plan.noise == 0


def test_a_search_ends_where_nothing_runs_and_what_comes_after_may_begin() -> None:
    timetable = table(Watch(), 1_000.0, FIVE)
    begin(timetable, range(2))
    later = timetable.plan.search_end
    timetable.started(TrialTask(7, CONFIG, 0, 0, "", SETUP))
    assert not timetable.ends_idle()
    assert not timetable.search_is_over()
    timetable.ended(seen(0.5, 7))
    assert timetable.ends_idle()
    assert later > 500.0
    assert timetable.search_is_over()
    assert next(timetable.next_networks(lambda number: True)) == (0, 0)
    assert not timetable.ends_idle()


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
