"""No work twice: what a configuration gave when it was trained before, in any study."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from maskopt.catalog.parts import DEFAULT_PARTS, NUMBERS
from maskopt.data.photos import read_photos, read_stamp
from maskopt.errors import DataError, SpecError
from maskopt.records import CHECKPOINT, StudyRecord, TrialRecord, TrialTask
from maskopt.space import Value
from maskopt.spec import StudySpec
from maskopt.study.reading import read_study, stored_contents
from maskopt.sweep.conduct import Recalled
from maskopt.sweep.identity import PHOTOS, describe, same_photos, stored_spec
from maskopt.sweep.works import Work, adopt, usable

MOST_IN_A_ROW = 8
"""Trials of this study that repeat an earlier one and are answered from memory one after another.

A small space without a target is soon exhausted: it would otherwise be answered thousands of
times an hour, whoever trained it. The next one is trained with a seed of its own.
"""


@dataclass(frozen=True)
class _Origin:
    """A study whose work can be used."""

    name: str
    folder: Path
    epochs: int
    scratch: frozenset[str]


class Archive:
    """Remembers this study's trials, and those of studies that trained on the same data.

    The same data: photos, stamp, folds and classes; and the same heads, objective and patience.

    Attributes:
        notes: What cannot be used although it looks like it, a line a study.
    """

    def __init__(
        self,
        spec: StudySpec,
        storage_url: str,
        studies: Path,
        record: StudyRecord,
        trial_record: Callable[[int], TrialRecord],
    ) -> None:
        """Read what there is.

        Args:
            spec: What is searched now, with its table of photos in its content.
            storage_url: Where studies are kept.
            studies: The folder of studies.
            record: This study's trials so far.
            trial_record: Gives one of them as it is now.
        """
        self.notes: list[str] = []
        self._spec, self._studies = spec, studies
        self._trial_record = trial_record
        self._row = 0
        self._own = self._origin(spec)
        self._numbers: dict[str, list[int]] = defaultdict(list)
        for trial in record.trials:
            if trial.config:
                self._numbers[_key(trial.config)].append(trial.number)
        self._former: dict[str, list[tuple[_Origin, TrialRecord]]] = defaultdict(list)
        for origin in self._origins(stored_contents(storage_url)):
            for trial in read_study(storage_url, origin.name).trials:
                if trial.reports:
                    self._former[_key(trial.config)].append((origin, trial))

    def recall(self, task: TrialTask) -> Recalled | None:
        """Return the reports of a configuration that was trained before, its files in place.

        What it ended with, all its epochs or its own patience, is whole; what was pruned or
        paused goes on from its checkpoint where that still lies there. Failed trials are none.

        Args:
            task: A trial with known epochs is given work that begins with them: what was recalled
                when its driver died, or what a trial that it shares them with came to meanwhile.
                Where its own checkpoint lies in its folder only what is over saves anything.
        """
        key = _key(task.config.values)
        numbers = self._numbers[key]
        is_repeat = not task.known_epochs and any(number != task.number for number in numbers)
        if task.number not in numbers:
            numbers.append(task.number)
        if is_repeat and self._row >= MOST_IN_A_ROW:
            self._row = 0
            return None
        goes_on = task.known_epochs > 0 and (Path(task.folder) / CHECKPOINT).exists()
        works = [work for work in self._works(key, task) if work.is_over or not goes_on]
        works.sort(key=lambda work: (not work.is_over, -len(work.reports)))
        work = next((work for work in works if adopt(work, task)), None)
        if not task.known_epochs:
            self._row = self._row + 1 if is_repeat and work is not None else 0
        return None if work is None else Recalled(work.reports, work.is_over)

    def _works(self, key: str, task: TrialTask) -> list[Work]:
        """Return what a task can have of others of its configuration, whose key this is."""
        own = [(self._own, self._trial_record(number)) for number in self._numbers[key]]
        begun = self._trial_record(task.number).reports if task.known_epochs else ()
        return [
            work
            for origin, trial in (*self._former[key], *own)
            if (origin, trial.number) != (self._own, task.number)
            and self._starts_alike(origin, task)
            for work in _works(origin, trial, task)
            if work.reports[: task.known_epochs] == begun
        ]

    def _origins(self, contents: Mapping[str, Mapping[str, Any]]) -> Iterable[_Origin]:
        for name, content in contents.items():
            if name == self._spec.study or not self._has_photos(name, content.get(PHOTOS)):
                continue
            try:
                old = stored_spec(content)
            except SpecError:  # a later version's; it is told where warm starts are looked for
                continue
            if not self._is_alike(old):
                continue
            if old.budget.epochs != self._spec.budget.epochs:
                self.notes.append(
                    f"study {name!r} trains for {old.budget.epochs} epochs, not "
                    f"{self._spec.budget.epochs}: a schedule that fills its epochs is another "
                    "one then, and trials that have one are trained again"
                )
            yield self._origin(old)

    def _has_photos(self, name: str, stored: object) -> bool:
        """Tell whether a study has this one's photos, numbers included."""
        mine = self._spec.content.get(PHOTOS)
        if stored == mine:
            return True
        if not same_photos(stored, mine):
            return False
        try:  # it may be of a version that kept no numbers in what it stored; its table has them
            return describe(read_photos(self._studies / name / "photos.csv")) == mine
        except DataError:
            return False

    def _is_alike(self, old: StudySpec) -> bool:
        new = self._spec
        same = (
            (old.label_space, old.folds, old.objective, old.budget.patience)
            == (new.label_space, new.folds, new.objective, new.budget.patience)
        )  # fmt: skip
        # Seconds a photo are those of another day, and perhaps of another machine.
        timed = "latency" in new.objectives
        stamps = {read_stamp(self._studies / s.study / "photos.csv") for s in (old, new)}
        return same and not timed and len(stamps) == 1 and None not in stamps

    def _origin(self, spec: StudySpec) -> _Origin:
        folder = self._studies / spec.study
        settled = folder / "weights.json"
        scratch = json.loads(settled.read_text())["scratch"] if settled.exists() else ()
        return _Origin(spec.study, folder, spec.budget.epochs, frozenset(scratch))

    @staticmethod
    def _starts_alike(origin: _Origin, task: TrialTask) -> bool:
        """Tell whether a backbone starts from random weights in both studies, or in neither."""
        backbone = task.config["backbone"]
        return (backbone in origin.scratch) is (backbone in task.setup.scratch)


def _works(origin: _Origin, trial: TrialRecord, task: TrialTask) -> list[Work]:
    work = usable(origin.name, origin.folder, origin.epochs, trial, task)
    return [] if work is None else [work]


def _key(config: Mapping[str, Value]) -> str:
    return json.dumps({**_BEFORE, **config}, sort_keys=True)


_BEFORE = {
    **{key: DEFAULT_PARTS[key] for key in ("view", "head_weights")},
    **{key: number.default for key, number in NUMBERS.items()},
}
"""What trials of versions had that did not know these keys: today's defaults leave them out."""
