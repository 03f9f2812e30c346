"""How often the pruner is wrong: some trials that it would end are finished anyway.

Which ones is decided by their numbers alone, so that what is found says something of the others,
and they never cost more than their share of all epochs.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from maskopt.catalog.families import family
from maskopt.records import StudyRecord, TrialRecord, TrialState, derive_seed

ENOUGH = 10
"""Refereed trials before anything is concluded of them."""

ACCEPTED = 0.1
"""Share of refereed trials that may turn out to be winners."""

LOOSE_SHARE = 0.5
"""What goes on at a rung once the referee has found the pruner too strict."""


@dataclass(frozen=True)
class Finding:
    """What finishing trials of one backbone family against the pruner's will showed.

    Attributes:
        refereed: Trials that were finished.
        winners: Those among the best tenth of complete trials.
    """

    family: str
    refereed: int
    winners: int


class Referee:
    """Chooses the trials that are finished although the pruner would end them.

    Args:
        study: The study's name; the choice depends on it and on a trial's number alone.
        share: Share of ended trials that are chosen, and of all epochs that they may cost.
        epochs: Epochs of a full trial.
    """

    def __init__(self, study: str, share: float, epochs: int) -> None:
        self._study, self._share, self._epochs = study, share, epochs
        self._spent = self._promised = 0

    def note_epoch(self) -> None:
        """Count an epoch of any trial."""
        self._spent += 1

    def note_chosen(self, epoch: int) -> None:
        """Count a trial that goes on from an epoch only because it was chosen."""
        self._promised += self._epochs - epoch

    def chooses(self, number: int, epoch: int) -> bool:
        """Tell whether a trial that the pruner would end at an epoch is finished anyway."""
        rest = self._epochs - epoch
        if self._promised + rest > self._share * (self._spent + rest):
            return False
        return derive_seed(f"{self._study}/referee", number) < self._share * 2**31


def count_refereed(record: StudyRecord) -> tuple[Finding, ...]:
    """Return what refereed trials showed, by backbone family; empty where there are none yet."""
    judged = [trial for trial in record.trials if trial.state is TrialState.COMPLETE]
    bar = winning_score([trial.score for trial in judged if not trial.is_refereed])
    counts: dict[str, list[int]] = {}
    for trial in judged:
        if trial.is_refereed:
            count = counts.setdefault(_family(trial), [0, 0])
            count[0] += 1
            count[1] += trial.score is not None and trial.score >= bar
    return tuple(Finding(name, *counts[name]) for name in sorted(counts))


def winning_score(scores: Sequence[float | None]) -> float:
    """Return what the best tenth of scores have at least; infinite where there are none."""
    able = sorted((score for score in scores if score is not None), reverse=True)
    return able[math.ceil(len(able) / 10) - 1] if able else math.inf


def loosening(complete: Sequence[tuple[float | None, bool]]) -> str | None:
    """Return why a pruner is to be looser, or none while there is no reason.

    Args:
        complete: Of each complete trial its score, and whether it was refereed.
    """
    refereed = [score for score, is_refereed in complete if is_refereed]
    if len(refereed) < ENOUGH:
        return None
    bar = winning_score([score for score, is_refereed in complete if not is_refereed])
    winners = sum(score is not None and score >= bar for score in refereed)
    if winners <= ACCEPTED * len(refereed):
        return None
    return (
        f"{winners} of {len(refereed)} trials that were finished although the pruner would have "
        "ended them are among the best tenth: from now on the better half of a rung goes on"
    )


def _family(trial: TrialRecord) -> str:
    return family(str(trial.config.get("backbone", "")))
