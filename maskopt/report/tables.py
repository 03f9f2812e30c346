"""Tables of studies, trials and classes: what `maskopt show` and `maskopt check` print."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from rich.console import Console, ConsoleOptions, Group, RenderResult
from rich.text import Text

from maskopt.records import StudyRecord, TrialRecord, TrialState
from maskopt.report.console import labelled
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


class ClassRow(Protocol):
    """A class as `check` counts it; `per_fold` holds photos of each fold."""

    @property
    def name(self) -> str:
        """The class, joined by `+` where attributes stand together."""

    @property
    def photos(self) -> int:
        """The number of photos."""

    @property
    def groups(self) -> int:
        """The number of groups that have such a photo."""

    @property
    def per_fold(self) -> Sequence[int]:
        """The number of photos in each fold."""


def studies_table(records: Sequence[StudyRecord]) -> Grid:
    """Return a table of studies, one a row."""
    titles = ["study", "objective", "best", "trial", *(state.value for state in TrialState)]
    columns = [Column(title, right=index > 1) for index, title in enumerate(titles)]
    columns[2] = Column("best", right=True, style="bold green")
    return Grid(columns, [_study_row(record) for record in records], folds=False)


def _study_row(record: StudyRecord) -> list[str]:
    best = record.best
    return [
        record.study,
        record.objective,
        score_words(best.score if best else None, _DIGITS),
        str(best.number) if best else NOTHING,
        *(str(count) for count in record.states.values()),
    ]


@dataclass(frozen=True)
class StudyTable:
    """A study's trials, best first: a column a parameter, or one for all where room is short."""

    record: StudyRecord
    paths: tuple[str, ...]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the heading and the table that fits."""
        record = self.record
        yield Text.assemble(
            (plain(record.study), "bold"),
            (f"  {plain(record.objective)}  {states_words(record.states)}", "dim"),
        )
        wide = self._wide()
        narrow = console.is_terminal and wide.width > options.max_width
        yield self._narrow() if narrow else wide

    def _wide(self) -> Grid:
        failed = any(trial.state is TrialState.FAILED for trial in self.record.trials)
        columns = [Column(plain(path)) for path in self.paths]
        columns += [Column("reason", style="red")] if failed else []
        cells = [
            [*self._values(trial), *([_reason(trial)] if failed else [])]
            for trial in self.record.ranked
        ]
        return self._grid(columns, cells)

    def _narrow(self) -> Grid:
        cells = []
        for trial in self.record.ranked:
            words = config_words(trial.config, self.paths), _reason(trial)
            cells.append([": ".join(filter(None, words))])
        return self._grid([Column("config")], cells)

    def _grid(self, columns: Sequence[Column], cells: Sequence[Sequence[str]]) -> Grid:
        titles = ("trial", "state", self.record.objective, "best epoch", "epochs", "seconds")
        first = [Column(plain(title), right=title != "state") for title in titles]
        rows = [
            [*_trial_cells(trial), *more]
            for trial, more in zip(self.record.ranked, cells, strict=True)
        ]
        return Grid([*first, *columns], rows)

    def _values(self, trial: TrialRecord) -> list[str]:
        config = trial.config
        return [show_value(config[path]) if path in config else NOTHING for path in self.paths]


def study_table(record: StudyRecord, paths: Sequence[str] | None = None) -> StudyTable:
    """Return a study's trials, best first.

    Args:
        record: What is known of the study.
        paths: Dotted paths that vary; left out, those that differ among the trials.
    """
    found = varying(trial.config for trial in record.trials) if paths is None else tuple(paths)
    return StudyTable(record, found)


def class_table(rows: Sequence[ClassRow], title: str = "class") -> Grid:
    """Return the classes with their photos and groups, in all and in each fold.

    Args:
        rows: The classes of one attribute, or of several together.
        title: Their column's head: the attribute's name.
    """
    folds = max((len(row.per_fold) for row in rows), default=0)
    columns = [Column(plain(title)), Column("photos", right=True), Column("groups", right=True)]
    columns += [Column(f"fold {fold}", right=True, style="dim") for fold in range(folds)]
    cells = [
        [row.name, f"{row.photos:,}", f"{row.groups:,}", *(f"{count:,}" for count in row.per_fold)]
        for row in rows
    ]
    return Grid(columns, cells, folds=False)


def problems(errors: Sequence[str], warnings: Sequence[str] = ()) -> Group:
    """Return errors and warnings, one under the other, each with its word before it."""
    return Group(
        *(labelled("error", "bold red", message) for message in errors),
        *(labelled("warning", "bold yellow", message) for message in warnings),
    )


def plan_table(rows: Mapping[str, str]) -> Grid:
    """Return facts with their names: what `check` says of a plan."""
    return Grid([Column(style="dim"), Column()], list(rows.items()))


def _trial_cells(trial: TrialRecord) -> list[str | Text]:
    return [
        str(trial.number),
        Text(trial.state.value, STATE_STYLES[trial.state]),
        score_words(trial.score, _DIGITS),
        str(trial.best.epoch) if trial.best else NOTHING,
        str(trial.reports[-1].epoch) if trial.reports else NOTHING,
        f"{trial.seconds:.1f}",
    ]


def _reason(trial: TrialRecord) -> str:
    return reason_of(trial.error) if trial.state is TrialState.FAILED else ""
