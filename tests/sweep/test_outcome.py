from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from maskopt.records import EpochReport, StudyRecord, TrialRecord, TrialState
from maskopt.space import SearchSpace
from maskopt.sweep.options import EXIT_DONE, EXIT_INTERRUPTED, EXIT_MISTAKE, SweepOptions
from maskopt.sweep.outcome import INTERRUPTED, OUT_OF_TIME, outcome_of

SHOWN = ["maskopt show age", "maskopt dashboard"]
EXPORT = "maskopt export-best age -o age.bundle"


def stage(folder: Path, export: str | None) -> Any:
    options = SweepOptions("age.yaml", export=Path(export) if export else None, command="again")
    spec = SimpleNamespace(study="age", space=SearchSpace({}))
    return SimpleNamespace(options=options, spec=spec, trials=folder / "trials", folder=folder)


def record(state: TrialState | None = None) -> StudyRecord:
    report = EpochReport(1, 0.5, 1.0, 1.0, 1.0)
    trials = (TrialRecord(0, state, {}, (report,)),) if state else ()
    return StudyRecord("age", "macro_f1", trials)


def test_a_bundle_that_is_owed_is_told_with_its_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = outcome_of(stage(tmp_path, "a.bundle"), record(), OUT_OF_TIME, gave_up=False)
    assert (out.exit_code, out.next_commands) == (EXIT_MISTAKE, ["again", *SHOWN])
    assert capsys.readouterr().err == (
        "warning: no bundle was written to a.bundle: no trial has finished an epoch; type the "
        "same command again with more time\n"
    )


def test_a_trial_whose_weights_are_gone_is_another_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pruned = record(TrialState.PRUNED)
    outcome_of(stage(tmp_path, "a.bundle"), pruned, OUT_OF_TIME, gave_up=False)
    assert "to a.bundle: no weights of a trial are kept; type" in capsys.readouterr().err


def test_an_export_is_offered_where_a_trial_is_complete(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    done = outcome_of(
        stage(tmp_path, None), record(TrialState.COMPLETE), OUT_OF_TIME, gave_up=False
    )
    assert (done.exit_code, done.next_commands) == (EXIT_DONE, [*SHOWN, EXPORT])
    pruned = outcome_of(
        stage(tmp_path, None), record(TrialState.PRUNED), OUT_OF_TIME, gave_up=False
    )
    assert pruned.next_commands == SHOWN
    assert capsys.readouterr().err == ""


def test_an_interrupted_sweep_owes_nothing_yet(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = outcome_of(stage(tmp_path, "a.bundle"), record(), INTERRUPTED, gave_up=False)
    assert (out.exit_code, out.next_commands[0]) == (EXIT_INTERRUPTED, "again")
    assert capsys.readouterr().err == ""
