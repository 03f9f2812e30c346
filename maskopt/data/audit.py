"""Everything wrong with a study's photos, told at once, and the table of them if nothing is.

Errors are what a sweep refuses; warnings are what it goes on over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from maskopt.data.class_ids import read_class_ids, read_numbers
from maskopt.data.class_table import ClassTable, check_classes, joint_ids, tabulate
from maskopt.data.consistency import check_groups
from maskopt.data.corrections import correct
from maskopt.data.duplicates import check_duplicates
from maskopt.data.facts import Facts
from maskopt.data.folds import split
from maskopt.data.generated import Family, find_family
from maskopt.data.integrity import Probe, probe_photos, tell_broken
from maskopt.data.layouts import read_facts
from maskopt.data.photos import PhotoTable, take_fingerprint
from maskopt.data.problems import Problems, shown
from maskopt.errors import did_you_mean, plural
from maskopt.labels import Attribute, LabelSpace
from maskopt.spec.model import DataSpec, FoldsSpec

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Audit:
    """What a look at all photos gave.

    Attributes:
        errors: What must be mended before a sweep, one message each.
        warnings: What should be known, one message each.
        notes: What was done: corrections applied.
        class_table: Rows by attribute, and of all attributes together under their joint name.
        table: The photos; none where there are errors.
    """

    errors: tuple[str, ...]
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    class_table: ClassTable = field(default_factory=dict)
    table: PhotoTable | None = None


def audit(spec: DataSpec, label_space: LabelSpace, folds: FoldsSpec, *, source: str) -> Audit:
    """Read, judge and split the photos of a study.

    Args:
        spec: Where the photos are; `spec.photos` must be set.
        label_space: What the study learns: only these facts need to be known.
        folds: How to split.
        source: What messages call the photos, usually the path as it was given.

    Raises:
        ValueError: `spec.photos` is none.
    """
    if spec.photos is None:
        raise ValueError("`spec.photos` must be set, got none")
    problems = Problems(source)
    facts = read_facts(Path(spec.photos), spec.layout, label_space.attributes, problems)
    if facts is None or not len(facts.paths):  # each of a manifest's lines may be wrong
        return Audit(tuple(problems.errors), tuple(problems.warnings))
    notes: list[str] = []
    if spec.corrections:
        facts = _correct(facts, spec, problems, notes)
    learned = [attribute.name for attribute in label_space.attributes]
    family = find_family(facts, learned, spec.group, problems)
    notes += [family.note] if family.note else []
    return _judge(family, spec.group, label_space, folds, problems, tuple(notes))


def _correct(facts: Facts, spec: DataSpec, problems: Problems, notes: list[str]) -> Facts:
    assert spec.corrections
    found = Problems(spec.corrections)
    corrected = correct(facts, Path(spec.corrections), spec.attributes, spec.group, found)
    problems.errors += found.errors
    notes += [corrected.note] if corrected.note else []
    return corrected.facts


def _judge(
    family: Family,
    group: str | None,
    label_space: LabelSpace,
    folds: FoldsSpec,
    problems: Problems,
    notes: tuple[str, ...],
) -> Audit:
    facts, taken = family.facts, family.taken
    groups = _read_groups(facts, group, problems)
    probes = probe_photos(str(facts.root), facts.paths)
    tell_broken(probes, facts, problems)
    ids = {a: read_class_ids(facts, a, problems) for a in label_space.attributes}
    known = {attribute: found for attribute, found in ids.items() if found is not None}
    if groups is None or len(known) < len(ids):
        return Audit(tuple(problems.errors), tuple(problems.warnings), notes)
    groups = family.inherit_groups(groups)
    if group:
        check_groups(known, groups, group, facts.layout, problems)
    by_name = {attribute.name: found for attribute, found in known.items()}
    joint = joint_ids(label_space, by_name)
    check_duplicates(facts, groups, joint, probes, problems)
    fold = _split(joint[taken], groups[taken], folds, group, problems)
    judged = {name: found[taken] for name, found in by_name.items()}
    table = tabulate(label_space, judged, groups[taken], fold, folds.count)
    if joint.min() >= 0:  # else classes may lack photos because facts are misspelt
        check_classes(table, label_space, folds.count, group, problems)
    photos = None
    if not problems.errors and fold is not None:
        photos = _build_table(facts, groups, family.inherit_folds(fold), known, probes)
    return Audit(tuple(problems.errors), tuple(problems.warnings), notes, table, photos)


def _read_groups(facts: Facts, group: str | None, problems: Problems) -> NDArray[np.str_] | None:
    """Return the name of each photo's group, [N]: its own path where there are no groups."""
    if group is None:
        return np.array(facts.paths, dtype=np.str_)
    if group not in facts.columns:
        known = ", ".join(shown(name) for name in facts.columns)
        problems.say(
            f"no fact {group!r} to group by; layout `{facts.layout}` has {known}; write "
            f"`group: none` if no photos belong together{did_you_mean(group, facts.columns)}"
        )
        return None
    column = facts.columns[group]
    nowhere = [facts.name(index) for index, name in enumerate(column) if not name]
    one, many = f"photo has no {group}", f"photos have no {group}"
    problems.error(nowhere, one, many, "say which group it belongs to, or leave the photo out")
    return np.array(column, dtype=np.str_)


def _split(
    ids: Ints, groups: NDArray[np.str_], folds: FoldsSpec, group: str | None, problems: Problems
) -> Ints | None:
    count = len(np.unique(groups))
    if count < folds.count:
        noun = group or "photo"
        problems.say(
            f"{plural(count, noun)} cannot fill {folds.count} folds; add some, or make fewer folds"
        )
        return None
    return split(ids, groups, count=folds.count, seed=folds.seed)


def _build_table(
    facts: Facts,
    groups: NDArray[np.str_],
    folds: Ints,
    class_ids: Mapping[Attribute, Ints],
    probes: Sequence[Probe],
) -> PhotoTable:
    stats = ((probe.size, probe.changed) for probe in probes)
    return PhotoTable(
        root=str(facts.root),
        paths=np.array(facts.paths, dtype=np.str_),
        groups=groups,
        folds=folds,
        class_ids={attribute.name: ids for attribute, ids in class_ids.items()},
        stamp=take_fingerprint(facts.paths, stats),
        numbers=read_numbers(facts, class_ids),
    )
