"""One frame of the live display: lines of coloured text that fit the terminal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from rich.cells import cell_len
from rich.text import Text

from maskopt.errors import plural
from maskopt.records import TrialState
from maskopt.report.agendas import agenda_words, moment_words
from maskopt.report.progress import Progress, RunningTrial
from maskopt.report.wording import config_words, plain, score_words, stopwatch

STATE_STYLES = {
    TrialState.COMPLETE: "green",
    TrialState.PRUNED: "yellow",
    TrialState.FAILED: "red",
    TrialState.RUNNING: "cyan",
    TrialState.WAITING: "dim",
}
_TRIAL_BAR = 10
_PLAN_BAR = 30
_NARROW = 60  # columns under which trials have no bars
_WORTH_A_CLOCK = 600  # seconds from which on the hour of the end is told
_OTHER_LINES = 9  # lines of a frame that are no trials, but for the plan's


@dataclass(frozen=True)
class Canvas:
    """The room that a frame has: columns, lines, and whether only ASCII can be shown."""

    width: int
    height: int
    ascii_only: bool = False


def draw_frame(progress: Progress, now: datetime, canvas: Canvas) -> list[Text]:
    """Return the lines of a frame, none wider than the canvas and, if that can be, not taller."""
    lines = [
        Text(),
        _headline(progress),
        _best_line(progress),
        Text(),
        *_trial_lines(progress, now, canvas),
        Text(),
        _plan_line(progress, now, canvas),
        *_agenda_lines(progress, now, canvas),
        _states_line(progress),
    ]
    return [_fit(line, canvas) for line in lines]


def _headline(progress: Progress) -> Text:
    plan = progress.plan
    many = f", {plan.trials_at_once} trials at once" if plan.trials_at_once > 1 else ""
    return Text.assemble(
        (plain(plan.study), "bold"),
        (f"  {plain(plan.objective)} on {plain(plan.devices)}{many}", "dim"),
    )


def _best_line(progress: Progress) -> Text:
    best = progress.best
    if best is None:
        return Text("no score yet", "dim")
    return Text.assemble(
        ("best ", "dim"),
        (score_words(best.report.score), "bold green"),
        (f"  trial {best.number}, epoch {best.report.epoch}", "dim"),
        f"  {config_words(best.config, progress.varying, always=('backbone',))}",
    )


def _trial_lines(progress: Progress, now: datetime, canvas: Canvas) -> list[Text]:
    running = sorted(progress.running.values(), key=lambda trial: trial.number)
    if not running:
        return [Text(f"  {_idle_words(progress)}", "dim")]
    planned = progress.plan.agenda() is not None
    room = max(1, canvas.height - _OTHER_LINES - planned)
    shown = running if len(running) <= room else running[: max(1, room - 1)]
    count = max(5, 2 * len(str(progress.plan.epochs)) + 1)
    bar = 0 if canvas.width < _NARROW else _TRIAL_BAR + 1
    title = f"  trial  {'epoch':<{bar + count}}  score   best     left"
    best = progress.best
    rows = [
        _trial_line(progress, trial, now, canvas, best is not None and best.number == trial.number)
        for trial in shown
    ]
    more = len(running) - len(shown)
    rest = [Text(f"  and {more} more", "dim")] if more else []
    return [Text(title, "dim"), *rows, *rest]


def _idle_words(progress: Progress) -> str:
    agenda = progress.plan.agenda()
    if agenda is not None and agenda.phase == "noise":
        return "no trial is running: the best one is trained again with other seeds"
    if agenda is not None and agenda.phase == "out of fold" and agenda.members:
        return "no trial is running: the best ones are trained on other folds, to vote"
    return "no trial is running" if len(progress.resting) else "waiting for the first trial"


def _trial_line(
    progress: Progress, trial: RunningTrial, now: datetime, canvas: Canvas, is_best: bool
) -> Text:
    epochs, seconds = progress.plan.epochs, progress.epoch_seconds(trial)
    # Between two reports the bar goes on by the clock, never quite to the next epoch.
    spent = (now - trial.since).total_seconds()
    within = min(0.9, spent / seconds) if seconds else 0.0
    line = Text(f"  {trial.number:>5}  ")
    if canvas.width >= _NARROW:
        line.append_text(_bar((trial.epoch + within) / epochs, _TRIAL_BAR, canvas)).append(" ")
    count = f"{trial.epoch:>{len(str(epochs))}}/{epochs}"
    line.append(f"{count:<5}  {score_words(trial.score):>5}  ")
    best = score_words(trial.best.score if trial.best else None)
    line.append(f"{best:>5}", "bold green" if is_best else "")
    line.append(f"  {stopwatch(progress.trial_left(trial, now)):>7}  ")
    return line.append(config_words(trial.config, progress.varying or ("backbone",)))


def _plan_line(progress: Progress, now: datetime, canvas: Canvas) -> Text:
    plan, elapsed = progress.plan, progress.elapsed(now)
    done, left = progress.resting.done, progress.plan_left(now)
    if plan.trials is not None:
        share, count = done / max(1, plan.trials), f"{done} of {plan.trials} trials"
    else:
        share, count = elapsed / plan.seconds if plan.seconds else 0.0, plural(done, "trial")
    limit = f" of {stopwatch(plan.seconds)}" if plan.seconds is not None else " elapsed"
    words = Text.assemble((count, "bold"), f"  {stopwatch(elapsed)}{limit}")
    if left is not None and (progress.running or share < 1):
        words.append(f"  about {stopwatch(left)} left")
        if left >= _WORTH_A_CLOCK:
            ends = moment_words(now + timedelta(seconds=left), now)
            words.append(f", until {ends[:-3]}")  # nobody knows it to the second
    room = canvas.width - cell_len(words.plain) - 2
    if room < _TRIAL_BAR:
        return words
    return _bar(share, min(room, _PLAN_BAR), canvas).append("  ").append_text(words)


def _agenda_lines(progress: Progress, now: datetime, canvas: Canvas) -> list[Text]:
    """Return how the time is shared; on a narrow terminal what is less important is left out."""
    agenda = progress.plan.agenda()
    if agenda is None:
        return []
    parts = agenda_words(agenda, now)
    while len(parts) > 1 and cell_len("  ".join(parts)) > canvas.width:
        parts.pop(-2)
    return [Text("  ".join(parts), "dim")]


def _states_line(progress: Progress) -> Text:
    line = Text()
    for state, count in progress.states.items():
        if count or state in (TrialState.COMPLETE, TrialState.PRUNED):
            line.append(f"{count} {state}", STATE_STYLES[TrialState(state)] if count else "dim")
            line.append("  ")
    line.rstrip()
    return line


def _bar(share: float, width: int, canvas: Canvas) -> Text:
    full, empty = ("#", "-") if canvas.ascii_only else ("━", "─")
    filled = int(width * min(1.0, max(0.0, share)))
    return Text.assemble((full * filled, "cyan"), (empty * (width - filled), "dim"))


def _fit(line: Text, canvas: Canvas) -> Text:
    line.no_wrap = True
    line.overflow = "crop"
    if cell_len(line.plain) > canvas.width:
        end = Text("..." if canvas.ascii_only else "…", "dim")
        line.truncate(canvas.width - cell_len(end.plain), overflow="crop")
        line.append_text(end)
    return line
