"""Tables of studies, classes and facts: what `maskopt show` and `maskopt check` print."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from rich.console import Group

from maskopt.records import StudyRecord, TrialState
from maskopt.report.console import labelled
from maskopt.report.grid import Column, Grid
from maskopt.report.wording import NOTHING, plain, score_words

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
