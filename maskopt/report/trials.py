"""The table of a study's trials, best first: what `maskopt show STUDY` prints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from maskopt.records import StudyRecord, TrialRecord, TrialState
from maskopt.report.findings import cost_words, finding_lines, notes
from maskopt.report.frame import STATE_STYLES
from maskopt.report.grid import Column, Grid
from maskopt.report.wording import (
    NOTHING,
    config_words,
    plain,
    reason_of,
    score_words,
    states_words,
    varying,
)
from maskopt.space import show_value

_DIGITS = 4
_LESS = ("best epoch", "seconds")
"""Left out where costs take their room."""


@dataclass(frozen=True)
class StudyTable:
    """A study's trials, best first: a column a parameter, or one for all where room is short.

    What the study found beside scores stands under them.
    """

    record: StudyRecord
    paths: tuple[str, ...]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the heading, the table that fits, and the findings."""
        record = self.record
        objectives = ", ".join(map(plain, record.objectives or (record.objective,)))
        yield Text.assemble(
            (plain(record.study), "bold"),
            (f"  {objectives}  {_states(record)}", "dim"),
        )
        wide = self._wide()
        narrow = console.is_terminal and wide.width > options.max_width
        yield self._narrow() if narrow else wide
        findings = finding_lines(record)
        if findings:
            yield Text()
            yield Grid([Column()], [[line] for line in findings])

    @cached_property
    def _notes(self) -> dict[int, str]:
        return notes(self.record)

    def _wide(self) -> Grid:
        failed = any(trial.state is TrialState.FAILED for trial in self.record.trials)
        noted = bool(self._notes)
        columns = [Column("notes")] if noted else []
        columns += [Column(plain(path)) for path in self.paths]
        columns += [Column("reason", style="red")] if failed else []
        cells = [
            [
                *([self._notes.get(trial.number, NOTHING)] if noted else []),
                *self._values(trial),
                *([_reason(trial)] if failed else []),
            ]
            for trial in self.record.ranked
        ]
        return self._grid(columns, cells)

    def _narrow(self) -> Grid:
        cells = []
        for trial in self.record.ranked:
            words = [config_words(trial.config, self.paths), _reason(trial)]
            shown = ": ".join(filter(None, words))
            noted = self._notes.get(trial.number)
            cells.append([" ".join(filter(None, [f"[{noted}]" if noted else "", shown]))])
        less = _LESS if len(self.record.objectives) > 1 else ()
        return self._grid([Column("config")], cells, less)

    def _grid(
        self,
        columns: Sequence[Column],
        cells: Sequence[Sequence[str]],
        less: Sequence[str] = (),
    ) -> Grid:
        ranked = self.record.ranked
        facts = [self._facts(trial) for trial in ranked] or [self._facts(_NO_TRIAL)]
        titles = [title for title in facts[0] if title not in less]
        first = [Column(plain(title), right=title != "state") for title in titles]
        rows = [
            [*(fact[title] for title in titles), *more]
            for _, fact, more in zip(ranked, facts, cells, strict=False)
        ]
        return Grid([*first, *columns], rows)

    def _facts(self, trial: TrialRecord) -> dict[str, str | Text]:
        """Return the cells that every trial has, by their columns' titles."""
        return {
            "trial": str(trial.number),
            "state": _state(trial),
            self.record.objective: score_words(trial.score, _DIGITS),
            **self._others(trial),
            "best epoch": str(trial.best.epoch) if trial.best else NOTHING,
            "epochs": str(trial.reports[-1].epoch) if trial.reports else NOTHING,
            "seconds": f"{trial.seconds:.1f}",
        }

    def _others(self, trial: TrialRecord) -> dict[str, str | Text]:
        objectives = self.record.objectives
        values = trial.values(objectives) if objectives else None
        return {
            name: cost_words(name, values[place]) if values else NOTHING
            for place, name in enumerate(objectives)
            if place
        }

    def _values(self, trial: TrialRecord) -> list[str]:
        config = trial.config
        return [show_value(config[path]) if path in config else NOTHING for path in self.paths]


_NO_TRIAL = TrialRecord(0, TrialState.WAITING, {})


def study_table(record: StudyRecord, paths: Sequence[str] | None = None) -> StudyTable:
    """Return a study's trials, best first.

    Args:
        record: What is known of the study.
        paths: Dotted paths that vary; left out, those that differ among the trials.
    """
    found = varying(trial.config for trial in record.trials) if paths is None else tuple(paths)
    return StudyTable(record, found)


def _states(record: StudyRecord) -> str:
    paused = sum(trial.paused is not None for trial in record.trials)
    return states_words(record.states) + (f" ({paused} paused)" if paused else "")


def _state(trial: TrialRecord) -> Text:
    words = trial.state.value if trial.paused is None else f"paused at {trial.paused}"
    return Text(words, STATE_STYLES[trial.state])


def _reason(trial: TrialRecord) -> str:
    return reason_of(trial.error) if trial.state is TrialState.FAILED else ""
