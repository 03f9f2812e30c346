"""How many workers a search is given."""

import pytest

from maskopt.records import StudyRecord, TrialRecord, TrialState
from maskopt.space import TrialConfig
from maskopt.sweep.acting import most_at_once

STATES = (
    TrialState.COMPLETE,
    TrialState.PRUNED,
    TrialState.FAILED,
    TrialState.WAITING,
)


@pytest.mark.parametrize(
    ("trials", "seeds", "most"),
    [
        (10, 0, 8),  # a failed trial is made up for, and a waiting one goes on
        (3, 0, 1),
        (3, 3, 3),  # seeds are trained side by side
        (2, 0, 1),  # nothing is left but what was interrupted
        (None, 3, None),
    ],
)
def test_no_more_workers_are_made_ready_than_there_is_work_for(trials, seeds, most):
    trials_known = [
        TrialRecord(number, state, TrialConfig({})) for number, state in enumerate(STATES)
    ]
    record = StudyRecord("age", "macro_f1", tuple(trials_known))
    assert most_at_once(record, trials, seeds) == most
