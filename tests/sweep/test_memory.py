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
    TrialState,
    TrialTask,
    Verdict,
)
from maskopt.spec import StudySpec, read_spec
from maskopt.study.storage import default_storage
from maskopt.study.study import Study
from maskopt.sweep.conduct import SweepConductor
from maskopt.sweep.identity import PHOTOS
from maskopt.sweep.memory import MOST_IN_A_ROW, Archive
from maskopt.sweep.until import Until

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
        for file in ("best.safetensors", "best.npz", "checkpoint.pt"):
            (folder / file).write_text(file)
        for epoch, score in enumerate(scores, start=task.known_epochs + 1):
            self.conductor.report(task.number, EpochReport(epoch, score, 1.0, 1.0, 9.0))
        self.conductor.close(task.number, ending)

    def files(self, number: int) -> list[str]:
        return sorted(file.name for file in (self.folder / f"{number:05d}").iterdir())


@contextmanager
def sweeping(
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


def test_what_another_study_trained_is_reported_at_once_and_takes_no_time(tmp_path: Path) -> None:
    with sweeping(tmp_path, "old") as old:
        old.train(old.conductor.ask(), 0.4, 0.6, 0.5)
    with sweeping(tmp_path, "new") as new:
        task = new.conductor.ask()
        assert task is not None
        assert task.number > 0
        first = new.study.trial_record(0)
        assert (first.state, [r.score for r in first.reports]) == (
            TrialState.COMPLETE,
            [0.4, 0.6, 0.5],
        )
        assert first.seconds < 5 < sum(report.seconds for report in first.reports)
        assert new.files(0) == ["best.npz", "best.safetensors", "log.txt", "origin.json"]
        assert (new.heard.taught, new.heard.shown[:3]) == ([], [(0, 1), (0, 2), (0, 3)])


def test_what_was_interrupted_goes_on_from_its_checkpoint(tmp_path: Path) -> None:
    with sweeping(tmp_path, "old") as old:
        old.train(old.conductor.ask(), 0.4, 0.6, ending=Ending.LOST)
    with sweeping(tmp_path, "new") as new:
        task = new.conductor.ask()
        assert task is not None
        assert (task.number, task.known_epochs) == (0, 2)
        assert "checkpoint.pt" in new.files(0)
        new.train(task, 0.7)
        assert new.heard.taught == [3]
        assert [r.score for r in new.study.trial_record(0).reports] == [0.4, 0.6, 0.7]


@pytest.mark.parametrize(
    ("sets", "changes"),
    [
        (("objective=accuracy",), {}),
        (("folds.use=2",), {}),
        (("budget.patience=2",), {}),
        (("budget.epochs=2",), {}),
        (("data.attributes.mask.classes=[worn,none]",), {}),
        ((), {"stamp": "2"}),
        ((), {"digest": "1 photo (b)"}),
        ((), {"scratch": ("resnet18",)}),
    ],
    ids=["objective", "folds", "patience", "epochs", "classes", "changed", "photos", "scratch"],
)
def test_other_data_and_other_aims_are_other_work(
    tmp_path: Path, sets: tuple[str, ...], changes: Any
) -> None:
    with sweeping(tmp_path, "old", *sets, **changes) as old:
        scores = (0.4, 0.6, 0.5)[: 2 if "budget.epochs=2" in sets else 3]
        old.train(old.conductor.ask(), *scores)
    with sweeping(tmp_path, "new") as new:
        task = new.conductor.ask()
        assert task is not None
        # Two epochs of a constant learning rate are the same work; their checkpoint is gone.
        assert (task.number, task.known_epochs) == (0, 0)
        assert not (tmp_path / "new" / "trials" / "00000").exists()


def test_other_epochs_are_told_once(tmp_path: Path) -> None:
    with sweeping(tmp_path, "old", "budget.epochs=2") as old:
        old.train(old.conductor.ask(), 0.4, 0.6)
    with sweeping(tmp_path, "new") as new:
        assert new.archive.notes == [
            "study 'old' trains for 2 epochs, not 3: a schedule that fills its epochs is another "
            "one then, and trials that have one are trained again"
        ]


def test_fewer_epochs_of_a_constant_learning_rate_are_the_same_work(tmp_path: Path) -> None:
    with sweeping(tmp_path, "old") as old:
        old.train(old.conductor.ask(), 0.4, 0.6, 0.5)
    with sweeping(tmp_path, "new", "budget.epochs=2") as new:
        new.conductor.ask()
        assert [r.score for r in new.study.trial_record(0).reports] == [0.4, 0.6]


def test_failed_work_is_none(tmp_path: Path) -> None:
    with sweeping(tmp_path, "old") as old:
        old.train(old.conductor.ask(), 0.4, ending=Ending.FAILED)
    with sweeping(tmp_path, "new") as new:
        task = new.conductor.ask()
        assert task is not None
        assert (task.number, task.known_epochs) == (0, 0)


def test_a_study_repeats_none_of_its_own_work_until_there_is_nothing_else(tmp_path: Path) -> None:
    """Two configurations: one trial each, eight answers from memory, then one is trained again."""
    with sweeping(tmp_path, "new") as new:
        trained = []
        for _ in range(3):
            task = new.conductor.ask()
            assert task is not None
            trained.append(task.number)
            new.train(task, 0.4, 0.6, 0.5)
        record = new.study.record()
        configs = {number: record.trials[number].config["lr"] for number in trained}
        assert trained[0] == 0
        assert configs[trained[0]] != configs[trained[1]]
        assert trained[2] - trained[1] - 1 == MOST_IN_A_ROW
        assert {t.state for t in record.trials} == {TrialState.COMPLETE}


def test_a_study_that_is_taken_up_again_remembers_its_own_work(tmp_path: Path) -> None:
    with sweeping(tmp_path, "new") as new:
        new.train(new.conductor.ask(), 0.4, 0.6, 0.5)
    with sweeping(tmp_path, "new") as again:
        task = again.conductor.ask()
        assert task is not None
        assert task.config["lr"] == 0.01
        again.train(task, 0.1, 0.2, 0.3)


def test_a_driver_that_died_while_it_recalled_work_recalls_it_again(tmp_path: Path) -> None:
    scores = (0.4, 0.6, 0.5)
    with sweeping(tmp_path, "old") as old:
        old.train(old.conductor.ask(), *scores)
        reports = old.study.trial_record(0).reports
    with sweeping(tmp_path, "new") as new:
        asked = new.study.ask()
        assert asked is not None
        new.study.report(asked.number, reports[0])
        new.study.close(asked.number, Ending.LOST, "killed")
    with sweeping(tmp_path, "new") as again:
        again.conductor.ask()
        first = again.study.trial_record(0)
        assert (first.state, first.reports) == (TrialState.COMPLETE, reports)


def test_reports_of_its_own_are_not_mixed_with_others(tmp_path: Path) -> None:
    with sweeping(tmp_path, "new") as new:
        task = new.conductor.ask()
        new.train(task, 0.3, ending=Ending.LOST)
    (tmp_path / "new" / "trials" / "00000" / "checkpoint.pt").unlink()
    with sweeping(tmp_path, "old") as old:
        old.train(old.conductor.ask(), 0.4, 0.6, 0.5)
    with sweeping(tmp_path, "new") as again:
        task = again.conductor.ask()
        assert task is not None
        assert (task.number, task.known_epochs) == (0, 1)
