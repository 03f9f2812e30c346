"""Trials pause and are promoted on real workers."""

from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import pytest

from maskopt.labels import LabelSpace
from maskopt.records import CHECKPOINT, TrialSetup, TrialState
from maskopt.space import FloatRange, Part, SearchSpace
from maskopt.spec.model import BudgetSpec, DataSpec, FoldsSpec, StudySpec

pytestmark = pytest.mark.ray

TRIALS, EPOCHS = 8, 4
STUB = f"{Path(__file__).parent / 'pausable.py'}:run"


def make_spec() -> StudySpec:
    """Eight trials, each worse than the one before; rungs at 1 and 2 of 4 epochs."""
    return StudySpec(
        study="age",
        data=DataSpec(None, None, (), None),
        label_space=LabelSpace(()),
        folds=FoldsSpec(),
        objective="macro_f1",
        budget=BudgetSpec(TRIALS, EPOCHS),
        searcher=Part("random"),
        pruner=Part("halving", {"eta": 2, "first_rung": 1}),
        try_first=tuple({"quality": 1 - number / 10} for number in range(TRIALS)),
        space=SearchSpace({"quality": FloatRange(0.0, 1.0)}),
        pretrained="none",
        content={},
        referee=0.0,
    )


def test_trials_pause_on_workers_and_go_on_from_their_checkpoints(tmp_path: Path) -> None:
    from maskopt.cluster.devices import DevicePlan
    from maskopt.cluster.running import run_trials
    from maskopt.cluster.session import shutdown, start
    from maskopt.study.storage import default_storage
    from maskopt.study.study import Study
    from maskopt.sweep.checkpoints import end_search
    from maskopt.sweep.conduct import SweepConductor
    from maskopt.sweep.until import Nothing, Until

    folder, plan = tmp_path / "trials", DevicePlan(2, 1, 0.0, "2 CPU cores")
    setup = TrialSetup("age", LabelSpace(()), "", "", (0,), "macro_f1", EPOCHS)
    deaf = SimpleNamespace(
        started=lambda task: None,
        reported=lambda *event: None,
        ended=lambda trial: None,
        tick=lambda: None,
    )
    with Study.open(make_spec(), default_storage(tmp_path), tmp_path) as study:
        conductor = SweepConductor(
            study,
            setup,
            folder,
            deaf,  # type: ignore[arg-type]
            timetable=Until(None, lambda: 0.0),
            memory=Nothing(),
        )
        start(plan)
        try:
            run_trials(conductor, STUB, plan)
        finally:
            shutdown()
        assert study.finished()
        end_search(study, folder)
        trials = study.record().trials
        promoted = [t.number for t in study._study.trials if "promoted" in t.user_attrs]

    assert {trial.state for trial in trials} == {TrialState.COMPLETE, TrialState.PRUNED}
    assert [trial.interruptions for trial in trials] == [0] * TRIALS
    # Of eight at the first rung four have a place; the fourth cannot have had one when it came.
    assert all(len(trial.reports) >= 2 for trial in trials[:4])
    assert 3 in promoted
    epochs = Counter((folder / "epochs.txt").read_text().splitlines())
    assert epochs == Counter(f"{t.number} {r.epoch}" for t in trials for r in t.reports)
    assert list(folder.rglob(CHECKPOINT)) == []
