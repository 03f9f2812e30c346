"""A sweep whose devices are gone for good: what is trained is owed still."""

from __future__ import annotations

from maskopt.cluster.session import is_alive, is_running, shutdown
from maskopt.errors import StudyError
from maskopt.records import StudyRecord, TrialState
from maskopt.sweep.stage import Stage

BEREFT = "Ray was ended"


def bereft(stage: Stage, error: StudyError) -> str:
    """Return why a sweep has ended whose devices are gone, and leave nothing of them running.

    Raises:
        StudyError: The one that is given: it is of something else, or no bundle is owed at a time.
    """
    gone = not (is_running() and is_alive())
    if not gone or not stage.options.exports or stage.left is None:
        raise error
    shutdown()  # a Ray without a machine, which the next model would take for one that runs
    return BEREFT


def has_over(record: StudyRecord) -> bool:
    """Tell whether a trial is over, so that there is something to export without the others."""
    over = (TrialState.COMPLETE, TrialState.PRUNED)
    return any(trial.state in over for trial in record.trials)
