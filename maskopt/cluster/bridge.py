"""What Ray Tune is told by a Conductor, and what it tells one.

Tune asks a `Searcher` for trials, shows reports to a scheduler, and asks a stopper after each
event; what they raise it logs or drops. So all of them are thin `fronts` of one `Bridge`, which
calls the conductor, keeps what a call raised, and ends each trial's run exactly once.

The first things that Tune is given have no task: their workers make themselves ready, and say so
until they have one. So nobody decides what to train while there is nothing to train it on.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import Any, TypeVar

import ray
from ray.exceptions import OutOfMemoryError
from ray.tune.experiment import Trial
from ray.tune.schedulers import TrialScheduler
from ray.tune.search import Searcher

from maskopt.cluster.trainable import REPORT, WORK, TrialError, Work
from maskopt.cluster.warming import Warming
from maskopt.records import Ending, Verdict
from maskopt.roles import Conductor

Answer = TypeVar("Answer")

ALIVE_SECONDS = 5.0
"""Between two looks at whether the devices are there still."""


class Interrupted(BaseException):
    """Leaves Tune at once: it lets everything but an Exception pass, and cleans nothing up."""


class Bridge:
    """The state between a conductor and Tune.

    Args:
        conductor: Asked and told.
        function: What runs a trial.
        trials_at_once: Trials side by side.
        ready: Called once, before the first trial is asked.
        alive: Tells whether there are devices still; asked every few seconds.

    Attributes:
        halted: Whether everything is to end now.
        failure: What a call of the conductor raised first, if anything.
        interrupted: Set by a signal: the next step raises Interrupted.
        bereft: Whether the devices are gone: then a step raised Interrupted too.
    """

    def __init__(
        self,
        conductor: Conductor,
        function: str,
        trials_at_once: int,
        ready: Callable[[], None] = lambda: None,
        alive: Callable[[], bool] = lambda: True,
    ) -> None:
        self._alive, self._asked_at = alive, monotonic()
        self._conductor, self._function = conductor, function
        self._trials_at_once, self._ready = trials_at_once, ready
        self._warming, self._asks = Warming(trials_at_once), False
        self._numbers: dict[str, int] = {}
        self._trials: dict[str, Trial] = {}
        self._stopped: set[str] = set()
        self.halted = False
        self.interrupted = False
        self.bereft = False
        self.failure: Exception | None = None

    def __reduce__(self) -> tuple[type[None], tuple[()]]:
        """Pickle as none: Tune writes down all that it is given, and nobody ever reads it."""
        return type(None), ()

    def suggest(self, trial_id: str) -> dict[str, Any] | str | None:
        """Return the next trial's config, or what Tune takes for `none now` or `never again`."""
        if self.halted or self._call(self._conductor.finished, True):
            return Searcher.FINISHED
        if len(self._numbers) + len(self._warming) >= self._trials_at_once:
            return None
        if not self._asks:
            return None if self._warming.is_begun else self._begin(trial_id)
        task = self._call(self._conductor.ask, None)
        if task is None:
            if self._numbers:
                return None
            # With nothing running Tune would sleep until there is something, deaf to signals.
            self._halt_idle()
            return Searcher.FINISHED
        self._numbers[trial_id] = task.number
        return {WORK: Work(self._function, task)}

    def _begin(self, trial_id: str) -> dict[str, Any]:
        self._warming.begin(trial_id)
        return {WORK: Work(self._function)}

    def added(self, trial: Trial) -> None:
        """Note the trial that Tune made of a suggestion."""
        self._trials[trial.trial_id] = trial

    def reported(self, trial_id: str, result: dict[str, Any]) -> str:
        """Pass a report on and return Tune's word for the answer."""
        if trial_id in self._warming:
            return self._warmed(trial_id)
        number = self._numbers.get(trial_id)
        if number is None:
            return TrialScheduler.STOP
        report = result[REPORT]
        verdict = self._call(lambda: self._conductor.report(number, report), Verdict.CONTINUE)
        if verdict is Verdict.CONTINUE:
            return TrialScheduler.CONTINUE
        self._stopped.add(trial_id)
        return TrialScheduler.STOP

    def _warmed(self, trial_id: str) -> str:
        """Give a worker that is ready its first task; have it ask again until it may have one."""
        self._warming.warmed(trial_id)
        if not self._asks:
            return TrialScheduler.CONTINUE
        self._warming.left(trial_id)
        over = self.halted or self._call(self._conductor.finished, True)
        task = None if over else self._call(self._conductor.ask, None)
        if task is None:
            return TrialScheduler.STOP
        self._numbers[trial_id] = task.number
        # Before the step that Tune asks for next: a worker does one after the other.
        worker: Any = self._trials[trial_id].temporary_state.ray_actor
        worker.take.remote(Work(self._function, task))
        return TrialScheduler.CONTINUE

    def ended(self, trial_id: str, failed: bool) -> None:
        """Close a run that Tune says has ended, unless it is closed already."""
        if trial_id not in self._trials:
            return
        if trial_id in self._warming:  # what failed in it will fail its trials, and is told then
            self._forget(trial_id)
        elif failed:
            self._close(trial_id, *_read_error(self._trials[trial_id]))
        elif trial_id in self._stopped:
            self._close(trial_id, Ending.STOPPED)
        else:
            self._close(trial_id, Ending.ENDED)

    def stepped(self) -> None:
        """Close what Tune ended without a word, and see whether everything should go on."""
        for trial_id, trial in list(self._trials.items()):
            if trial.status not in (Trial.TERMINATED, Trial.ERROR):
                continue
            if trial_id in self._numbers:
                self._close(trial_id, *_read_error(trial))
            else:
                self._forget(trial_id)
        self.bereft = self.bereft or self._are_devices_gone()
        if self.interrupted or self.bereft:
            self.close_all()
            raise Interrupted
        self._see_whether_warm()
        goes_on = self._call(self._conductor.tick, False)
        if not self.halted and (not goes_on or self.failure is not None):
            self.halt()

    def _are_devices_gone(self) -> bool:
        if monotonic() - self._asked_at < ALIVE_SECONDS:
            return False
        self._asked_at = monotonic()
        return not self._alive()

    def _see_whether_warm(self) -> None:
        if not self._asks and self._warming.is_over:
            self._asks = True
            self._call(self._ready, None)
        if self._asks and not self._numbers and self._call(self._conductor.finished, True):
            self._halt_idle()

    def _halt_idle(self) -> None:
        """End workers that have no task where there is none: they may never have started."""
        if len(self._warming):
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

    def _forget(self, trial_id: str) -> None:
        self._trials.pop(trial_id, None)
        self._stopped.discard(trial_id)
        self._warming.left(trial_id)

    def _close(self, trial_id: str, ending: Ending, error: str | None = None) -> None:
        number = self._numbers.pop(trial_id, None)
        self._forget(trial_id)
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
