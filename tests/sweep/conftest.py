"""Studies on the same photos, without devices: what a conductor gives, and what it need not."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from maskopt.data.photos import PhotoTable, write_photos
from maskopt.records import (
    Ending,
    EpochReport,
    TrialRecord,
    TrialSetup,
    TrialTask,
    Verdict,
)
from maskopt.spec import StudySpec, read_spec
from maskopt.study.storage import default_storage
from maskopt.study.study import Study
from maskopt.sweep.conduct import SweepConductor
from maskopt.sweep.identity import PHOTOS
from maskopt.sweep.memory import Archive
from maskopt.sweep.until import Until

from .left import write_weights

FILE = """\
data: {photos: photos, attributes: {mask: {classes: [worn, bare]}}, group: none}
heads: [mask]
folds: {count: 2}
budget: {trials: none, time: 1h, epochs: 3}
pruner: none
warm_start: none
noise: 0
try_first: [{lr: 0.001}]
space: {backbone: resnet18, lr: [0.001, 0.01], schedule: constant}
"""
TABLE = PhotoTable("photos", np.array(["a"]), np.array(["a"]), np.array([0]), {}, stamp="1")


class Heard(Until):
    """A timetable and a watcher that write down what they hear."""

    def __init__(self) -> None:
        super().__init__(None, lambda: 0.0)
        self.taught: list[int] = []
        self.shown: list[tuple[int, int]] = []

    def reported(self, number: int, report: EpochReport, verdict: Verdict | None = None) -> None:
        if verdict is None:
            self.taught.append(report.epoch)
        else:
            self.shown.append((number, report.epoch))

    def ended(self, trial: TrialRecord) -> None:
        """Hear it twice, as both."""

    def tick(self) -> None:
        """Do nothing."""


@dataclass
class Sweep:
    study: Study
    archive: Archive
    conductor: SweepConductor
    heard: Heard
    folder: Path

    def train(self, task: TrialTask | None, *scores: float, ending: Ending = Ending.ENDED) -> None:
        """Train a task, which leaves its files."""
        assert task is not None
        folder = Path(task.folder)
        folder.mkdir(parents=True, exist_ok=True)
        for file in ("best.npz", "checkpoint.pt"):
            (folder / file).write_text(file)
        best = max(range(len(scores)), key=scores.__getitem__, default=0)
        write_weights(folder / "best.safetensors", task.known_epochs + best + 1)
        for epoch, score in enumerate(scores, start=task.known_epochs + 1):
            self.conductor.report(task.number, EpochReport(epoch, score, 1.0, 1.0, 9.0))
        self.conductor.close(task.number, ending)

    def files(self, number: int) -> list[str]:
        return sorted(file.name for file in (self.folder / f"{number:05d}").iterdir())


@contextmanager
def _sweeping(
    studies: Path,
    name: str,
    *sets: str,
    stamp: str = "1",
    digest: str = "1 photo (a)",
    scratch: tuple[str, ...] = (),
) -> Iterator[Sweep]:
    spec = _spec(studies, name, sets, digest)
    url = default_storage(studies)
    with Study.open(spec, url, studies / name) as study:
        write_photos(replace(TABLE, stamp=stamp), studies / name / "photos.csv")
        (studies / name / "weights.json").write_text(
            '{"scratch": ["' + '", "'.join(scratch) + '"]}'
        )
        archive = Archive(spec, url, studies, study.record(), study.trial_record)
        heard, trials = Heard(), studies / name / "trials"
        conductor = SweepConductor(
            study,
            _setup(spec, scratch),
            trials,
            heard,  # type: ignore[arg-type]
            timetable=heard,
            memory=archive,
        )
        yield Sweep(study, archive, conductor, heard, trials)


def _spec(studies: Path, name: str, sets: tuple[str, ...], digest: str) -> StudySpec:
    file = studies / "masks.yaml"
    file.write_text(FILE)
    spec = read_spec(str(file), study=name, sets=list(sets))
    return replace(spec, content={**spec.content, PHOTOS: digest})


def _setup(spec: StudySpec, scratch: tuple[str, ...]) -> TrialSetup:
    return TrialSetup(
        study=spec.study,
        label_space=spec.label_space,
        photos_table="photos.csv",
        cache_folder="cache",
        folds=(0,),
        objective=spec.objective,
        epochs=spec.budget.epochs,
        scratch=scratch,
    )


@pytest.fixture
def sweeping() -> Any:
    """A study that is swept by hand, given its folder and its name."""
    return _sweeping
