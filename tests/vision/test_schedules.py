from functools import partial

import pytest

from maskopt.vision.schedules import constant, cosine, step, warmed_up


def test_constant_stays() -> None:
    assert [constant(4)(done) for done in (0.0, 3.9)] == [1.0, 1.0]


def test_cosine_falls_from_one_to_its_floor() -> None:
    schedule = cosine(8, floor=0.1)
    assert [schedule(done) for done in (0, 4, 8)] == pytest.approx([1.0, 0.55, 0.1])


def test_cosine_stays_at_its_floor_afterwards() -> None:
    assert cosine(8, floor=0.1)(9) == pytest.approx(0.1)


def test_step_multiplies_every_few_epochs() -> None:
    schedule = step(9, epochs=2, factor=0.5)
    assert [schedule(done) for done in (0, 1.99, 2, 4.5)] == pytest.approx([1, 1, 0.5, 0.25])


def test_warm_up_rises_evenly_and_the_schedule_fills_what_remains() -> None:
    schedule = warmed_up(partial(cosine, floor=0.0), epochs=5, warmup_epochs=1.0)
    assert [schedule(done) for done in (0.25, 0.5, 1, 3, 5)] == pytest.approx(
        [0.25, 0.5, 1, 0.5, 0], abs=1e-9
    )


def test_without_warm_up_the_schedule_is_left_as_it_is() -> None:
    schedule, bare = warmed_up(partial(cosine, floor=0.0), 4, 0.0), cosine(4, floor=0.0)
    assert [schedule(done) for done in (0, 1.3)] == [bare(done) for done in (0, 1.3)]


def test_a_warm_up_longer_than_the_trial_only_rises() -> None:
    schedule = warmed_up(partial(cosine, floor=0.0), epochs=2, warmup_epochs=4.0)
    assert [schedule(done) for done in (0.5, 1.99)] == pytest.approx([0.125, 0.4975])
