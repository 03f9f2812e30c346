"""Which trials of a study may vote: its best ones, and where noise makes them equal, unlike ones.

Of trials that noise alone may part, the order of scores means nothing; networks that differ err
differently, and their mean gains more by that.

References:
    Krogh and Vedelsby, Neural Network Ensembles, Cross Validation, and Active Learning, 1995.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from maskopt.catalog.families import family
from maskopt.records import StudyRecord, TrialRecord, TrialState


def pick_candidates(record: StudyRecord, members: int) -> tuple[TrialRecord, ...]:
    """Return the complete trials that may vote, the best one first.

    Ties come before all others, those whose backbone is rarest among the ones before them first.

    Args:
        record: What is known of the study; without ties its best trials are taken as they rank.
        members: How many at most.
    """
    complete = [t for t in record.ranked if t.state is TrialState.COMPLETE and t.best]
    ties = record.ties
    tied = {trial.number for trial in ties}
    others = [trial for trial in complete if trial.number not in tied]
    return (*unlike_first(ties), *others)[:members]


def unlike_first(trials: Sequence[TrialRecord]) -> tuple[TrialRecord, ...]:
    """Return trials in turns of their backbones, each backbone's best first; the first stays."""
    families: Counter[str] = Counter()
    backbones: Counter[str] = Counter()
    left, chosen = list(trials), []
    while left:
        # `min` keeps the earlier of equals, and the earlier one scored more.
        trial = min(left, key=lambda t: (families[_family(t)], backbones[_backbone(t)]))
        left.remove(trial)
        chosen.append(trial)
        families[_family(trial)] += 1
        backbones[_backbone(trial)] += 1
    return tuple(chosen)


def _backbone(trial: TrialRecord) -> str:
    return str(trial.config.get("backbone", ""))


def _family(trial: TrialRecord) -> str:
    return family(_backbone(trial))
