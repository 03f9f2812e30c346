"""The two roles that a sweep joins: who decides about trials, and who watches them.

Devices (`cluster`) talk to a `Conductor` and know nothing of studies. Displays and trackers are
`Watcher`s and know nothing of devices. Both see plain records only.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from maskopt.records import Ending, EpochReport, StudyRecord, TrialRecord, TrialTask, Verdict


class Conductor(Protocol):
    """What runs trials talks to: it decides and remembers, and knows nothing of devices."""

    def ask(self) -> TrialTask | None:
        """Return the next trial to run, or none while there is nothing to give."""

    def finished(self) -> bool:
        """Tell whether `ask` will never give another trial, whatever running ones do."""

    def report(self, number: int, report: EpochReport) -> Verdict:
        """Note an epoch and answer whether the trial goes on."""

    def close(self, number: int, ending: Ending, error: str | None = None) -> None:
        """End a trial's run; called exactly once for each task that `ask` gave."""

    def tick(self) -> bool:
        """Answer, ten times a second or so, whether everything should go on; False stops it."""


@dataclass(frozen=True)
class Agenda:
    """How the time until a deadline is shared; all in seconds.

    Attributes:
        phase: What goes on: `search`, `noise` or `out of fold`.
        search: From now until the search stops.
        noise: Reserved for the best configuration's other seeds.
        out_of_fold: Reserved for networks out of fold.
        closing: Reserved for choosing who votes and writing the bundle.
        ending: Reserved for ending Ray and the process.
        slack: What would be left over if everything took what is expected.
        members: Members that are planned; 0 exports the best trial alone, or nothing.
        folds: Folds of each member.
        networks: Networks out of fold that are done.
    """

    phase: str
    search: float
    noise: float
    out_of_fold: float
    closing: float
    ending: float
    slack: float
    members: int = 0
    folds: int = 0
    networks: int = 0


@dataclass(frozen=True)
class SweepPlan:
    """What a watcher is told before the first trial.

    Attributes:
        trials: Complete and pruned trials wanted of the whole study; none where time ends it.
        epochs: Epochs of a full trial.
        trials_at_once: Trials that run side by side.
        devices: The devices in words: `2 CPU cores`, `4 x NVIDIA A100`.
        seconds: Wall time that the sweep may take from now; none is no limit.
        varying: Dotted paths that vary, in the order of the file; where they are left out,
            displays show those that were seen to differ.
        agenda: Tells how the time that is left is shared now; it gives none without a deadline.
    """

    study: str
    objective: str
    trials: int | None
    epochs: int
    trials_at_once: int
    devices: str
    seconds: float | None = None
    varying: tuple[str, ...] = ()
    agenda: Callable[[], Agenda | None] = lambda: None


class Watcher(Protocol):
    """What shows or forwards a sweep's events; all are called from the driver's one thread."""

    def opened(self, plan: SweepPlan, record: StudyRecord) -> None:
        """A sweep begins; the record holds what earlier sweeps left."""

    def started(self, task: TrialTask) -> None:
        """A trial starts, or goes on after `task.known_epochs` epochs."""

    def reported(self, number: int, report: EpochReport, verdict: Verdict) -> None:
        """A trial reported an epoch, and was answered."""

    def ended(self, trial: TrialRecord) -> None:
        """A trial's run ended; the record holds the state that the study was told."""

    def tick(self) -> None:
        """Some time has passed, a tenth of a second or so."""

    def closed(self, record: StudyRecord, reason: str) -> None:
        """The sweep ended; the reason is a short phrase: `all 12 trials done`."""
