"""The live display of a sweep: a few lines at the foot of the terminal, endings above them."""

from __future__ import annotations

import atexit
from datetime import timedelta
from pathlib import Path

from rich.cells import cell_len
from rich.console import Console, Group
from rich.control import Control
from rich.live import Live
from rich.segment import ControlType
from rich.text import Text

from maskopt.records import EpochReport, StudyRecord, TrialRecord, TrialState, TrialTask, Verdict
from maskopt.report.frame import STATE_STYLES, Canvas, draw_frame
from maskopt.report.progress import Clock, Progress, local_time
from maskopt.report.wording import ending_words, plain, states_words
from maskopt.roles import SweepPlan

_BETWEEN_CHANGES = timedelta(seconds=0.25)
_BETWEEN_FRAMES = timedelta(seconds=1)


class LiveDisplay:
    """Shows a sweep on a terminal while it runs; a `roles.Watcher`.

    Trials that ended are printed once and stay in the terminal's history; the lines under them
    are drawn again at most four times a second, and are gone when the sweep is closed.

    Args:
        console: A terminal.
        clock: Gives the local time.
    """

    def __init__(self, console: Console, clock: Clock = local_time) -> None:
        self._console = console
        self._clock = clock
        self._progress: Progress | None = None
        self._live: Live | None = None
        self._unprinted: list[Text] = []
        self._changed = False
        self._drawn_at = clock()
        self._drawn: list[int] = []  # the last frame's line lengths, in columns
        self._drawn_width = 0

    def opened(self, plan: SweepPlan, record: StudyRecord) -> None:
        """Show the first frame."""
        self._progress = Progress(plan, record, self._clock())
        if record.trials:
            states = states_words(self._progress.states)
            self._unprinted.append(Text(f"going on with study {plain(plan.study)}: {states}"))
        self._live = Live(
            get_renderable=self._frame, console=self._console, auto_refresh=False, transient=True
        )
        self._live.start()
        # A driver that is killed cannot show the cursor again, so it is never hidden.
        self._console.show_cursor(True)
        atexit.register(self._live.stop)
        self._draw()

    def started(self, task: TrialTask) -> None:
        """Add a trial's line."""
        self._known.started(task, self._clock())
        self._changed = True

    def reported(self, number: int, report: EpochReport, verdict: Verdict) -> None:
        """Bring a trial's line up to date."""
        self._known.reported(number, report, self._clock())
        self._changed = True

    def ended(self, trial: TrialRecord) -> None:
        """Take a trial's line away and print how it ended."""
        folder = self._known.ended(trial)
        self._unprinted.append(self._ending(trial, folder))
        self._changed = True

    def tick(self) -> None:
        """Draw a frame if it is time."""
        waited = self._clock() - self._drawn_at
        if waited >= (_BETWEEN_CHANGES if self._changed else _BETWEEN_FRAMES):
            self._draw()

    def closed(self, record: StudyRecord, reason: str) -> None:
        """Print what is left to print and leave the terminal as it was."""
        if self._live:
            self._draw()
            self._live.stop()
            atexit.unregister(self._live.stop)
            self._live = None

    @property
    def _known(self) -> Progress:
        assert self._progress, "`opened` comes first"
        return self._progress

    def _ending(self, trial: TrialRecord, folder: str | None) -> Text:
        plan = self._known.plan
        words = ending_words(trial, plan.objective, plan.epochs, self._known.is_best(trial.number))
        style = "" if trial.state is TrialState.COMPLETE else STATE_STYLES[trial.state]
        line = Text(words, style)
        if trial.state is TrialState.FAILED and folder:
            line.append(f"\n  log: {plain(str(Path(folder, 'log.txt')))}", "dim")
        return line

    def _frame(self) -> Group:
        size = self._console.size
        canvas = Canvas(size.width, size.height, self._console.options.ascii_only)
        lines = draw_frame(self._known, self._clock(), canvas)
        self._drawn = [cell_len(line.plain) for line in lines]
        self._drawn_width = size.width
        return Group(*lines)

    def _draw(self) -> None:
        assert self._live
        with self._console:  # one write, so that nothing flickers
            self._undo_reflow()
            if self._unprinted:
                self._console.print(*self._unprinted, sep="\n", soft_wrap=True)
                self._unprinted.clear()
            self._live.refresh()
        self._drawn_at, self._changed = self._clock(), False

    def _undo_reflow(self) -> None:
        # A terminal that became narrower has broken the last frame's lines: rich moves up by
        # lines as it wrote them and would leave the rest standing.
        width = self._console.size.width
        extra = sum(max(0, -(-length // width) - 1) for length in self._drawn)
        if width < self._drawn_width and extra:
            erase = (ControlType.ERASE_IN_LINE, 2)
            up = ((ControlType.CURSOR_UP, 1), erase)
            self._console.control(Control(ControlType.CARRIAGE_RETURN, erase, *(up * extra)))
