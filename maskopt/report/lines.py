"""The display where no terminal is: one tidy line an epoch, one a trial's end."""

from __future__ import annotations

from pathlib import Path
from typing import IO

from maskopt.errors import plural
from maskopt.records import EpochReport, StudyRecord, TrialRecord, TrialState, TrialTask, Verdict
from maskopt.report.agendas import agenda_words
from maskopt.report.progress import Clock, Progress, local_time
from maskopt.report.wording import duration, ending_words, plain, score_words, states_words
from maskopt.roles import SweepPlan


class LineDisplay:
    """Writes a sweep's events as lines without colours; a `roles.Watcher`.

    Args:
        stream: What lines go to; each is flushed.
        clock: Gives the local time.
    """

    def __init__(self, stream: IO[str], clock: Clock = local_time) -> None:
        self._stream = stream
        self._clock = clock
        self._progress: Progress | None = None
        self._phase: str | None = None

    def opened(self, plan: SweepPlan, record: StudyRecord) -> None:
        """Write the plan, and what earlier sweeps left."""
        self._progress = Progress(plan, record, self._clock())
        goal = "trials" if plan.trials is None else plural(plan.trials, "trial")
        limit = f", at most {duration(plan.seconds)}" if plan.seconds is not None else ""
        epochs = plural(plan.epochs, "epoch")
        self._write(
            f"study {plan.study}: {goal} of {epochs} for {plan.objective}, "
            f"{plan.trials_at_once} at once on {plan.devices}{limit}"
        )
        if record.trials:
            self._write(f"going on: {states_words(self._progress.states)}{self._best()}")
        self._tell_agenda()

    def started(self, task: TrialTask) -> None:
        """Note the trial; its first epoch says enough."""
        self._known.started(task, self._clock())

    def reported(self, number: int, report: EpochReport, verdict: Verdict) -> None:
        """Write an epoch's line."""
        progress = self._known
        progress.reported(number, report, self._clock())
        plan = progress.plan
        score = f"{plan.objective} {score_words(report.score)}"
        self._write(
            f"trial {number}  epoch {report.epoch}/{plan.epochs}  {score}{self._best()}  "
            f"{duration(report.seconds)}"
        )

    def ended(self, trial: TrialRecord) -> None:
        """Write how the trial ended; of a failed one, where its log is."""
        folder = self._known.ended(trial)
        plan, best = self._known.plan, self._known.is_best(trial.number)
        log = f"  log: {Path(folder, 'log.txt')}" if folder else ""
        words = ending_words(trial, plan.objective, plan.epochs, best)
        self._write(words + (log if trial.state is TrialState.FAILED else ""))

    def tick(self) -> None:
        """Write the plan where another phase has begun; other lines come with events."""
        agenda = self._known.plan.agenda()
        if agenda is not None and agenda.phase != self._phase:
            self._tell_agenda()

    def closed(self, record: StudyRecord, reason: str) -> None:
        """Write why the sweep ended and what the study holds."""
        took = duration(self._known.elapsed(self._clock()))
        self._write(f"{reason}: {states_words(record.states)}{self._best()}  {took}")

    def _tell_agenda(self) -> None:
        agenda = self._known.plan.agenda()
        if agenda is not None:
            self._phase = agenda.phase
            self._write(", ".join(agenda_words(agenda, self._clock())))

    @property
    def _known(self) -> Progress:
        assert self._progress, "`opened` comes first"
        return self._progress

    def _best(self) -> str:
        best = self._known.best
        return f"  (best {score_words(best.report.score)}, trial {best.number})" if best else ""

    def _write(self, line: str) -> None:
        self._stream.write(f"{self._clock():%H:%M:%S}  {plain(line)}\n")
        self._stream.flush()
