"""All points that a search tries before it draws its own, in their order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from maskopt.catalog.families import family, most_different
from maskopt.errors import plural
from maskopt.records import Start, StudyRecord, TrialRecord, TrialState
from maskopt.space import SearchSpace
from maskopt.spec import StudySpec
from maskopt.starts.affording import ProbeRoom, afford
from maskopt.starts.completing import complete_point
from maskopt.starts.fitting import in_short
from maskopt.starts.former import MOST, Taken, find_formers, take_points
from maskopt.starts.proven import Offer, backbones_of, middle_start, proven_starts

MOST_TIMED = 8
"""Points of the portfolio where only time ends a search."""


MOST_SIZES = 4
"""Backbones that are probed one by one where only time ends a search; of more, one a family."""


@dataclass(frozen=True)
class Starts:
    """What a search starts from.

    Attributes:
        starts: In the order to try them; the user's own `try_first` comes before.
        notes: What did not fit, a line each.
    """

    starts: tuple[Start, ...]
    notes: tuple[str, ...] = ()


def build_starts(
    spec: StudySpec,
    storage_url: str,
    studies: Path,
    record: StudyRecord,
    scratch: Sequence[str] = (),
    room: ProbeRoom | None = None,
) -> Starts:
    """Gather the points that a search tries first.

    Args:
        spec: What is searched.
        storage_url: Where former studies are kept.
        studies: The folder of studies.
        record: What this study has tried already: nothing of it is given again.
        scratch: Backbones that start from random weights.
        room: What probes may take; none is no limit.
    """
    formers = find_formers(spec, storage_url, studies)
    taken = take_points(formers, spec.space, scratch, _most_former(spec.budget.trials))
    halves = spec.pruner.name == "halving"
    chosen = choose_starts(spec.space, spec.budget.trials, record, taken, scratch, halves=halves)
    starts, notes = afford(chosen.starts, spec.space, room) if room else (chosen.starts, ())
    return Starts(tuple(starts), (*chosen.notes, *notes, *_unused(spec, taken)))


def _unused(spec: StudySpec, taken: Taken) -> list[str]:
    """Return a note for each study that was named and gave nothing."""
    named = () if isinstance(spec.warm_start, str) else spec.warm_start
    given = {start.source.removeprefix("study ").rpartition(", ")[0] for start in taken.starts}
    return [
        f"warm start from study {name!r}: none of its best complete trials adds a point of this "
        "space"
        for name in named
        if name not in given
    ]


def choose_starts(
    space: SearchSpace,
    trials: int | None,
    record: StudyRecord,
    former: Taken,
    scratch: Sequence[str] = (),
    *,
    halves: bool = True,
) -> Starts:
    """Choose among what the portfolio and former studies know, and probe every family.

    The first start of each family reaches the second rung whatever its score, and that of each
    backbone where they are few. With less than three trials a family only a third of the trials
    are such probes. All in all the portfolio
    gives no more than a quarter of the trials, or one a probe, and former studies a quarter.

    Args:
        space: What is searched.
        trials: The study's target; none where time alone ends it.
        record: What this study has tried already.
        former: What was taken of former studies.
        scratch: Backbones that start from random weights.
        halves: Whether the pruner is one that lets probes pass; of others nothing is promised.
    """
    begun = _families_begun(record)
    backbones = backbones_of(space)
    probed, notes = _probed(most_different(backbones), begun, trials)
    most = MOST_TIMED if trials is None else max(1, trials // 4)
    proven = proven_starts(space, scratch)
    first = {offer.family: offer for offer in reversed(proven) if offer.family in probed}
    probes = [
        replace(first[name].start, reach=1)
        if name in first
        else middle_start(name, backbones[name], space)
        for name in probed
    ]
    rest = _fresh([offer.start for offer in proven if offer not in first.values()], record)
    rest = rest[: max(0, most - len(probes) - _given(record, "portfolio: "))]
    rest = _probe_sizes(rest, probes, [*chain(*backbones.values())], trials, record)
    starts = [replace(each, point=complete_point(each.point, space)) for each in (*probes, *rest)]
    points = [start.point for start in rest]
    used = [each for each in proven if each in first.values() or each.start.point in points]
    left = max(0, _most_former(trials) - _given(record, "study "))
    known = _fresh(former.starts, record)[:left]
    said = (*(notes if halves else ()), *_portfolio_note(used), *(former.notes if known else ()))
    return Starts((*starts, *known), said)


def _probe_sizes(
    rest: Sequence[Start],
    probes: Sequence[Start],
    backbones: Sequence[str],
    trials: int | None,
    record: StudyRecord,
) -> list[Start]:
    """Have each backbone's first point reach the second rung too, where there is room for all.

    A large member of a family learns slowly at first and is better at the end than a small one.
    Of a backbone that the study has probed or trained already none does.
    """
    if len(backbones) > (MOST_SIZES if trials is None else trials // 3):
        return list(rest)
    # The only one of a space is settled, and no point names it.
    probed = {start.point.get("backbone", backbones[0]) for start in probes}
    probed |= {trial.config["backbone"] for trial in _past_probes(record)}
    found = []
    for start in rest:
        backbone = start.point.get("backbone", backbones[0])
        found.append(start if backbone in probed else replace(start, reach=1))
        probed.add(backbone)
    return found


def _portfolio_note(used: Sequence[Offer]) -> list[str]:
    left = in_short(word for offer in used for word in offer.words)
    return [f"{plural(len(used), 'point')} of the portfolio{left}"] if left else []


def _most_former(trials: int | None) -> int:
    return MOST if trials is None else min(MOST, max(1, trials // 4))


def _probed(
    families: list[str], begun: set[str], trials: int | None
) -> tuple[list[str], tuple[str, ...]]:
    """Return the families to probe now, the most different first, and a note if some never are.

    Args:
        families: All of the space, the most different first.
        begun: Those that need no probe any more.
        trials: The study's target.
    """
    order = [name for name in families if name not in begun]
    if trials is None or trials >= 3 * len(families):
        return order, ()
    allowed = max(1, trials // 3)
    probed = order[: max(0, allowed - len(begun))]
    if begun or len(families) == 1:
        return probed, ()
    note = (
        f"{plural(trials, 'trial')}: {len(probed)} of {len(order)} backbone families "
        f"({', '.join(probed)}) are sure to reach the second rung; {3 * len(families)} trials "
        "would do for all"
    )
    return probed, (note,)


def _families_begun(record: StudyRecord) -> set[str]:
    """Return the families that need no probe any more: of which one had its, or was trained."""
    return {family(str(trial.config["backbone"])) for trial in _past_probes(record)}


def _past_probes(record: StudyRecord) -> list[TrialRecord]:
    """Return the trials whose backbones need no probe any more."""
    known = (trial for trial in record.trials if "backbone" in trial.config)
    return [trial for trial in known if _is_probe(trial) or _is_trained(trial)]


def _is_probe(trial: TrialRecord) -> bool:
    return bool(trial.source) and str(trial.source).startswith(("portfolio", "probe"))


def _is_trained(trial: TrialRecord) -> bool:
    return trial.state is TrialState.COMPLETE


def _given(record: StudyRecord, source: str) -> int:
    return sum(str(trial.source).startswith(source) for trial in record.trials)


def _fresh(starts: Sequence[Start], record: StudyRecord) -> list[Start]:
    """Return the starts whose values no trial of the study has."""
    tried = [trial.config.items() for trial in record.trials if trial.config]
    return [s for s in starts if not any(s.point.items() <= each for each in tried)]
