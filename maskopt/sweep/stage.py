"""A sweep that is ready to search: what was read, looked at and prepared."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from maskopt.cluster.devices import DevicePlan
from maskopt.data.photos import PhotoTable
from maskopt.export.best import Scene
from maskopt.records import TrialSetup
from maskopt.roles import Agenda, SweepPlan
from maskopt.spec import StudySpec
from maskopt.sweep.options import SweepOptions


@dataclass(frozen=True)
class Stage:
    """What was read, looked at and prepared.

    Attributes:
        deadline: Monotonic time at which the process is to be gone; none where nothing limits it.
    """

    options: SweepOptions
    spec: StudySpec
    table: PhotoTable
    deadline: float | None

    @property
    def folder(self) -> Path:
        """The study's own folder."""
        return self.options.studies.absolute() / self.spec.study

    @property
    def cache(self) -> Path:
        """Where decoded images are kept."""
        return self.options.studies.absolute() / "cache"

    @property
    def trials(self) -> Path:
        """Where each trial's own folder lies."""
        return self.folder / "trials"

    @property
    def scene(self) -> Scene:
        """What all trials share, for the best one's bundle."""
        return Scene(self.spec, self.table, self.folder, self.cache)

    @property
    def left(self) -> float | None:
        """Seconds until the deadline; none where there is none."""
        return None if self.deadline is None else self.deadline - time.monotonic()

    def setup(self, scratch: tuple[str, ...], threads: int) -> TrialSetup:
        """Return what goes to every worker."""
        spec = self.spec
        return TrialSetup(
            study=spec.study,
            label_space=spec.label_space,
            photos_table=str(self.folder / "photos.csv"),
            cache_folder=str(self.cache),
            folds=tuple(range(spec.folds.use)),
            objective=spec.objective,
            epochs=spec.budget.epochs,
            patience=spec.budget.patience,
            scratch=scratch,
            threads=threads,
            objectives=spec.objectives,
            compile=spec.budget.compile,
        )

    def plan(self, devices: DevicePlan, agenda: Callable[[], Agenda | None]) -> SweepPlan:
        """Return what watchers are told before the first trial."""
        spec = self.spec
        return SweepPlan(
            study=spec.study,
            objective=spec.objective,
            trials=spec.budget.trials,
            epochs=spec.budget.epochs,
            trials_at_once=devices.trials_at_once,
            devices=devices.words,
            seconds=self.left,
            varying=tuple(path for path, _ in spec.space.varying()),
            agenda=agenda,
        )
