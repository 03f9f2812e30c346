"""The joint between a study and the devices: it decides with one, and tells the watchers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from maskopt.records import (
    CHECKPOINT,
    Ending,
    EpochReport,
    TrialSetup,
    TrialState,
    TrialTask,
    Verdict,
    derive_seed,
)
from maskopt.roles import Watcher
from maskopt.study.study import Study

_OVER = (TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAILED)


class SweepConductor:
    """Gives trials of a study until its target or the clock ends the sweep.

    Args:
        study: Asked, reported to and told.
        setup: What all trials share.
        folder: Where each trial's own folder lies.
        watcher: Hears of everything.
        deadline: Time of `clock` at which the sweep ends; none is no limit.
        clock: Monotonic seconds.
    """

    def __init__(
        self,
        study: Study,
        setup: TrialSetup,
        folder: Path,
        watcher: Watcher,
        *,
        deadline: float | None,
        clock: Callable[[], float],
    ) -> None:
        self._study = study
        self._setup = setup
        self._folder = folder
        self._watcher = watcher
        self._deadline = deadline
        self._clock = clock

    @property
    def out_of_time(self) -> bool:
        """Whether the clock has ended the sweep."""
        return self._deadline is not None and self._clock() >= self._deadline

    def ask(self) -> TrialTask | None:
        """Return the next trial to run, or none while there is nothing to give."""
        if self.out_of_time:
            return None
        asked = self._study.ask()
        if asked is None:
            return None
        task = TrialTask(
            number=asked.number,
            config=asked.config,
            seed=derive_seed(self._setup.study, asked.number),
            known_epochs=asked.known_epochs,
            folder=str(self._folder_of(asked.number)),
            setup=self._setup,
        )
        self._watcher.started(task)
        return task

    def finished(self) -> bool:
        """Tell whether `ask` will never give another trial."""
        return self.out_of_time or self._study.finished()

    def report(self, number: int, report: EpochReport) -> Verdict:
        """Note an epoch, show it, and answer whether the trial goes on."""
        verdict = self._study.report(number, report)
        self._watcher.reported(number, report, verdict)
        return verdict

    def close(self, number: int, ending: Ending, error: str | None = None) -> None:
        """End a trial's run.

        What the clock cuts off is told pruned with the epochs it has: the study is then finished
        and says so. Without one report there is nothing to tell, and the trial waits.
        """
        cut_off = ending is Ending.LOST and error is None and self.out_of_time
        if cut_off and self._study.trial_record(number).reports:
            ending = Ending.STOPPED
        self._study.close(number, ending, error)
        trial = self._study.trial_record(number)
        if trial.state in _OVER:
            # Three times the model's size a trial; the best weights stay.
            (self._folder_of(number) / CHECKPOINT).unlink(missing_ok=True)
        self._watcher.ended(trial)

    def tick(self) -> bool:
        """Let displays and the study's lock live, and answer whether the sweep goes on."""
        self._watcher.tick()
        self._study.tick()
        return not self.out_of_time and self._study.stop_reason is None

    def _folder_of(self, number: int) -> Path:
        return self._folder / f"{number:05d}"
