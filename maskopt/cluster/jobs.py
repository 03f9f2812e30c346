"""Runs one function in a worker, so that the driver needs none of what it imports."""

from __future__ import annotations

from typing import Any

import ray
from ray.exceptions import RayError, RayTaskError

from maskopt.cluster.functions import load_function  # without Tune: a second and a half less
from maskopt.errors import MaskoptError, StudyError


def run_job(function: str, payload: object, *, gpus: float = 0.0) -> Any:
    """Return what a function gives for a payload, computed in a worker; Ray must run.

    Args:
        function: `module:function` or `file.py:function`; it takes the payload.
        payload: Anything that pickles.
        gpus: GPUs that the function is given; 0 hides them.

    Raises:
        StudyError: The worker died.
        Exception: Whatever the function raised, with the worker's traceback as a note.
    """
    job = ray.remote(_run).options(num_cpus=0, num_gpus=gpus, max_retries=0)
    try:
        return ray.get(job.remote(function, payload))
    except RayTaskError as error:
        cause = error.cause
        if not isinstance(cause, MaskoptError):
            cause.add_note(error.traceback_str)
        raise cause from None
    except RayError as error:
        raise StudyError(
            f"the worker of {function} died: {' '.join(str(error).split())}"
        ) from error


def _run(function: str, payload: object) -> Any:
    return load_function(function)(payload)
