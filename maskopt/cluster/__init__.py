"""The room of devices: what there is, and trials and jobs on it. The door of ray.

`devices` plans without Ray; `session` starts and ends it; `running` runs trials; `jobs` runs one
function.
"""

import os

SETTINGS = {
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "1",  # a trial without a GPU sees none
    "RAY_AIR_NEW_OUTPUT": "0",
    "RAY_CHDIR_TO_TRIAL_DIR": "0",
    "RAY_DEDUP_LOGS": "1",
    "RAY_DEDUP_LOGS_SKIP_REGEX": ".*",  # what raylet says of dead workers goes to stdout
    "RAY_USAGE_STATS_ENABLED": "0",
    "TUNE_DISABLE_AUTO_CALLBACK_LOGGERS": "1",
    "TUNE_DISABLE_SIGINT_HANDLER": "1",  # `running` has its own
    "TUNE_GLOBAL_CHECKPOINT_S": "1000000000",  # the study alone is the truth
    "TUNE_PRINT_ALL_TRIAL_ERRORS": "0",
    "TUNE_WARN_INSUFFICENT_RESOURCE_THRESHOLD_S": "1000000000",
}
"""What driver and workers have in their environment; Ray reads some of it when imported."""

os.environ.update(SETTINGS)
