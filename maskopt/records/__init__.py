"""What travels between driver and workers, and what a study remembers: frozen plain values.

The driver asks a `TrialTask`, a worker answers with `EpochReport`s, the study keeps
`TrialRecord`s.
"""

from maskopt.records.noise import Noise, measure_noise
from maskopt.records.profiles import Profile, Stage, profile_of
from maskopt.records.reports import (
    Ending,
    EpochReport,
    Verdict,
    least_by_luck,
    settled_epoch,
    settled_loss,
    standard_error,
)
from maskopt.records.starts import Owed, Start
from maskopt.records.studies import StudyRecord
from maskopt.records.tasks import (
    BEST,
    CHECKPOINT,
    ORIGIN,
    TrialSetup,
    TrialTask,
    best_file,
    derive_seed,
)
from maskopt.records.trials import Repeat, TrialRecord, TrialState

__all__ = [
    "BEST",
    "CHECKPOINT",
    "ORIGIN",
    "Ending",
    "EpochReport",
    "Noise",
    "Owed",
    "Profile",
    "Repeat",
    "Stage",
    "Start",
    "StudyRecord",
    "TrialRecord",
    "TrialSetup",
    "TrialState",
    "TrialTask",
    "Verdict",
    "best_file",
    "derive_seed",
    "least_by_luck",
    "measure_noise",
    "profile_of",
    "settled_epoch",
    "settled_loss",
    "standard_error",
]
