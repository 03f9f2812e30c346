"""What a sweep takes beside its trials' bare training: twelve short ones, through the command.

    python benchmarks/short_trials.py [--data MANIFEST] [--file FILE] [--trials 12] [--json]

Bare are the seconds in which batches were waited for, networks trained, and validation photos
looked at, as the trials' own reports have them. From the first trial's start to the last one's
end, times the trials at once, is what the sweep took for that: decoded
photos opened, networks built, checkpoints, reports on their way, and what stood idle at the end.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import optuna

BARE = ("data", "forward", "backward", "optimizer", "evaluation")
SPACE = Path(__file__).parents[1] / "search_spaces" / "age.yaml"


def main() -> None:
    """Sweep and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", help="a manifest; without one, people are drawn")
    parser.add_argument("--file", default=str(SPACE), help="a search-space file")
    parser.add_argument("--trials", type=int, default=12)
    parser.add_argument("--quick", action="store_true", help="four trials")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--set", action="append", default=[], help="as `maskopt sweep` has it")
    asked = parser.parse_args()
    asked.trials = 4 if asked.quick else asked.trials
    with tempfile.TemporaryDirectory() as folder:
        found = measure(asked, Path(folder))
    if asked.json:
        print(json.dumps(found, indent=2))
    else:
        for name, value in found.items():
            print(f"{name:<24} {value}")


def measure(asked: argparse.Namespace, studies: Path) -> dict[str, Any]:
    """Return what a sweep took, and what its trials' training alone."""
    settings = ["pruner=none", "noise=0", "referee=0", "study=short", *asked.set]
    place = ["--studies", str(studies)]
    photos = ["--data", asked.data] if asked.data else ["--preset", "demo"]
    told = [part for setting in settings for part in ("--set", setting)]
    run(["sweep", asked.file, *photos, "--trials", str(asked.trials), *told, *place])
    shown = json.loads(run(["show", "short", "--json", *place]))
    trials: list[dict[str, Any]] = shown["trials"]
    wall, at_once = timeline(f"sqlite:///{studies}/studies.db")
    seconds = by_stage(trials)
    bare = sum(seconds.get(stage, 0.0) for stage in BARE)
    return {
        "ratio": round(wall * at_once / bare, 3),
        "wall_seconds": round(wall, 2),
        "bare_seconds": round(bare, 2),
        "trials_at_once": at_once,
        "trials": len(trials),
        "epochs": sum(len(trial["reports"]) for trial in trials),
        "seconds_by_stage": {stage: round(each, 2) for stage, each in seconds.items()},
    }


def run(arguments: Sequence[str]) -> str:
    """Run a command of maskopt and return what it printed."""
    program = [sys.executable, "-c", "from maskopt.cli import main; main()", *arguments]
    return subprocess.run(program, check=True, stdout=subprocess.PIPE, text=True).stdout


def timeline(storage: str) -> tuple[float, int]:
    """Return the seconds from the first trial's start to the last one's end, and the most at once.

    Args:
        storage: URL of the study's.
    """
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    trials = optuna.load_study(study_name="short", storage=storage).get_trials(deepcopy=False)
    begun = [each.datetime_start for each in trials if each.datetime_start]
    ended = [each.datetime_complete for each in trials if each.datetime_complete]
    changes = sorted([(at, 1) for at in begun] + [(at, -1) for at in ended])
    running = most = 0
    for _, change in changes:
        running += change
        most = max(most, running)
    return (max(ended) - min(begun)).total_seconds(), most


def by_stage(trials: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """Return the seconds of all reports by stage."""
    sums: dict[str, float] = {}
    for trial in trials:
        for report in trial["reports"]:
            for stage, seconds in report["spent"].items():
                sums[stage] = sums.get(stage, 0.0) + seconds
    return sums


if __name__ == "__main__":
    main()
