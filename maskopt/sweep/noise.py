"""The best trial's configuration with other seeds, at the end of a search.

A trial that is the best of many is so by luck too. The same configuration with other seeds says
what it is worth, and how far apart scores lie that mean the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from maskopt.export.runs import RunConductor
from maskopt.records import (
    Ending,
    EpochReport,
    Repeat,
    StudyRecord,
    TrialRecord,
    TrialSetup,
    TrialTask,
    Verdict,
    derive_seed,
)
from maskopt.report.console import show_warning
from maskopt.report.wording import reason_of
from maskopt.space import TrialConfig
from maskopt.study.study import Study


def seeds_left(record: StudyRecord, seeds: int) -> tuple[int, ...]:
    """Return the seeds that the best trial's configuration is still to be trained with.

    Args:
        record: What is known of the study; where nothing is complete, there is nothing to repeat.
        seeds: How many there are to be in all, counted from 1.
    """
    if record.best is None:
        return ()
    done = {repeat.seed for repeat in record.best.repeats}
    return tuple(seed for seed in range(1, seeds + 1) if seed not in done)


def repeat_task(best: TrialRecord, seed: int, setup: TrialSetup, folder: Path) -> TrialTask:
    """Return the task that trains a trial's configuration with another seed.

    Args:
        best: The trial.
        seed: Counted from 1; the task's number.
        setup: What all trials share.
        folder: The trial's own.
    """
    return TrialTask(
        number=seed,
        config=TrialConfig(best.config),
        seed=derive_seed(f"{setup.study}/{best.number}/seed", seed),
        known_epochs=0,
        folder=str(folder / f"seed-{seed}"),
        setup=setup,
        trial=best.number,
    )


class Repeats:
    """Gives tasks as an export does, until the clock says no, and keeps what each gave.

    A seed that fails is told in a warning, and counts for nothing; one that was stopped goes on
    from its checkpoint another time.

    Args:
        study: Held by this process.
        best: The trial whose configuration is trained.
        tasks: From `repeat_task`.
        until: Tells whether the time for this is over.
    """

    def __init__(
        self,
        study: Study,
        best: TrialRecord,
        tasks: Sequence[TrialTask],
        until: Callable[[], bool],
    ) -> None:
        self._study, self._best, self._until = study, best, until
        self._runs = RunConductor(
            tasks,
            advance=lambda done: None,
            reported=lambda task, reports: None,
            ended=self._keep,
        )

    def ask(self) -> TrialTask | None:
        """Return the next seed's task, or none while there is nothing to give."""
        return None if self._until() else self._runs.ask()

    def waits(self) -> bool:
        """Tell whether there is a task to give now."""
        return not self._until() and self._runs.waits()

    def finished(self) -> bool:
        """Tell whether `ask` will never give another one."""
        return self._until() or self._runs.finished()

    def report(self, number: int, report: EpochReport) -> Verdict:
        """Note an epoch."""
        return self._runs.report(number, report)

    def close(self, number: int, ending: Ending, error: str | None = None) -> None:
        """Note how a run ended."""
        self._runs.close(number, ending, error)
        reason = self._runs.failures.get(number)
        if reason is not None:
            who = f"trial {self._best.number} could not be trained with seed {number}"
            show_warning(f"{who}: {reason_of(reason)}")

    def _keep(self, task: TrialTask, reports: tuple[EpochReport, ...]) -> None:
        trained = replace(self._best, reports=reports).best
        if trained is None:
            return
        seconds = sum(report.seconds for report in reports)
        repeat = Repeat(task.number, trained.score, trained.epoch, round(seconds, 3))
        self._study.add_repeat(self._best.number, repeat)
        # Files of weights a seed that nobody asks for again; the log stays.
        for file in Path(task.folder).iterdir():
            if file.name != "log.txt":
                file.unlink()
