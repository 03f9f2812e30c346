"""One trial: what `maskopt show STUDY N` prints."""

from __future__ import annotations

from pathlib import Path

from rich.console import Group, RenderableType
from rich.text import Text

from maskopt.records import StudyRecord, TrialRecord
from maskopt.report.effective import effective_view
from maskopt.report.findings import cost_words
from maskopt.report.frame import STATE_STYLES
from maskopt.report.grid import Column, Grid
from maskopt.report.profiles import profile_view
from maskopt.report.wording import NOTHING, duration, plain, score_words
from maskopt.space import show_value

_DIGITS = 4


def trial_view(record: StudyRecord, trial: TrialRecord, folder: Path) -> Group:
    """Return all that is known of a trial, section by section.

    Args:
        record: Its study.
        trial: One of the study's.
        folder: Where it keeps its files; named where it is there.
    """
    sections: list[Grid | Text | None] = [
        _facts(record, trial, folder),
        Grid([Column("configuration"), Column()], _config(trial)) if trial.config else None,
        effective_view(trial.effective),
        _epochs(record, trial),
        _scores(trial),
        _error(trial),
    ]
    shown: list[RenderableType] = [_heading(record, trial)]
    for section in sections:
        shown += [section, Text()] if section is not None else []
    return Group(*shown[:-1])


def trial_profile(record: StudyRecord, trial: TrialRecord) -> Group:
    """Return where a trial's seconds went, under its name."""
    return Group(_heading(record, trial), profile_view(trial))


def _heading(record: StudyRecord, trial: TrialRecord) -> Text:
    state = trial.state.value if trial.paused is None else f"paused at {trial.paused}"
    best = ", the best" if trial == record.best else ""
    return Text.assemble(
        (f"{plain(record.study)}  trial {trial.number}", "bold"),
        "  ",
        (f"{state}{best}", STATE_STYLES[trial.state]),
    )


def _facts(record: StudyRecord, trial: TrialRecord, folder: Path) -> Grid:
    score = score_words(trial.score, _DIGITS)
    facts = {record.objective: f"{score} at epoch {trial.best.epoch}" if trial.best else NOTHING}
    for name, value in zip(record.objectives, trial.values(record.objectives) or (), strict=False):
        if name != record.objective:
            facts[name] = cost_words(name, value)
    facts["source"] = trial.source or ("drawn" if trial.config else NOTHING)
    facts["notes"] = "; ".join(_notes(record, trial))
    facts["took"] = duration(trial.seconds) if trial.reports else ""
    facts["interrupted"] = f"{trial.interruptions} x" if trial.interruptions else ""
    others = [score_words(repeat.score, _DIGITS) for repeat in trial.repeats]
    facts["other seeds"] = ", ".join(others)
    facts["folder"] = str(folder) if folder.is_dir() else ""
    rows = [[plain(name), fact] for name, fact in facts.items() if fact]
    return Grid([Column(style="dim"), Column()], rows, folds=False)


def _notes(record: StudyRecord, trial: TrialRecord) -> list[str]:
    found = {
        "front": trial in record.front,
        "tie": trial in record.ties,
        "refereed": trial.is_refereed,
    }
    return [word for word, holds in found.items() if holds]


def _config(trial: TrialRecord) -> list[list[str]]:
    return [[path, show_value(value)] for path, value in trial.config.items()]


def _epochs(record: StudyRecord, trial: TrialRecord) -> Grid | None:
    if not trial.reports:
        return None
    titles = ["epoch", plain(record.objective), "train loss", "valid loss", "seconds"]
    rows = [
        [
            str(report.epoch),
            score_words(report.score, _DIGITS),
            f"{report.train_loss:.4f}",
            f"{report.valid_loss:.4f}",
            f"{report.seconds:.1f}",
            "best" if report == trial.best else "",
        ]
        for report in trial.reports
    ]
    columns = [Column(title, right=True) for title in titles]
    return Grid([*columns, Column(style="bold green")], rows)


def _scores(trial: TrialRecord) -> Grid | None:
    if trial.best is None or not trial.best.scores:
        return None
    title = f"scores of epoch {trial.best.epoch}"
    rows = [[name, cost_words(name, score)] for name, score in trial.best.scores.items()]
    return Grid([Column(title), Column(right=True)], rows)


def _error(trial: TrialRecord) -> Text | None:
    if not trial.error:
        return None
    lines = (plain(line) for line in trial.error.splitlines())
    return Text("\n".join(lines), "red")
