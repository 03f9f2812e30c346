"""What Ray Tune is given: thin fronts of one `Bridge`."""

from __future__ import annotations

from typing import Any

from ray import tune
from ray.tune.experiment import Trial
from ray.tune.schedulers import FIFOScheduler
from ray.tune.search import Searcher

from maskopt.cluster.bridge import Bridge


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
