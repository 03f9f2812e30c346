"""Whether a sweep would refuse a file's backbones: asked of a process of its own.

The driver must not import torch, nor Ray.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass

from maskopt.errors import plural
from maskopt.spec import StudySpec

TRYING = "maskopt.check.trying"
TRYING_SECONDS = 120


@dataclass(frozen=True)
class Tried:
    """What building a file's backbones gave.

    Attributes:
        errors: What a sweep refuses, in its words, one a line.
        warnings: Why nothing is known, where they could not be tried.
    """

    errors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


NOT_TRIED = Tried()
"""What is known before anything was built."""


def try_backbones(spec: StudySpec, seconds: float = TRYING_SECONDS) -> Tried:
    """Build each backbone of a space as a sweep does before its first trial.

    Args:
        spec: What would be searched.
        seconds: The most that it may take.
    """
    try:
        done = subprocess.run(
            [sys.executable, "-m", TRYING],
            input=json.dumps(spec.content),
            capture_output=True,
            text=True,
            timeout=seconds,
            env={**os.environ, "CUDA_VISIBLE_DEVICES": ""},  # nor do a sweep's see one
        )
        return Tried(errors=tuple(json.loads(done.stdout)))
    except subprocess.TimeoutExpired:
        return Tried(
            warnings=(_untried(f"that takes more than {plural(int(seconds), 'second')}"),)
        )
    except ValueError:  # it died before it answered
        last = done.stderr.strip().rpartition("\n")[2] or f"exit code {done.returncode}"
        return Tried(warnings=(_untried(last),))


def _untried(reason: str) -> str:
    return f"backbones were not tried, so a sweep may yet refuse one ({reason})"
