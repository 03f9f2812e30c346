"""The table that people read, and the same as plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from protocol.figures import SHARES, Curves, Interval, regret_at, speedup


def by_kind(curves: Curves, kinds: Mapping[str, str]) -> dict[str, Any]:
    """Return the figures of each kind of task.

    Args:
        curves: Of all strategies and tasks.
        kinds: Each task's kind.
    """
    tasks = {kind: [t for t in kinds if kinds[t] == kind] for kind in sorted(set(kinds.values()))}
    return {kind: _figures(curves, names) for kind, names in tasks.items()}


def _figures(curves: Curves, tasks: Sequence[str]) -> dict[str, Any]:
    found = {}
    for name in curves:
        at = regret_at(curves, name, tasks)
        rivals = [rival for rival in curves if rival != name]
        found[name] = {
            "regret": [each.mean for each in at],
            "regret_interval": [[each.low, each.high] for each in at],
            "speedup_over": {
                rival: speedup(curves, name, rival, tasks).to_dict() for rival in rivals
            },
        }
    return found


def show(figures: Mapping[str, Any]) -> None:
    """Print figures of one kind of task."""
    shares = "".join(f"{share:>22.0%}" for share in SHARES)
    print(f"{'regret (95 % interval) at':<18}{shares}")
    for name, each in figures.items():
        cells = [
            f"{mean:.3f} ({low:.3f} to {high:.3f})"
            for mean, (low, high) in zip(each["regret"], each["regret_interval"], strict=True)
        ]
        print(f"{name:<18}" + "".join(f"{cell:>27}" for cell in cells))
    for name in [name for name in figures if name.startswith("maskopt")]:
        print(f"\ntimes as fast as a rival to the rival's own final regret: {name}")
        for rival, at in figures[name]["speedup_over"].items():
            each = Interval(**at)
            print(f"  {rival:<16}{each.mean:6.1f} ({each.low:.1f} to {each.high:.1f})")
