"""What a run does when Ray is ended from outside, with a Tune that only ends."""

from contextlib import nullcontext
from types import SimpleNamespace

import pytest

from maskopt.errors import StudyError

pytestmark = pytest.mark.ray


class Tune:
    """Steps once with devices that are gone as often as the test says, then is done."""

    def __init__(self, gone: int) -> None:
        self.gone, self.begun, self.told = gone, 0, []

    def build(self, bridge, plan, folder):
        return SimpleNamespace(fit=lambda: self.fit(bridge))

    def fit(self, bridge) -> None:
        self.told.append(bridge)
        self.begun += 1
        if self.begun <= self.gone:
            bridge.stepped()


@pytest.fixture
def run(monkeypatch, script):
    from maskopt.cluster import bridge, running

    def run(gone: int):
        tune, starts, ready = Tune(gone), [], []
        monkeypatch.setattr(bridge, "ALIVE_SECONDS", 0.0)
        monkeypatch.setattr(running, "_build_tuner", tune.build)
        monkeypatch.setattr(running, "is_alive", lambda: False)
        monkeypatch.setattr(running, "shutdown", lambda: None)
        monkeypatch.setattr(running, "scratch_folder", nullcontext)
        monkeypatch.setattr(running, "start_again", lambda: starts.append("again"))
        plan = SimpleNamespace(trials_at_once=2)
        try:
            running.run_trials(script([{}]), "no:function", plan, lambda: ready.append("ready"))
        finally:
            run.starts = len(starts)
        for each in tune.told:
            each._ready()
        return len(ready)

    return run


def test_ray_is_started_again_and_who_waited_for_it_is_told_once(run) -> None:
    assert (run(gone=2), run.starts) == (1, 2)


def test_a_ray_that_is_there_is_not_started_again(run) -> None:
    assert (run(gone=0), run.starts) == (1, 0)


def test_what_is_ended_too_often_is_told_with_what_to_do(run) -> None:
    with pytest.raises(StudyError) as caught:
        run(gone=3)
    assert str(caught.value) == (
        "Ray was ended from outside 3 times, by a person or for want of memory; what is trained "
        "stays trained: type the same command to go on"
    )
    assert run.starts == 2
