"""Random sweeps against a virtual clock: is any late, and how much of the time is used?

    python benchmarks/deadline.py [--sweeps 10000] [--seed 0] [--quick] [--json]

The timetable, the relay, the conductor and the queue of networks are those of a sweep; study,
devices and disk are stand-ins. Machines become twice as slow and faster again, workers die,
trials fail, what was told of speeds is wrong by a factor of up to five, and what cannot be cut
off takes up to twice what was measured before.

Used are epochs that were reported and networks that were finished, with the starts of their
workers. Usable is the time from the first trial to the deadline on all slots, less what ending
the training, choosing, writing and ending Ray really took.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from virtual.sweeps import Ended, simulate


def main() -> None:
    """Simulate and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sweeps", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--quick", action="store_true", help="300 sweeps")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    sweeps = 300 if asked.quick else asked.sweeps
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        seeds = range(asked.seed, asked.seed + sweeps)
        ended = list(pool.map(partial(simulate), seeds, chunksize=10))
    found = summary(ended)
    if asked.json:
        print(json.dumps(found, indent=2))
    else:
        for name, value in found.items():
            print(f"{name:<32} {value:.4g}")


def summary(ended: list[Ended]) -> dict[str, float]:
    """Return the figures of sweeps that ended."""
    exported = [each for each in ended if each.exports]
    timed = [each for each in ended if each.by_time]
    used = sorted(each.used for each in timed)
    whole = sum(each.busy for each in timed) / sum(each.usable for each in timed)
    return {
        "sweeps": len(ended),
        "ended_by_time": len(timed),
        "late": sum(each.late > 0 for each in ended),
        "without_bundle": sum(not each.has_bundle for each in exported),
        "fell_back": sum(each.members == 0 for each in exported),
        "used_mean": statistics.fmean(used),
        "used_of_all_device_seconds": whole,
        "used_median": statistics.median(used),
        "used_lowest_tenth": used[len(used) // 10],
        "share_of_sweeps_under_90": sum(each < 0.9 for each in used) / len(used),
        "spare_seconds_median": statistics.median(-each.late for each in ended),
        "networks_mean": statistics.fmean(each.members * each.folds for each in exported),
    }


if __name__ == "__main__":
    main()
