"""What Ray Tune is told by a Conductor, and what it tells one.

Tune asks a `Searcher` for trials, shows reports to a scheduler, and asks a stopper after each
event; what they raise it logs or drops. So all of them are thin fronts of one `Bridge`, which
calls the conductor, keeps what a call raised, and ends each trial's run exactly once.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import ray
from ray import tune
from ray.exceptions import OutOfMemoryError
from ray.tune.experiment import Trial
from ray.tune.schedulers import FIFOScheduler, TrialScheduler
from ray.tune.search import Searcher

from maskopt.cluster.trainable import REPORT, WORK, TrialError, Work
from maskopt.records import Ending, Verdict
from maskopt.roles import Conductor

Answer = TypeVar("Answer")


class Interrupted(BaseException):
    """Leaves Tune at once: it lets everything but an Exception pass, and cleans nothing up."""


class Bridge:
    """The state between a conductor and Tune.

    Attributes:
        halted: Whether everything is to end now.
        failure: What a call of the conductor raised first, if anything.
        interrupted: Set by a signal: the next step raises Interrupted.
    """

    def __init__(self, conductor: Conductor, function: str, trials_at_once: int) -> None:
        self._conductor, self._function = conductor, function
        self._trials_at_once = trials_at_once
        self._numbers: dict[str, int] = {}
        self._trials: dict[str, Trial] = {}
        self._stopped: set[str] = set()
        self.halted = False
        self.interrupted = False
        self.failure: Exception | None = None

    def __reduce__(self) -> tuple[type[None], tuple[()]]:
        """Pickle as none: Tune writes down all that it is given, and nobody ever reads it."""
        return type(None), ()

    def suggest(self, trial_id: str) -> dict[str, Any] | str | None:
        """Return the next trial's config, or what Tune takes for `none now` or `never again`."""
        if self.halted or self._call(self._conductor.finished, True):
            return Searcher.FINISHED
        if len(self._numbers) >= self._trials_at_once:
            return None
        task = self._call(self._conductor.ask, None)
        if task is None:
            # With nothing running Tune would sleep until there is something, deaf to signals.
            return None if self._numbers else Searcher.FINISHED
        self._numbers[trial_id] = task.number
        return {WORK: Work(self._function, task)}

    def added(self, trial: Trial) -> None:
        """Note the trial that Tune made of a suggestion."""
        self._trials[trial.trial_id] = trial

    def reported(self, trial_id: str, result: dict[str, Any]) -> str:
        """Pass a report on and return Tune's word for the answer."""
        number = self._numbers.get(trial_id)
        if number is None:
            return TrialScheduler.STOP
        report = result[REPORT]
        verdict = self._call(lambda: self._conductor.report(number, report), Verdict.CONTINUE)
        if verdict is Verdict.CONTINUE:
            return TrialScheduler.CONTINUE
        self._stopped.add(trial_id)
        return TrialScheduler.STOP

    def ended(self, trial_id: str, failed: bool) -> None:
        """Close a run that Tune says has ended, unless it is closed already."""
        if trial_id not in self._trials:
            return
        if failed:
            self._close(trial_id, *_read_error(self._trials[trial_id]))
        elif trial_id in self._stopped:
            self._close(trial_id, Ending.STOPPED)
        else:
            self._close(trial_id, Ending.ENDED)

    def stepped(self) -> None:
        """Close what Tune ended without a word, and see whether everything should go on."""
        for trial_id in list(self._numbers):
            trial = self._trials.get(trial_id)
            if trial is not None and trial.status in (Trial.TERMINATED, Trial.ERROR):
                self._close(trial_id, *_read_error(trial))
        if self.interrupted:
            self.close_all()
            raise Interrupted
        goes_on = self._call(self._conductor.tick, False)
        if not self.halted and (not goes_on or self.failure is not None):
            self.halt()

    def halt(self) -> None:
        """End all runs at once; their trials can go on later."""
        # Asked to stop, an actor would first finish its epoch.
        actors = [trial.temporary_state.ray_actor for trial in self._trials.values()]
        self.close_all()
        for actor in filter(None, actors):
            ray.kill(actor)

    def close_all(self) -> None:
        """Close all runs as lost, and give no more."""
        self.halted = True
        for trial_id in list(self._numbers):
            self._close(trial_id, Ending.LOST)

    def _close(self, trial_id: str, ending: Ending, error: str | None = None) -> None:
        number = self._numbers.pop(trial_id, None)
        self._trials.pop(trial_id, None)
        self._stopped.discard(trial_id)
        if number is not None:
            self._call(lambda: self._conductor.close(number, ending, error), None)

    def _call(self, function: Callable[[], Answer], otherwise: Answer) -> Answer:
        try:
            return function()
        except Exception as error:
            self.failure = self.failure or error
            return otherwise


def _read_error(trial: Trial) -> tuple[Ending, str]:
    if trial.pickled_error_file is None:
        return Ending.LOST, "the worker could not be used again"
    error = pickle.loads(Path(trial.pickled_error_file).read_bytes())
    cause = getattr(error, "cause", None)
    if isinstance(cause, TrialError):
        return Ending.FAILED, str(cause)
    full = isinstance(error, OutOfMemoryError)
    how = "the machine ran out of memory" if full else "killed, or crashed"
    return Ending.LOST, f"the worker died ({how})\n\n{error}"


class BridgeSearcher(Searcher):
    """What Tune asks for trials."""

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self._bridge = bridge

    def set_max_concurrency(self, max_concurrent: int) -> bool:
        """Have Tune's own limiter step aside."""
        return True

    def suggest(self, trial_id: str) -> Any:
        """Return the next trial's config."""
        return self._bridge.suggest(trial_id)

    def on_trial_complete(
        self, trial_id: str, result: dict[str, Any] | None = None, error: bool = False
    ) -> None:
        """Note that a run has ended."""
        self._bridge.ended(trial_id, error)

    def save(self, checkpoint_path: str) -> None:
        """Write nothing: the study alone is the truth."""

    def restore(self, checkpoint_path: str) -> None:
        """Read nothing."""


class BridgeScheduler(FIFOScheduler):
    """What Tune shows every report: on a stop it never shows the searcher the last one."""

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._bridge = bridge

    def on_trial_add(self, tune_controller: Any, trial: Trial) -> None:
        """Note a trial."""
        self._bridge.added(trial)

    def on_trial_result(self, tune_controller: Any, trial: Trial, result: dict[str, Any]) -> str:
        """Return whether a trial goes on."""
        return self._bridge.reported(trial.trial_id, result)


class BridgeStopper(tune.Stopper):
    """What Tune asks ten times a second at least whether everything should end.

    A callback would hear as much, but with any callback Ray imports wandb, to count users.
    """

    def __init__(self, bridge: Bridge) -> None:
        self._bridge = bridge

    def __call__(self, trial_id: str, result: dict[str, Any]) -> bool:
        """Stop no trial for its results."""
        return False

    def stop_all(self) -> bool:
        """Return whether everything is to end now."""
        self._bridge.stepped()
        return self._bridge.halted
