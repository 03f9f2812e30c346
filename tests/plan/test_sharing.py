"""What of the time the search gets, and what networks and other seeds."""

from dataclasses import replace

import pytest

from maskopt.plan.backwards import plan_backwards
from maskopt.plan.costs import Costs
from maskopt.plan.networks import Candidate, Rectangle
from maskopt.plan.situation import Export, Plan, Situation
from maskopt.plan.speeds import Key, Speeds
from maskopt.plan.timetable import Timetable
from maskopt.records import EpochReport, Owed, TrialTask
from maskopt.space import TrialConfig

from .tables import CONFIG, COSTS, FIVE, KEY, SETUP, Watch, begin, seen, table


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


def test_time_is_for_those_only_that_a_vote_may_gain_by() -> None:
    """Trials lie 0.1 apart, which is no luck, and have a loss of 1, 1.06 and 1.12."""
    for deadline, members in ((100_000.0, 1), (None, 3)):
        timetable = table(Watch(), deadline, FIVE)
        for number in range(3):
            trial = seen(0.9 - number / 10, number)
            reports = [replace(r, valid_loss=1 + 0.06 * number) for r in trial.reports]
            timetable.ended(replace(trial, reports=tuple(reports)))
        timetable.searches = False
        assert timetable.search_is_over()
        assert timetable.plan.shape == Rectangle(members, 5)


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


def test_the_best_trials_first_four_networks_may_take_three_quarters() -> None:
    """Each takes 100 s, 110 s with its margin and 102 s without, and four are its most here."""
    shapes = {}
    for trained in (590.0, 580.0, 540.0, 410.0, 400.0):
        timetable = table(Watch(), trained + 21.0, FIVE)
        begin(timetable, range(5))
        plan = timetable.plan
        shapes[trained] = (plan.shape, round(plan.networks))
    assert shapes == {
        590.0: (Rectangle(1, 5), 440),
        580.0: (Rectangle(1, 5), 408),  # with the margin it were more than 435
        540.0: (Rectangle(1, 4), 330),
        410.0: (Rectangle(1, 4), 306),
        400.0: (Rectangle(1, 3), 220),
    }
    many = Export(members=5, folds=10, searched=1, photos=100_000)
    timetable = table(Watch(), 900.0 + 21.0, many)
    begin(timetable, range(5))
    # Three quarters would do for six, but beyond the first four half is the most.
    assert (timetable.plan.shape, round(timetable.plan.networks)) == (Rectangle(1, 5), 440)


def test_what_probes_owe_is_not_taken_by_more_than_half_for_networks() -> None:
    owed: list[Owed] = []
    timetable = table(Watch(), 591.0 + 21.0, FIVE, owed=lambda: owed)
    begin(timetable, range(5))
    assert timetable.plan.shape == Rectangle(1, 5)
    owed.append(Owed(CONFIG, 16))  # 160 s of 591 leave 431, which is less than 440
    timetable.ended(seen(0.1, 9))
    assert (timetable.plan.shape, round(timetable.plan.networks)) == (Rectangle(1, 5), 408)
    owed.append(Owed(CONFIG, 8))
    timetable.ended(seen(0.1, 10))
    assert (timetable.plan.shape, round(timetable.plan.networks)) == (Rectangle(1, 4), 330)
    owed.append(Owed(CONFIG, 16))  # but half they may take, whatever is owed
    timetable.ended(seen(0.1, 11))
    assert (timetable.plan.shape, round(timetable.plan.networks)) == (Rectangle(1, 3), 220)


def test_what_a_probe_owes_shrinks_while_it_runs() -> None:
    """Of 595 s the four networks take 440 with their margin, and a probe takes 150 s yet."""
    watch, probe = Watch(), TrialTask(7, CONFIG, 0, 0, "", SETUP)
    timetable = table(watch, 595.0 + 21.0, FIVE, owed=lambda: [Owed(CONFIG, 15, 7)])
    timetable.started(probe)
    begin(timetable, range(5))
    planned = {}
    for watch.now in (0.0, 8.0, 30.0):  # by then only one epoch should have gone by
        timetable.ended(seen(0.1, 9))
        planned[watch.now] = (timetable.plan.shape, round(timetable.plan.networks))
    five = Rectangle(1, 5)
    assert planned == {0.0: (five, 440), 8.0: (five, 440), 30.0: (five, 408)}


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
    speeds = Speeds({KEY: 10.0, Key("vit", 96): 60.0})
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


def test_other_seeds_get_a_tenth_at_most_and_are_given_up_first() -> None:
    timetable = table(Watch(), 3_400.0, noise=3)
    begin(timetable, [0])
    assert (timetable.plan.noise, timetable.plan.repeats) == (3, pytest.approx(330.0))
    short = table(Watch(), 1_200.0, noise=3)
    begin(short, [0])
    assert (short.plan.noise, short.plan.repeats) == (1, pytest.approx(110.0))


def after_a_search(seconds: float, done: set[tuple[int, int]]) -> Plan:
    """Return a plan of two trials: a network of the better one takes 100 s, of the other 40."""
    better, faster = Candidate(0, seconds=100.0, look=5.0), Candidate(1, seconds=40.0, look=5.0)
    at = Situation(
        now=0.0,
        first=-1_000.0,
        last=seconds + 21.0,
        slots=1,
        margin=1.0,
        candidates=[better, faster],
        done=done,
        searches=False,
    )
    return plan_backwards(at, Costs(COSTS), FIVE)


@pytest.mark.parametrize(
    ("begun", "seconds", "first", "shape"),
    [
        (1, 350.0, 0, Rectangle(1, 4)),
        (3, 350.0, 0, Rectangle(2, 4)),
        (4, 150.0, 1, Rectangle(1, 5)),
    ],
    ids=["it alone", "both", "not any more"],
)
def test_a_better_trial_takes_the_place_of_one_with_networks_if_it_can_catch_up(
    begun: int, seconds: float, first: int, shape: Rectangle
) -> None:
    planned = after_a_search(seconds, {(1, fold) for fold in range(begun)})
    assert (planned.candidates[0].number, planned.shape) == (first, shape)


def test_networks_of_a_trial_that_failed_since_keep_no_place() -> None:
    planned = after_a_search(350.0, {(1, 0), *((7, fold) for fold in range(5))})
    assert (planned.candidates[0].number, planned.shape) == (0, Rectangle(1, 4))
