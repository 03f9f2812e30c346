"""Photos that were made from others: they inherit their parent's facts and group.

A manifest names a photo's parent, by its path, in a column `parent`; the cell is empty for photos
that were taken. What a generated photo says of itself must be what its parent says; what it leaves
empty it inherits.

Letters of shapes: N photos.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from maskopt.data.facts import Facts
from maskopt.data.photos import generated_fold
from maskopt.data.problems import Problems, shown
from maskopt.errors import plural

PARENT = "parent"
Ints = NDArray[np.int64]
_MOST = 20  # wrong photos that get a line of their own


@dataclass(frozen=True, eq=False)
class Family:
    """Facts as they are inherited, and who is whose parent.

    Attributes:
        facts: Of all photos.
        parents: Index of each photo's parent, [N]; -1 of one that was taken.
    """

    facts: Facts
    parents: Ints

    @property
    def taken(self) -> NDArray[np.bool_]:
        """Which photos were taken, [N]."""
        return self.parents < 0

    @property
    def note(self) -> str:
        """What is said of generated photos; empty where there are none."""
        count = int((~self.taken).sum())
        photos = plural(count, "photo was", "photos were")
        return f"{photos} made from others: trained on, never judged" if count else ""

    def inherit_groups(self, groups: NDArray[np.str_]) -> NDArray[np.str_]:
        """Return groups of which every photo has its parent's, [N]."""
        return np.where(self.taken, groups, groups[self.parents])

    def inherit_folds(self, folds: Ints) -> Ints:
        """Return the fold of each photo, [N], given those of the photos that were taken."""
        of_all = np.empty(len(self.parents), dtype=np.int64)
        of_all[self.taken] = folds
        made = ~self.taken
        of_all[made] = generated_fold(of_all[self.parents[made]])
        return of_all


def find_family(
    facts: Facts, needed: Iterable[str], group: str | None, problems: Problems
) -> Family:
    """Return facts in which photos have inherited their parents'.

    Args:
        facts: As they were read and corrected.
        needed: Names of facts that a study learns.
        group: The fact that groups photos, if any.
        problems: Gathers parents that are missing or generated themselves, and facts that
            contradict a parent's: a line a photo.
    """
    judged = list(dict.fromkeys([*needed, *([group] if group else [])]))
    if PARENT not in facts.columns or PARENT in judged:
        return Family(facts, np.full(len(facts), -1))
    names = [_plain(name) for name in facts.columns[PARENT]]
    places = {path: index for index, path in enumerate(facts.paths)}
    parents = np.array([places.get(name, -1) if name else -1 for name in names], dtype=np.int64)
    found = {
        index: _judge(facts, names, index, int(parents[index]), judged)
        for index, name in enumerate(names)
        if name
    }
    wrong = [f"{facts.name(index)}: {each}" for index, each in found.items() if each]
    for line in wrong[:_MOST]:
        problems.say(line)
    if wrong[_MOST:]:
        problems.say(f"{plural(len(wrong) - _MOST, 'other generated photo')} with such errors")
    columns = {
        name: [
            own or (column[parent] if parent >= 0 else "")
            for own, parent in zip(column, parents, strict=True)
        ]
        for name, column in facts.columns.items()
    }
    sound = np.array([not found.get(index) for index in range(len(facts))], dtype=bool)
    return _keep(Family(replace(facts, columns=columns), parents), sound)


def _keep(family: Family, sound: NDArray[np.bool_]) -> Family:
    """Leave wrong photos out: what is missing of them must not be told a second time."""
    if sound.all():
        return family
    facts, rows = family.facts, np.flatnonzero(sound).tolist()
    columns = {name: [column[row] for row in rows] for name, column in facts.columns.items()}
    lines = [facts.lines[row] for row in rows] if facts.lines else ()
    kept = replace(facts, paths=[facts.paths[row] for row in rows], columns=columns, lines=lines)
    places = np.cumsum(sound) - 1
    parents = family.parents[sound]
    return Family(kept, np.where(parents < 0, -1, places[parents]))


def _judge(
    facts: Facts, names: list[str], index: int, parent: int, judged: list[str]
) -> str | None:
    """Return what is wrong with a generated photo."""
    name = shown(names[index])
    if parent < 0:
        return f"its parent {name} is no photo of the manifest; add it, or leave this photo out"
    if names[parent]:
        return f"its parent {name} was made from another itself; name the photo that was taken"
    for fact in judged:
        own, its = (facts.columns.get(fact, [""] * len(facts))[i] for i in (index, parent))
        if own and own != its:
            return (
                f"{fact} {shown(own)!r}, but its parent {name} has {shown(its)!r}; leave the cell "
                "empty to inherit"
            )
    return None


def _plain(path: str) -> str:
    return posixpath.normpath(path.replace("\\", "/")) if path else ""
