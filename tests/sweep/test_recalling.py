"""How often and how far former work is recalled: small spaces, promoted trials, numbers."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from maskopt.data.photos import PhotoTable, write_photos
from maskopt.records import Ending, TrialState
from maskopt.sweep.identity import describe
from maskopt.sweep.memory import MOST_IN_A_ROW


def test_a_study_repeats_what_others_trained_no_more_often_than_its_own(
    tmp_path: Path, sweeping: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two configurations: eight answers after both were tried, then a training, and again."""
    with sweeping(tmp_path, "old", "try_first=[{lr: 0.001}, {lr: 0.01}]") as old:
        for _ in range(2):
            old.train(old.conductor.ask(), 0.4, 0.6, 0.5)
    with sweeping(tmp_path, "new") as new:
        recall = new.archive.recall

        def few(task: Any) -> Any:
            assert task.number < 40, "it is answered from memory for ever"
            return recall(task)

        monkeypatch.setattr(new.archive, "recall", few)
        trained = []
        for _ in range(2):
            task = new.conductor.ask()
            assert task is not None
            assert task.known_epochs == 0
            assert not Path(task.folder).exists()
            trained.append(task.number)
            new.train(task, 0.4, 0.6, 0.5)
        rates = [trial.config["lr"] for trial in new.study.record().trials]
        last_new = max(rates.index(0.001), rates.index(0.01))
        gaps = (trained[0] - last_new - 1, trained[1] - trained[0] - 1)
        assert gaps == (MOST_IN_A_ROW, MOST_IN_A_ROW)


def test_a_trial_takes_the_rest_of_the_work_that_it_began_with(
    tmp_path: Path, sweeping: Any
) -> None:
    """Both go on from one checkpoint; what the other has to the end is not trained again."""
    with sweeping(tmp_path, "old") as old:
        old.train(old.conductor.ask(), 0.4, 0.6, ending=Ending.LOST)
    with sweeping(tmp_path, "new") as new:
        task = new.conductor.ask()
        assert task is not None
        assert task.known_epochs == 2
        new.conductor.close(task.number, Ending.LOST)
        assert "checkpoint.pt" in new.files(0)
    with sweeping(tmp_path, "old") as old:
        task = old.conductor.ask()
        assert task is not None
        assert task.known_epochs == 2
        old.train(task, 0.7)
    with sweeping(tmp_path, "new") as again:
        task = again.conductor.ask()
        assert task is not None
        assert task.number > 0
        trial = again.study.trial_record(0)
        assert (trial.state, [r.score for r in trial.reports]) == (
            TrialState.COMPLETE,
            [0.4, 0.6, 0.7],
        )
        assert "checkpoint.pt" not in again.files(0)


@pytest.mark.parametrize(
    "scores", [(0.4, 0.6, 0.5), (0.3, 0.6)], ids=["others' epochs", "what is not over"]
)
def test_a_trial_goes_on_from_its_own_checkpoint_where_it_can_have_no_more(
    tmp_path: Path, scores: tuple[float, ...], sweeping: Any
) -> None:
    with sweeping(tmp_path, "new") as new:
        new.train(new.conductor.ask(), 0.3, ending=Ending.LOST)
    own = tmp_path / "new" / "trials" / "00000" / "checkpoint.pt"
    own.unlink()  # or the other one would go on from it
    with sweeping(tmp_path, "old") as old:
        ending = Ending.ENDED if len(scores) == 3 else Ending.LOST
        old.train(old.conductor.ask(), *scores, ending=ending)
    own.write_text("its own")
    with sweeping(tmp_path, "new") as again:
        task = again.conductor.ask()
        assert task is not None
        assert (task.number, task.known_epochs, own.read_text()) == (0, 1, "its own")


@pytest.mark.parametrize(("age", "epochs"), [(5.0, 3), (29.0, 0)], ids=["same", "corrected"])
def test_numbers_of_a_study_whose_version_kept_none_are_read_in_its_table(
    tmp_path: Path, age: float, epochs: int, sweeping: Any
) -> None:
    one = np.array(["a"])
    table = PhotoTable("photos", one, one, np.array([0]), {}, "1")
    told = replace(table, numbers={"age": np.array([5.0])})
    with sweeping(tmp_path, "old", digest=describe(table)) as old:
        write_photos(replace(told, numbers={"age": np.array([age])}), tmp_path / "old/photos.csv")
        old.train(old.conductor.ask(), 0.4, 0.6, 0.5)
    with sweeping(tmp_path, "new", digest=describe(told)) as new:
        new.conductor.ask()
        assert len(new.study.trial_record(0).reports) == epochs
