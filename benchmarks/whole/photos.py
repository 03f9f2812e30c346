"""The photos of a whole job: what is trained on, and what is set aside.

Letters of shapes: N photos.
"""

from __future__ import annotations

import csv
import posixpath
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from maskopt.data.audit import audit
from maskopt.data.class_table import joint_ids
from maskopt.data.people import draw_people
from maskopt.data.photos import PhotoTable
from maskopt.labels import LabelSpace
from maskopt.spec import FoldsSpec, StudySpec
from maskopt.votes.scores import scored_ids

FEWEST_FOLDS = 2  # of photos set aside, which need none, but at least two groups a class


@dataclass(frozen=True)
class Photos:
    """Photos with what is true of them.

    Attributes:
        place: The folder or manifest that names them.
        table: As maskopt's audit reads it.
        targets: Class ids over all attributes of the study together, [N].
        label_space: Says which these are.
    """

    place: Path
    table: PhotoTable
    targets: NDArray[np.int64]
    label_space: LabelSpace

    @property
    def groups(self) -> NDArray[np.int64]:
        """Numbers of their groups, [N], from 0."""
        return np.unique(self.table.groups, return_inverse=True)[1].astype(np.int64)

    def write(self, file: Path, *, told: bool) -> None:
        """Write them as rivals read them: `path`, absolute, and `target` where it is told."""
        files = [str(Path(self.table.file(index)).absolute()) for index in range(len(self.table))]
        columns = {"path": files, **({"target": self.targets.tolist()} if told else {})}
        with file.open("w", newline="") as stream:
            table = csv.writer(stream)
            table.writerow(columns)
            table.writerows(zip(*columns.values(), strict=True))

    def read_classes(self, file: Path) -> NDArray[np.int64]:
        """Return class ids, [N], of what `maskopt predict` wrote, in the order of the table."""
        with file.open(newline="", encoding="utf-8") as stream:
            rows = {posixpath.normpath(row["path"]): row for row in csv.DictReader(stream)}
        return np.array([self._joint(rows[str(path)]) for path in self.table.paths])

    def read_targets(self, file: Path) -> NDArray[np.int64]:
        """Return class ids, [N], of what a rival wrote, in the order of the table."""
        with file.open(newline="") as stream:
            return np.array([int(row["predicted"]) for row in csv.DictReader(stream)])

    def _joint(self, row: Mapping[str, str]) -> int:
        joint = self.label_space.scored
        return joint.join([a.classes.index(row[a.name]) for a in joint.attributes])


def read_photos(spec: StudySpec, place: Path) -> Photos:
    """Return the photos that a folder or a manifest names, judged by the study's own file.

    Exits with all that is wrong with them.
    """
    data = replace(spec.data, photos=str(place.absolute()), built_in_people=None)
    found = audit(data, spec.label_space, FoldsSpec(FEWEST_FOLDS), source=str(place))
    if found.table is None or found.errors:
        sys.exit("\n".join(found.errors))
    targets = scored_ids(spec.label_space, joint_ids(spec.label_space, found.table.class_ids))
    return Photos(place.absolute(), found.table, targets, spec.label_space)


def draw_photos(folder: Path, people: int, aside: int) -> tuple[Path, Path]:
    """Draw people to train on and others to set aside; return their folders."""
    for name, count, seed in (("train", people, 0), ("aside", aside, 1)):
        draw_people(folder / name, count, seed=seed, eval_people=1)
    return folder / "train" / "train", folder / "aside" / "train"
