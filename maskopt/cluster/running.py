"""Runs trials on the devices until their conductor has no more."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from ray import tune

from maskopt.cluster.bridge import Bridge, Interrupted
from maskopt.cluster.devices import DevicePlan
from maskopt.cluster.fronts import BridgeScheduler, BridgeSearcher, BridgeStopper
from maskopt.cluster.scratch import scratch_folder
from maskopt.cluster.session import is_alive, shutdown, start_again
from maskopt.cluster.trainable import TrialWorker
from maskopt.errors import StudyError
from maskopt.roles import Conductor

MOST_ENDINGS = 3
"""Times that Ray may be ended from outside while trials run before that is an error."""


def run_trials(
    conductor: Conductor,
    function: str,
    plan: DevicePlan,
    ready: Callable[[], None] = lambda: None,
) -> None:
    """Run a conductor's trials on the devices; Ray must have been started.

    As many workers as run side by side load the function first, with all that its module imports:
    the first trial is asked when there is something to run it on. Where they cannot, it is asked
    all the same, and fails of that.

    Returns when the conductor has finished, or when its `tick` said so. Every task that it gave
    has then been closed exactly once. Where Ray is ended from outside, what ran is closed as lost,
    and this machine's Ray is started again, a few times.

    Args:
        conductor: Gives trials, hears reports and endings; all from this thread.
        function: What runs a trial, as `module:function` or `file.py:function`: it takes a
            TrialTask and yields EpochReports.
        plan: How trials share the devices.
        ready: Called once, right before the first trial is asked.

    Raises:
        KeyboardInterrupt: SIGINT or SIGTERM arrived: running trials were closed as lost, and Ray
            was shut down.
        StudyError: Ray was ended from outside too often, or is a cluster that is gone.
        Exception: Whatever a method of the conductor raised.
    """
    for again in range(MOST_ENDINGS):
        if again:
            start_again()
        bridge = Bridge(
            conductor, function, plan.trials_at_once, _nothing if again else ready, is_alive
        )
        with _signals(bridge), scratch_folder() as folder:
            try:
                _build_tuner(bridge, plan, folder).fit()
            except Interrupted:
                shutdown()
            finally:
                bridge.close_all()
        if bridge.failure is not None:
            raise bridge.failure
        if bridge.interrupted:
            raise KeyboardInterrupt
        if not bridge.bereft:
            return
    raise StudyError(
        f"Ray was ended from outside {MOST_ENDINGS} times, by a person or for want of memory; "
        "what is trained stays trained: type the same command to go on"
    )


def _nothing() -> None:
    """Be ready for the second time: it was told."""


def _build_tuner(bridge: Bridge, plan: DevicePlan, folder: Path) -> tune.Tuner:
    logging.getLogger("ray.tune").setLevel(logging.CRITICAL)
    bundle = {"CPU": plan.cores_per_trial, "GPU": plan.gpus_per_trial}
    resources = tune.PlacementGroupFactory([bundle])
    return tune.Tuner(
        tune.with_resources(TrialWorker, resources),
        tune_config=tune.TuneConfig(
            search_alg=BridgeSearcher(bridge),
            scheduler=BridgeScheduler(bridge),
            num_samples=-1,
            max_concurrent_trials=plan.trials_at_once,
            reuse_actors=True,
            trial_dirname_creator=lambda trial: trial.trial_id,
        ),
        run_config=tune.RunConfig(
            name="trials",
            storage_path=str(folder),
            stop=BridgeStopper(bridge),
            checkpoint_config=tune.CheckpointConfig(checkpoint_at_end=False),
            verbose=0,
        ),
    )


@contextmanager
def _signals(bridge: Bridge) -> Iterator[None]:
    """Have the first signal end the run between two events; a second one does as ever."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    watched = (signal.SIGINT, signal.SIGTERM)
    former = {number: signal.getsignal(number) for number in (*watched, signal.SIGUSR1)}

    def note(number: int, frame: FrameType | None) -> None:
        bridge.interrupted = True
        signal.signal(number, former[signal.Signals(number)])

    for number in watched:
        signal.signal(number, note)
    try:
        yield
    finally:
        for kept, handler in former.items():
            signal.signal(kept, handler)
