"""The best points of former studies in the same storage, on similar data."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from maskopt.catalog.parts import DEFAULT_PARTS
from maskopt.errors import SpecError, StudyError, did_you_mean, plural
from maskopt.labels import Attribute
from maskopt.records import Start, StudyRecord, TrialRecord, TrialState
from maskopt.space import SearchSpace
from maskopt.spec import StudySpec
from maskopt.starts.fitting import Fitted, fit_point, in_short
from maskopt.starts.likeness import are_alike
from maskopt.study.reading import read_study, stored_contents
from maskopt.sweep.identity import PHOTOS, same_photos, stored_spec

MOST = 8
"""Points that are taken of former studies."""


@dataclass(frozen=True)
class Former:
    """A former study on similar data.

    Attributes:
        scratch: Backbones that started from random weights.
        shares: What it has in common, as people read it: `same photos`.
    """

    spec: StudySpec
    record: StudyRecord
    scratch: frozenset[str]
    shares: str


@dataclass(frozen=True)
class Taken:
    """What was taken of former studies: starts, best first, and a line a study."""

    starts: tuple[Start, ...]
    notes: tuple[str, ...]


def check_warm_start(spec: StudySpec, storage_url: str) -> None:
    """Refuse former studies that were named and cannot be used.

    Args:
        spec: What is searched now.
        storage_url: Where studies are kept.

    Raises:
        StudyError: One does not exist, cannot be read, or learns nothing that this one learns;
            one line a problem.
    """
    if isinstance(spec.warm_start, str):
        return
    contents = dict(stored_contents(storage_url))
    wrong = []
    for name in spec.warm_start:
        if name == spec.study:
            wrong.append(f"{name!r} is this study itself; name former ones, or `auto`")
        elif name not in contents:
            wrong.append(_unknown(name, contents))
        elif (old := _read(contents[name])) is None:
            wrong.append(f"study {name!r} cannot be read by this version of maskopt; leave it out")
        elif not _shared(old, spec):
            wrong.append(_strange(old, spec))
    if wrong:
        raise StudyError("\n".join(f"warm_start: {problem}" for problem in wrong))


def find_formers(spec: StudySpec, storage_url: str, studies: Path) -> tuple[Former, ...]:
    """Return the former studies that `warm_start` asks for, the most alike first.

    Args:
        spec: What is searched now.
        storage_url: Where studies are kept.
        studies: The folder of studies.
    """
    if spec.warm_start == "none":
        return ()
    named = None if isinstance(spec.warm_start, str) else spec.warm_start
    alike = []
    for name, content in stored_contents(storage_url).items():
        if name == spec.study or (named is not None and name not in named):
            continue
        old = _read(content)
        if old is not None and _shared(old, spec):
            alike.append((*_rank(old, content.get(PHOTOS), spec), name, old))
    # A study gives a point at least, so no more are read than points are taken.
    alike.sort(key=lambda each: each[:-1])
    return tuple(
        _former(spec, old, read_study(storage_url, old.study), not other, studies)
        for other, *_, old in alike[:MOST]
    )


def _read(content: Mapping[str, Any]) -> StudySpec | None:
    try:
        return stored_spec(content)
    except SpecError:  # a later version's
        return None


def _shared(old: StudySpec, spec: StudySpec) -> set[Attribute]:
    return set(old.label_space.attributes) & set(spec.label_space.attributes)


def _rank(old: StudySpec, photos: object, spec: StudySpec) -> tuple[bool, bool, float, bool]:
    """Return what is less the more alike a study is; first whether its photos are others."""
    every = set(old.label_space.attributes) | set(spec.label_space.attributes)
    return (
        not same_photos(photos, spec.content.get(PHOTOS)),
        old.label_space != spec.label_space,
        -len(_shared(old, spec)) / len(every),
        old.objective != spec.objective,
    )


def _former(
    spec: StudySpec, old: StudySpec, record: StudyRecord, same_photos: bool, studies: Path
) -> Former:
    shared = _shared(old, spec)
    same_labels = old.label_space == spec.label_space
    known = ", ".join(a.name for a in spec.label_space.attributes if a in shared)
    shares = "same photos" if same_photos else "same classes" if same_labels else known
    settled = studies / old.study / "weights.json"
    scratch = json.loads(settled.read_text())["scratch"] if settled.exists() else ()
    return Former(old, record, frozenset(scratch), shares)


def _unknown(name: str, contents: Mapping[str, Any]) -> str:
    there = f"there are: {', '.join(sorted(contents))}" if contents else "there is none yet"
    return f"no study {name!r} in the storage{did_you_mean(name, contents) or '; ' + there}"


def _strange(old: StudySpec, spec: StudySpec) -> str:
    learns = ", ".join(a.name for a in old.label_space.attributes)
    mine = ", ".join(a.name for a in spec.label_space.attributes)
    return (
        f"study {old.study!r} learns {learns}, and none of {mine} with the same classes: its "
        "points say nothing here; leave it out"
    )


def take_points(
    formers: Sequence[Former],
    space: SearchSpace,
    scratch: Sequence[str],
    count: int = MOST,
) -> Taken:
    """Return the best points of former studies, mapped into a space, no two nearly alike.

    Studies take turns, the most alike first. Trials of a backbone that the space does not offer,
    or whose weights start otherwise now, are passed over.

    Args:
        formers: The most alike first.
        space: Today's.
        scratch: Backbones that start from random weights now.
        count: The greatest number of points.
    """
    queues = [_candidates(former, space, frozenset(scratch)) for former in formers]
    taken: list[tuple[Former, TrialRecord, Fitted]] = []
    for turn in range(MOST):
        for former, queue in zip(formers, queues, strict=True):
            if turn < len(queue) and len(taken) < count:
                trial, fitted = queue[turn]
                if not any(are_alike(fitted.point, each.point, space) for *_, each in taken):
                    taken.append((former, trial, fitted))
    starts = tuple(
        Start(fitted.point, f"study {former.spec.study}, trial {trial.number}")
        for former, trial, fitted in taken
    )
    mine = [[fitted for whose, _, fitted in taken if whose is former] for former in formers]
    notes = (_note(former, each) for former, each in zip(formers, mine, strict=True) if each)
    return Taken(starts, tuple(notes))


def _candidates(
    former: Former, space: SearchSpace, scratch: frozenset[str]
) -> list[tuple[TrialRecord, Fitted]]:
    """Return the better half of a study's complete trials that fit, best first, all different."""
    complete = [t for t in former.record.ranked if t.state is TrialState.COMPLETE and t.best]
    found: list[tuple[TrialRecord, Fitted]] = []
    for trial in complete[: (len(complete) + 1) // 2]:
        backbone = str(trial.config.get("backbone"))
        if (backbone in former.scratch) is not (backbone in scratch):
            continue
        if len(found) == MOST:
            break
        # Trials of versions that knew no views saw whole photos.
        fitted = fit_point({"view": DEFAULT_PARTS["view"], **trial.config}, space)
        if "backbone" in fitted.dropped or not fitted.point:
            continue
        if not any(are_alike(fitted.point, each.point, space) for _, each in found):
            found.append((trial, fitted))
    return found


def _note(former: Former, taken: Sequence[Fitted]) -> str:
    begin = f"warm start from study {former.spec.study!r} ({former.shares})"
    words = (word for fitted in taken for word in fitted.words)
    return f"{begin}: {plural(len(taken), 'point')}{in_short(words)}"
