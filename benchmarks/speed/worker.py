"""A side's process: `python -m speed.worker JOB`. A line on stdin asks for one measurement.

Answers are lines of JSON: first what is known of the side once it is ready, then photos a second
by name, one line a measurement.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from speed.cases import read_job

SIDES = {
    "maskopt": "speed.ours:prepare",
    "limit": "speed.limit:prepare",
    "limit_default_memory": "speed.limit:prepare_as_it_comes",
    "plain": "speed.plain:prepare",
    "timm": "speed.timms:prepare",
}


@dataclass(frozen=True)
class Side:
    """What is measured, ready and warm.

    Attributes:
        measure: Trains, and gives photos a second; by name where there are several.
        facts: What is to be told of it.
    """

    measure: Callable[[], dict[str, float]]
    facts: dict[str, str]


def main() -> None:
    """Prepare, then measure whenever asked, until stdin ends."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever a library prints is no answer
    job = read_job(sys.argv[1])
    module, _, name = SIDES[job.side].partition(":")
    side: Side = getattr(import_module(module), name)(job)
    print(json.dumps(side.facts), file=answers, flush=True)
    for _ in sys.stdin:
        print(json.dumps(side.measure()), file=answers, flush=True)


if __name__ == "__main__":
    main()
