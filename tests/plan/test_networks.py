from maskopt.plan.networks import Candidate, Rectangle, makespan, shapes, whole_part, work

CANDIDATES = [Candidate(number, 100.0, 5.0) for number in (7, 3, 5)]


def test_networks_come_fold_by_fold_with_the_best_trial_first() -> None:
    left = work(CANDIDATES, Rectangle(2, 3), 1, {(3, 1)})
    assert left == [
        ((7, 0), 5.0),
        ((3, 0), 5.0),
        ((7, 1), 100.0),
        ((7, 2), 100.0),
        ((3, 2), 100.0),
    ]


def test_one_fold_more_than_chose_the_trials_goes_before_any_number_of_members() -> None:
    order = shapes(5, 5, 1)
    assert order[0] == Rectangle(5, 5)
    assert order.index(Rectangle(1, 2)) < order.index(Rectangle(5, 1))
    # A further member is a quarter of a fold: 3 against 2 x 1.25, and 4 x 1.25 against 5.
    assert order.index(Rectangle(1, 3)) < order.index(Rectangle(2, 2))
    assert order.index(Rectangle(1, 5)) < order.index(Rectangle(2, 4))  # more photos judged
    assert order.index(Rectangle(2, 5)) < order.index(Rectangle(3, 4))


def test_slots_take_the_next_as_soon_as_they_are_free() -> None:
    assert makespan([3, 2, 2, 1], slots=1) == 8.0
    assert makespan([2, 2], slots=2, busy=[5, 1]) == 5.0  # 1 + 2 + 2 on the one that is free soon
    assert makespan([], slots=4) == 0.0


def test_a_fold_that_failed_leaves_the_others_whole() -> None:
    done = {7: {0, 2, 3}, 3: {0, 2, 3}, 5: {0, 1, 2, 3}}
    assert whole_part([7, 3, 5], done, 1, 5) == ((7, 3, 5), (0, 2, 3))
    assert whole_part([7, 3, 5], done, 1, 2) == ((7, 3), (0, 2, 3))
    assert whole_part([], {}, 1, 5) == ((), ())
