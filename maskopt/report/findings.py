"""What a study shows beside its scores: noise, ties, the front, how often the pruner was wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isfinite

from maskopt.errors import plural
from maskopt.records import StudyRecord, TrialRecord
from maskopt.report.wording import NOTHING, plain, score_words
from maskopt.search.refereeing import Finding, count_refereed

_DIGITS = 4
_NAMED = 8


def finding_lines(record: StudyRecord) -> list[str]:
    """Return what a study has found out beside its scores, a sentence each."""
    return [*_noise(record), *_front(record), *map(_referee, count_refereed(record))]


def notes(record: StudyRecord) -> dict[int, str]:
    """Return by number what sets trials apart from others; those are left out that nothing does.

    Example:
        >>> from maskopt.records import TrialState
        >>> trial = TrialRecord(7, TrialState.PRUNED, {}, source="portfolio: resnet")
        >>> notes(StudyRecord("age", "macro_f1", (trial,)))
        {7: 'portfolio: resnet'}
    """
    found: dict[int, list[str]] = {}
    for word, trials in (("front", record.front), ("tie", record.ties)):
        for trial in trials:
            found.setdefault(trial.number, []).append(word)
    for trial in record.trials:
        words = [*(["refereed"] if trial.is_refereed else []), plain(trial.source or "")]
        found.setdefault(trial.number, []).extend(filter(None, words))
    return {number: "; ".join(words) for number, words in found.items() if words}


def cost_words(objective: str, value: float) -> str:
    """Return what a network costs, in a unit that people read.

    Example:
        >>> cost_words("latency", 0.00213), cost_words("parameters", 2_350_000.0)
        ('2.13 ms', '2.35 M')
        >>> cost_words("parameters", 35_123.0), cost_words("accuracy", 0.9125)
        ('35.1 k', '0.9125')
    """
    if not isfinite(value):
        return NOTHING
    if objective == "latency":
        return f"{value * 1000:.3g} ms"
    if objective == "parameters":
        return f"{value / 1e6:.3g} M" if value >= 1e6 else f"{value / 1e3:.3g} k"
    return score_words(value, _DIGITS)


def _noise(record: StudyRecord) -> Iterator[str]:
    best = record.best
    if best is None or best.noise is None:
        return
    noise, seeds = best.noise, plural(len(best.repeats), "other seed")
    scores = ", ".join(score_words(repeat.score, _DIGITS) for repeat in best.repeats)
    yield (
        f"trial {best.number} trained again with {seeds}: {scores}; "
        f"mean {score_words(noise.mean, _DIGITS)}, "
        f"standard deviation {score_words(noise.deviation, _DIGITS)} "
        f"(of {len(noise.scores)} scores, so only roughly known)"
    )
    if record.ties:
        limit = score_words(noise.limit, _DIGITS)
        yield (
            f"{_numbers(record.ties)} are ties: one more seed of trial {best.number} may well "
            f"score {limit} too, and they score no less"
        )


def _front(record: StudyRecord) -> Iterator[str]:
    by = ", ".join(map(plain, record.objectives))
    if len(record.front) > 1:
        numbers = _numbers(record.front)
        yield f"{numbers} are the front: who gains by one of {by} loses by another"
    elif record.front:
        yield f"{_numbers(record.front)} is the front alone: nothing is better by any of {by}"


def _referee(finding: Finding) -> str:
    many = plural(finding.refereed, "trial")
    were = "was" if finding.winners == 1 else "were"
    return (
        f"referee: of {many} of {finding.family} that the pruner would have ended, "
        f"{finding.winners} {were} among the best tenth"
    )


def _numbers(trials: Sequence[TrialRecord]) -> str:
    numbers = [str(trial.number) for trial in trials]
    if len(numbers) == 1:
        return f"trial {numbers[0]}"
    if len(numbers) > _NAMED:
        rest = len(numbers) - _NAMED
        return f"trials {', '.join(numbers[:_NAMED])} and {rest} more"
    return f"trials {', '.join(numbers[:-1])} and {numbers[-1]}"
