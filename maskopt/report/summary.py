"""The end of a sweep in words: what won, what happened, where it lies, what comes next."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import chain
from pathlib import Path

from rich.console import Group, RenderableType
from rich.text import Text

from maskopt.errors import plural
from maskopt.records import StudyRecord, TrialRecord, TrialState
from maskopt.report.findings import finding_lines
from maskopt.report.frame import STATE_STYLES
from maskopt.report.grid import Column, Grid
from maskopt.report.wording import (
    config_words,
    duration,
    part_words,
    plain,
    reason_of,
    score_words,
    states_words,
    varying,
)

_BEST = 5
_REASONS = 3
_DIGITS = 4


def sweep_summary(
    record: StudyRecord,
    *,
    reason: str,
    places: Mapping[str, str | Path],
    next_commands: Sequence[str],
    paths: Sequence[str] | None = None,
) -> Group:
    """Return what is printed when a sweep ends, however it ended.

    Args:
        record: The whole study, trials of earlier sweeps included.
        reason: Why the sweep ended, a short phrase: `all 12 trials done`.
        places: Where everything lies, by name; logs of failed trials are looked for under
            `trials`, the folder that holds a folder a trial.
        next_commands: What can be typed next, exactly.
        paths: Dotted paths that vary; left out, those that differ among the trials.
    """
    found = varying(trial.config for trial in record.trials) if paths is None else tuple(paths)
    sections = [
        _heading(record, reason),
        _best_trials(record, found),
        _winner(record, found),
        _findings(record),
        _failures(record, places.get("trials")),
        _pairs("where everything lies", {name: str(path) for name, path in places.items()}),
        _commands(next_commands),
    ]
    blank: list[RenderableType] = [Text()]
    shown = [[*section, *blank] for section in sections if section]
    return Group(*list(chain.from_iterable(shown))[:-1])


def _heading(record: StudyRecord, reason: str) -> list[RenderableType]:
    seconds = sum(trial.seconds for trial in record.trials)
    took = f"  {duration(seconds)} of training" if seconds else ""
    return [
        Text.assemble((f"study {plain(record.study)}", "bold"), f": {plain(reason)}"),
        Text(states_words(record.states) + took),
    ]


def _best_trials(record: StudyRecord, paths: Sequence[str]) -> list[RenderableType]:
    scored = [t for t in record.ranked if t.best and t.state is not TrialState.FAILED][:_BEST]
    if not scored:
        return []
    columns = (
        Column("trial", right=True),
        Column(plain(record.objective), right=True),
        Column("best epoch", right=True),
        Column("state"),
        Column("what varied"),
    )
    tied = {trial.number for trial in record.ties}
    return [Grid(columns, [_trial_row(trial, paths, trial.number in tied) for trial in scored])]


def _trial_row(trial: TrialRecord, paths: Sequence[str], is_tied: bool) -> list[str | Text]:
    state = trial.state.value + (", a tie" if is_tied else "")
    return [
        str(trial.number),
        score_words(trial.score, _DIGITS),
        str(trial.best.epoch if trial.best else 0),
        Text(state, STATE_STYLES[trial.state]),
        config_words(trial.config, paths),
    ]


def _winner(record: StudyRecord, paths: Sequence[str]) -> list[RenderableType]:
    best = record.best
    if best is None or best.best is None:
        return [Text("no trial was completed, so none won")] if record.trials else []
    title = Text.assemble(
        (f"trial {best.number} won", "bold green"),
        f": {plain(record.objective)} {score_words(best.score, _DIGITS)}"
        f" at epoch {best.best.epoch}",
    )
    parts = part_words(best.config, paths, always=("backbone",))
    return [title, Grid([Column(style="dim"), Column()], list(parts.items()), indent=2)]


def _findings(record: StudyRecord) -> list[RenderableType]:
    lines = finding_lines(record)
    return [Grid([Column()], [[line] for line in lines])] if lines else []


def _failures(record: StudyRecord, trials: str | Path | None) -> list[RenderableType]:
    groups: dict[str, list[TrialRecord]] = {}
    for trial in record.trials:
        if trial.state is TrialState.FAILED:
            # Sizes and addresses differ where the reason is one.
            key = re.sub(r"0x[0-9a-f]+|\d+(\.\d+)?", "#", reason_of(trial.error))
            groups.setdefault(key, []).append(trial)
    if not groups:
        return []
    often = sorted(groups.values(), key=lambda group: (-len(group), group[0].number))
    failed = sum(map(len, often))
    lines = [Text(f"why {plural(failed, 'trial')} failed", "bold red")]
    for group in often[:_REASONS]:
        lines.append(Text(f"  {len(group)} x {reason_of(group[0].error)}"))
        if trials is not None:
            log = Path(trials, f"{group[0].number:05d}", "log.txt")
            lines.append(Text(f"      log of trial {group[0].number}: {plain(str(log))}", "dim"))
    more = len(often) - _REASONS
    return [*lines, *([Text(f"  and {plural(more, 'other reason')}")] if more > 0 else [])]


def _pairs(title: str, pairs: Mapping[str, str]) -> list[RenderableType]:
    if not pairs:
        return []
    columns = [Column(style="dim"), Column()]
    return [Text(title, "bold"), Grid(columns, list(pairs.items()), folds=False, indent=2)]


def _commands(commands: Sequence[str]) -> list[RenderableType]:
    lines = [Text(f"  {plain(command)}", "cyan") for command in commands]
    return [Text("next", "bold"), *lines] if lines else []
