import sys
from pathlib import Path
from random import Random
from statistics import fmean

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))
from virtual.sweeps import Ended, simulate
from virtual.worlds import draw_world


@pytest.fixture(scope="module")
def ended() -> list[Ended]:
    """Sweeps of few slots, which cost little; `benchmarks/deadline.py` has all sizes."""
    return [simulate(seed, draw_world(Random(seed), most_slots=4)) for seed in range(120)]


def test_no_sweep_is_late_whatever_its_machine_does(ended: list[Ended]) -> None:
    assert [each.seed for each in ended if each.late > 0] == []


def test_nine_tenths_of_the_usable_time_are_used(ended: list[Ended]) -> None:
    timed = [each.used for each in ended if each.by_time]
    assert len(timed) > 80
    assert fmean(timed) > 0.9


def test_who_has_a_trial_has_a_bundle_and_nearly_all_of_them_a_vote(ended: list[Ended]) -> None:
    exported = [each for each in ended if each.exports]
    assert all(each.has_bundle for each in exported)
    assert sum(each.members == 0 for each in exported) < 0.1 * len(exported)
    assert sum(each.folds > 1 for each in exported) > 0.8 * len(exported)
