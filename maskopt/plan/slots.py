"""What runs on the slots of a sweep, and how long it will yet take."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from maskopt.plan.costs import Costs
from maskopt.plan.networks import Network
from maskopt.plan.speeds import Key, Speeds
from maskopt.records import EpochReport


@dataclass
class Run:
    """What runs on a slot: a trial or a network."""

    key: Key
    since: float
    epoch: int
    last: int
    is_new: bool = True


class Slots:
    """Trials and networks that run, and networks that are done.

    Args:
        clock: Gives seconds that never go back.
        speeds: Learns from every report.
        costs: Learns what the start of a worker takes.
    """

    def __init__(self, clock: Callable[[], float], speeds: Speeds, costs: Costs) -> None:
        self._clock, self._speeds, self._costs = clock, speeds, costs
        self.trials: dict[int, Run] = {}
        self.networks: dict[Network, Run] = {}
        self.done: set[Network] = set()

    def run(self, key: Key, epoch: int, last: int) -> Run:
        """Return a run that begins now."""
        return Run(key, self._clock(), epoch, last)

    def note(self, run: Run, report: EpochReport) -> None:
        """Learn from an epoch; the first one of a run waits for its worker."""
        now = self._clock()
        if run.is_new:
            self._costs.note("setup", max(0.0, now - run.since - report.seconds))
            self._speeds.learn(run.key, report.seconds)
        else:
            self._speeds.learn(run.key, max(report.seconds, now - run.since))
        run.since, run.epoch, run.is_new = now, report.epoch, False

    @property
    def phase(self) -> str:
        """What goes on after the search: `noise` while seeds run, whose trials are negative."""
        return "noise" if any(trial < 0 for trial, _ in self.networks) else "out of fold"

    def epoch(self) -> float:
        """Return the longest that an epoch of a trial which runs takes; 0 where none runs."""
        keys = {run.key for run in self.trials.values()}
        return max((self._speeds.seconds(key) or 0.0 for key in keys), default=0.0)

    def spent(self, run: Run) -> float:
        """Return the seconds since a run began, or since its last report."""
        return self._clock() - run.since

    def left(self) -> dict[Network, float]:
        """Return the seconds that each network will take yet."""
        return {network: self._left(run) for network, run in self.networks.items()}

    def _left(self, run: Run) -> float:
        epoch = self._speeds.seconds(run.key) or 0.0
        left = (run.last - run.epoch + self._costs.expected("look")) * epoch
        left += self._costs.expected("setup") * run.is_new
        return max(0.0, left - self.spent(run))
