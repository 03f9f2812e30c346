"""The best trial's configuration with other seeds, at the end of a search.

A trial that is the best of many is so by luck too. The same configuration with other seeds says
what it is worth, and how far apart scores lie that mean the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import ceil
from pathlib import Path

from maskopt.cluster.devices import DevicePlan
from maskopt.cluster.running import run_trials
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

WORKER = "maskopt.vision.trial:run"


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


def noise_seconds(record: StudyRecord, seeds: int, trials_at_once: int) -> float:
    """Return about how long `run_noise` would take: as long as the best trial's epochs did."""
    left, best = seeds_left(record, seeds), record.best
    if not left or best is None:
        return 0.0
    return ceil(len(left) / trials_at_once) * sum(report.seconds for report in best.reports)


def run_noise(
    study: Study,
    setup: TrialSetup,
    folder: Path,
    devices: DevicePlan,
    *,
    seeds: int,
    until: Callable[[], bool],
    tick: Callable[[], None] = lambda: None,
    reported: Callable[[TrialTask, EpochReport], None] = lambda task, report: None,
) -> None:
    """Train the best trial's configuration with other seeds, and keep what each gave.

    What was done before is not done again; a seed that is cut off goes on from its checkpoint
    another time. One that fails is told in a warning.

    Args:
        study: Held by this process; nothing of it runs.
        setup: What all trials share.
        folder: Where each trial's own folder lies.
        devices: Ray must have been started.
        seeds: How many other seeds there are to be in all.
        until: Tells whether the time for this is over.
        tick: Called some ten times a second.
        reported: Told of each epoch.

    Raises:
        KeyboardInterrupt: SIGINT or SIGTERM arrived; nothing is lost.
    """
    record = study.record()
    left, best = seeds_left(record, seeds), record.best
    if not left or best is None or until():
        return
    tasks = [repeat_task(best, seed, setup, folder / f"{best.number:05d}") for seed in left]
    repeats = Repeats(study, best, tasks, until, tick, reported)
    run_trials(repeats, WORKER, devices)
    for task_number, error in repeats.failures.items():
        show_warning(
            f"trial {best.number} could not be trained with seed {task_number}: {reason_of(error)}"
        )


def repeat_task(best: TrialRecord, seed: int, setup: TrialSetup, folder: Path) -> TrialTask:
    """Return the task that trains a trial's configuration with another seed."""
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
    """Runs tasks as an export does, until the clock says no, and keeps each that ended."""

    def __init__(
        self,
        study: Study,
        best: TrialRecord,
        tasks: list[TrialTask],
        until: Callable[[], bool],
        tick: Callable[[], None],
        reported: Callable[[TrialTask, EpochReport], None],
    ) -> None:
        self._study, self._best = study, best
        self._until, self._tick = until, tick
        self._runs = RunConductor(
            tasks,
            advance=lambda done: None,
            reported=lambda task, reports: reported(task, reports[-1]),
            ended=self._keep,
        )

    @property
    def failures(self) -> dict[int, str]:
        """Reasons by seed."""
        return self._runs.failures

    def ask(self) -> TrialTask | None:
        """Return the next seed's task, or none while there is nothing to give."""
        return None if self._until() else self._runs.ask()

    def finished(self) -> bool:
        """Tell whether `ask` will never give another one."""
        return self._until() or self._runs.finished()

    def report(self, number: int, report: EpochReport) -> Verdict:
        """Note an epoch."""
        return self._runs.report(number, report)

    def close(self, number: int, ending: Ending, error: str | None = None) -> None:
        """Note how a run ended."""
        self._runs.close(number, ending, error)

    def tick(self) -> bool:
        """Let displays and the study's lock live, and answer whether there is time."""
        self._tick()
        self._study.tick()
        return not self._until()

    def _keep(self, task: TrialTask, reports: tuple[EpochReport, ...]) -> None:
        trained = replace(self._best, reports=reports).best
        if trained is None:
            return
        seconds = sum(report.seconds for report in reports)
        repeat = Repeat(task.number, trained.score, trained.epoch, round(seconds, 3))
        self._study.add_repeat(self._best.number, repeat)
        # Three files of weights a seed that nobody asks for again; the log stays.
        for file in Path(task.folder).iterdir():
            if file.name != "log.txt":
                file.unlink()
