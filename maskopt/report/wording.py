"""Scores, durations, states and configurations in words; no colours and no layout here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from maskopt.catalog.parts import split_path
from maskopt.records import TrialRecord, TrialState
from maskopt.space import Value, show_value

NOTHING = "-"
# Escape sequences first, then what is left of control characters: text of users and of foreign
# exceptions must not move the cursor or colour the screen.
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-_])")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]")
# Their options' names speak for themselves: `focal`, where `augmentation light` needs its noun.
_SPEAK_ALONE = frozenset({"backbone", "loss", "optimizer"})


def plain(text: str) -> str:
    r"""Return text as one line without escape sequences and control characters.

    Example:
        >>> plain("a\x1b[31mred\x1b[0m\tline\n")
        'ared line '
    """
    return _CONTROLS.sub(" ", _ESCAPES.sub("", text))


def score_words(score: float | None, digits: int = 3) -> str:
    """Return a score as it is shown everywhere: `0.643`, `-` where there is none."""
    return NOTHING if score is None else f"{score:.{digits}f}"


def duration(seconds: float) -> str:
    """Return a duration in words.

    Example:
        >>> [duration(seconds) for seconds in (9.84, 42, 192, 7500, 100_000)]
        ['9.8 s', '42 s', '3 min 12 s', '2 h 5 min', '1 d 3 h']
    """
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    units = ((86_400, "d", 3_600, "h"), (3_600, "h", 60, "min"), (60, "min", 1, "s"))
    large, large_name, small, small_name = next(unit for unit in units if whole >= unit[0])
    rest = whole % large // small
    return f"{whole // large} {large_name}" + (f" {rest} {small_name}" if rest else "")


def disk_words(size: float) -> str:
    """Return a size on disk in words, given bytes.

    Example:
        >>> [disk_words(size) for size in (999, 55_296, 4.25e6, 999.7e6, 50e9, 1.2e13)]
        ['999 bytes', '55 kB', '4.2 MB', '1 GB', '50 GB', '12,000 GB']
    """
    for unit, name in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if size >= 0.9995 * unit:
            count = size / unit
            return f"{count:,.0f} {name}" if count >= 9.95 else f"{count:.2g} {name}"
    return f"{size:.0f} bytes"


def stopwatch(seconds: float | None) -> str:
    """Return a duration as a clock counts it, `-` where it is not known.

    Example:
        >>> stopwatch(21.4), stopwatch(192), stopwatch(7500), stopwatch(None)
        ('0:21', '3:12', '2:05:00', '-')
    """
    if seconds is None:
        return NOTHING
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02d}:{second:02d}" if hours else f"{minute}:{second:02d}"


def reason_of(error: str | None) -> str:
    r"""Return the one line that says what was raised, of a reason with or without traceback.

    Example:
        >>> reason_of("ValueError: no\nadvice\nTraceback (most recent call last):\n  File x")
        'ValueError: no'
        >>> reason_of("Traceback (most recent call last):\n  File x\nValueError: no\nadvice")
        'ValueError: no'
    """
    lines = [line for line in (error or "").splitlines() if line.strip()]
    if lines and lines[0].startswith("Traceback"):
        # What was raised stands under the last frame; a message may go on for more lines.
        frames = [index for index, line in enumerate(lines) if line.startswith(" ")]
        lines = lines[frames[-1] + 1 :] if frames else lines[1:]
    return plain(lines[0]).strip() if lines else "no reason was given"


def states_words(states: Mapping[str, int]) -> str:
    """Return the states that occur, in words: `3 complete, 2 pruned`."""
    found = [f"{count} {state}" for state, count in states.items() if count]
    return ", ".join(found) or "no trials"


def varying(configs: Iterable[Mapping[str, Value]]) -> tuple[str, ...]:
    """Return the dotted paths that hold different values, each choice before its parameters.

    Example:
        >>> varying([{"lr": 1, "loss": "f", "loss.f.g": 2.0, "size": 96}, {"lr": 2, "loss": "ce",
        ...     "size": 96}, {"lr": 2, "loss": "f", "loss.f.g": 1.0, "size": 96}])
        ('lr', 'loss', 'loss.f.g')
    """
    seen: dict[str, set[str]] = {}
    for config in configs:
        for path, value in config.items():
            seen.setdefault(path, set()).add(repr(value))
    names = list(dict.fromkeys(split_path(path)[0] for path in seen))
    paths = [path for path, values in seen.items() if len(values) > 1]
    return tuple(sorted(paths, key=lambda path: names.index(split_path(path)[0])))


def config_words(
    config: Mapping[str, Value], paths: Sequence[str], always: Sequence[str] = ()
) -> str:
    """Return a configuration part by part: `resnet18 focal(gamma=2) lr 0.0012`.

    Args:
        config: Every dotted path's value.
        paths: The dotted paths that are worth showing: those that vary.
        always: Names that are shown whether they vary or not.
    """
    words = part_words(config, paths, always)
    alone = _SPEAK_ALONE
    return " ".join(word if name in alone else f"{name} {word}" for name, word in words.items())


def part_words(
    config: Mapping[str, Value], paths: Sequence[str], always: Sequence[str] = ()
) -> dict[str, str]:
    """Return a configuration's parts by name: `{"loss": "focal(gamma=2)", "lr": "0.0012"}`.

    Args:
        config: Every dotted path's value.
        paths: The dotted paths that are worth showing: those that vary.
        always: Names that are shown whether they vary or not.
    """
    words = {}
    for name, chosen in config.items():
        if split_path(name)[1]:  # a parameter: it is shown with what it belongs to
            continue
        start = f"{name}.{chosen}."
        inside = [path for path in paths if path.startswith(start) and path in config]
        if name in paths or name in always or inside:
            drawn = ", ".join(
                f"{path[len(start) :]}={show_value(config[path])}" for path in inside
            )
            words[plain(name)] = plain(show_value(chosen) + (f"({drawn})" if drawn else ""))
    return words


def ending_words(trial: TrialRecord, objective: str, epochs: int, is_best: bool = False) -> str:
    """Return how a trial's run ended: `trial 7 pruned at epoch 2 of 4, macro_f1 0.643`."""
    objective, who = plain(objective), f"trial {trial.number}"
    last = trial.reports[-1].epoch if trial.reports else 0
    if trial.state is TrialState.FAILED:
        return f"{who} failed {_after(last)}: {reason_of(trial.error)}"
    if trial.paused is not None:
        score = score_words(trial.score)
        return f"{who} paused at epoch {trial.paused} of {epochs}, {objective} {score}"
    if trial.state in (TrialState.WAITING, TrialState.RUNNING):
        why = f": {reason_of(trial.error)}" if trial.error else ""
        return f"{who} interrupted {_after(last)}, it goes on from there{why}"
    if trial.best is None:
        return f"{who} {trial.state} without a report"
    score = f"{objective} {score_words(trial.best.score)}"
    if trial.state is TrialState.PRUNED:
        return f"{who} pruned at epoch {last} of {epochs}, {score}"
    best = ", the best so far" if is_best else ""
    return f"{who} complete, {score} at epoch {trial.best.epoch}{best}"


def _after(epoch: int) -> str:
    return f"after epoch {epoch}" if epoch else "in its first epoch"
