import os
from dataclasses import replace
from math import nan
from pathlib import Path
from typing import Any

import pytest

from maskopt.labels import LabelSpace
from maskopt.records import EpochReport, TrialRecord, TrialSetup, TrialState, TrialTask
from maskopt.space import TrialConfig
from maskopt.sweep.works import Work, adopt, usable

from .left import write_weights

SETUP = TrialSetup("new", LabelSpace(()), "photos.csv", "cache", (0,), "macro_f1", 4)
CONFIG = {"backbone": "resnet18", "lr": 0.1, "schedule": "cosine"}
WHOLE = ("best.safetensors", "best.npz")


def reports(*scores: float) -> tuple[EpochReport, ...]:
    return tuple(EpochReport(e, score, 1.0, 1.0, 9.0) for e, score in enumerate(scores, start=1))


def trial(state: TrialState, *scores: float) -> TrialRecord:
    return TrialRecord(7, state, CONFIG, reports(*scores))


def task(folder: Path, epochs: int = 4, **config: Any) -> TrialTask:
    setup = replace(SETUP, epochs=epochs)
    return TrialTask(2, TrialConfig({**CONFIG, **config}), 1, 0, str(folder / "new"), setup)


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """The folder of a study whose trial 7 left all its files, weights of its first epoch."""
    folder = tmp_path / "old" / "trials" / "00007"
    folder.mkdir(parents=True)
    for name in (*WHOLE, "checkpoint.pt"):
        (folder / name).write_text(name)
    write_weights(folder / "best.safetensors", 1)
    return tmp_path / "old"


def look(
    old: Path, found: TrialRecord, epochs: int = 4, wanted: int = 4, **config: Any
) -> tuple[int, bool] | None:
    """Return how many epochs another study of so many can have, and whether that is all."""
    work = usable("old", old, epochs, found, task(old, wanted, **config))
    return None if work is None else (len(work.reports), work.is_over)


FULL = (0.1, 0.2, 0.4, 0.3)


@pytest.mark.parametrize(
    ("found", "known"),
    [
        (trial(TrialState.COMPLETE, *FULL), (4, True)),
        (trial(TrialState.COMPLETE, 0.3, 0.2), (2, True)),
        (trial(TrialState.PRUNED, 0.3, 0.2), (2, False)),
        (trial(TrialState.WAITING, 0.3, 0.2), (2, False)),
        (trial(TrialState.RUNNING, 0.3, 0.2), None),
        (trial(TrialState.FAILED, 0.3, 0.2), None),
        (trial(TrialState.PRUNED, 0.3, nan), None),
        (trial(TrialState.WAITING), None),
    ],
    ids=["whole", "its patience", "pruned", "paused", "running", "failed", "nan", "not begun"],
)
def test_what_a_trial_left_for_others(old: Path, found: TrialRecord, known: Any) -> None:
    assert look(old, found) == known


@pytest.mark.parametrize("missing", WHOLE)
def test_nothing_is_left_without_the_weights_and_what_they_said(old: Path, missing: str) -> None:
    (old / "trials" / "00007" / missing).unlink()
    assert look(old, trial(TrialState.COMPLETE, *FULL)) is None
    assert look(old, trial(TrialState.PRUNED, 0.1, 0.2)) is None


def test_what_can_go_on_needs_its_checkpoint_and_what_is_over_does_not(old: Path) -> None:
    (old / "trials" / "00007" / "checkpoint.pt").unlink()
    assert look(old, trial(TrialState.COMPLETE, *FULL)) == (4, True)
    assert look(old, trial(TrialState.PRUNED, 0.1, 0.2)) is None


@pytest.mark.parametrize(
    ("wanted", "schedule", "known"),
    [
        (8, "cosine", None),
        (3, "cosine", None),
        (8, "constant", (4, False)),
        (8, "step", (4, False)),
        (3, "constant", (3, True)),
        (2, "constant", None),
    ],
    ids=["longer", "shorter", "goes on", "goes on in steps", "is cut", "its best comes later"],
)
def test_other_epochs_need_a_schedule_that_does_not_know_of_the_end(
    old: Path, wanted: int, schedule: str, known: Any
) -> None:
    write_weights(old / "trials" / "00007" / "best.safetensors", 3)
    found = trial(TrialState.COMPLETE, *FULL)
    assert look(old, found, 4, wanted, schedule=schedule) == known


@pytest.mark.parametrize(
    ("deferred", "known"), [(0.8, None), (0.0, (4, False)), (1.0, (4, False))]
)
@pytest.mark.parametrize("key", ["loss", "head_losses.age"])
def test_a_loss_that_changes_at_a_share_of_all_epochs_knows_of_the_end(
    old: Path, key: str, deferred: float, known: Any
) -> None:
    config = {"schedule": "constant", key: "ldam", f"{key}.ldam.deferred": deferred}
    found = trial(TrialState.COMPLETE, *FULL)
    assert look(old, found, 4, 8, **config) == known
    assert look(old, found, 4, 4, **config) == (4, True)


def test_weights_that_tell_no_epoch_are_no_work(old: Path) -> None:
    (old / "trials" / "00007" / "best.safetensors").write_text("torn")
    assert look(old, trial(TrialState.COMPLETE, *FULL)) is None


def test_a_trial_that_its_patience_ended_is_over_in_a_longer_study_too(old: Path) -> None:
    found = trial(TrialState.COMPLETE, 0.3, 0.2)
    assert look(old, found, epochs=4, wanted=8, schedule="constant") == (2, True)


def test_first_weights_that_were_written_since_are_others(old: Path, tmp_path: Path) -> None:
    weights = tmp_path / "weights.pth"
    weights.touch()
    config = {"backbone.resnet18.weights": str(weights)}
    kept = old / "trials" / "00007" / "best.safetensors"
    for written, known in ((1.0, (4, True)), (3.0, None)):
        os.utime(weights, (written, written))
        os.utime(kept, (2.0, 2.0))
        assert look(old, trial(TrialState.COMPLETE, *FULL), **config) == known
    weights.unlink()
    assert look(old, trial(TrialState.COMPLETE, *FULL), **config) is None


def test_reports_must_tell_every_objective(old: Path, tmp_path: Path) -> None:
    wanted = task(tmp_path)
    wanted = replace(wanted, setup=replace(wanted.setup, objectives=("macro_f1", "parameters")))
    silent = trial(TrialState.COMPLETE, *FULL)
    told = replace(
        silent,
        reports=tuple(replace(report, scores={"parameters": 9.0}) for report in silent.reports),
    )
    assert usable("old", old, 4, silent, wanted) is None
    assert usable("old", old, 4, told, wanted) is not None


def test_files_are_laid_into_the_folder_of_the_task(old: Path, tmp_path: Path) -> None:
    work = usable("old", old, 4, trial(TrialState.COMPLETE, *FULL), task(tmp_path))
    assert work is not None
    assert adopt(work, task(tmp_path))
    there = tmp_path / "new"
    assert sorted(file.name for file in there.iterdir()) == sorted(
        [*WHOLE, "log.txt", "origin.json"]
    )
    assert (there / "best.npz").read_text() == "best.npz"
    assert (
        (there / "log.txt")
        .read_text()
        .endswith("  has 4 epochs and their weights of study old, trial 7\n")
    )


def test_files_that_go_away_meanwhile_leave_nothing_behind(old: Path, tmp_path: Path) -> None:
    work = Work("old", 7, 4, old / "trials" / "00007", reports(*FULL), True)
    (work.folder / "best.npz").unlink()
    assert not adopt(work, task(tmp_path))
    assert [file.name for file in tmp_path.iterdir()] == ["old"]


def test_files_that_go_away_meanwhile_leave_what_a_trial_has_itself(
    old: Path, tmp_path: Path
) -> None:
    work = Work("old", 7, 4, old / "trials" / "00007", reports(*FULL), True)
    (work.folder / "best.npz").unlink()
    own = tmp_path / "new"
    own.mkdir()
    for name in (*WHOLE, "checkpoint.pt"):
        (own / name).write_text(f"own {name}")
    assert not adopt(work, task(tmp_path))
    assert {file.name: file.read_text() for file in own.iterdir()} == {
        name: f"own {name}" for name in (*WHOLE, "checkpoint.pt")
    }
