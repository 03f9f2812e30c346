"""Sides in turn, round after round, and what comes of their medians."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from statistics import fmean, median
from typing import Any

from speed.busy import Gauge
from speed.cases import Job
from speed.process import Process, SideError, started

EPOCHS = ("maskopt", "plain", "timm")  # sides that train whole epochs
LIMITS = ("limit", "limit_default_memory")


@dataclass
class Measured:
    """What a case's rounds gave.

    Attributes:
        rates: Photos a second by side and way, one number a round.
        busy: Shares of time in which the GPU was busy, by side.
        precision: How maskopt chose to compute.
        failed: Why a side was not measured.
    """

    rates: dict[str, dict[str, list[float]]] = field(default_factory=dict)
    busy: dict[str, list[float]] = field(default_factory=dict)
    precision: str | None = None
    failed: dict[str, str] = field(default_factory=dict)


def measure_case(job: Job, names: Sequence[str], rounds: int) -> Measured:
    """Start sides of a case by their names, then have each measured once a round, in turn."""
    found = Measured()
    with ExitStack() as stack:
        sides: dict[str, Process] = {}
        for side in names:
            print(f"{job.case.name}: starting {side}", file=sys.stderr)
            process = stack.enter_context(started(replace(job, side=side)))
            try:
                facts = process.answer()
            except SideError as error:
                found.failed[side] = str(error)
                continue
            sides[side] = process
            found.precision = facts.get("precision", found.precision)
        for number in range(rounds):
            print(f"{job.case.name}: round {number + 1} of {rounds}", file=sys.stderr)
            _run_round(sides, found)
    return found


def _run_round(sides: dict[str, Process], found: Measured) -> None:
    for side, process in list(sides.items()):
        gauge = Gauge()
        try:
            rates = process.measure()
        except SideError as error:
            found.failed[side] = str(error)
            del sides[side]
            continue
        finally:
            share = gauge.read()
        if share is not None:
            found.busy.setdefault(side, []).append(share)
        for way, rate in rates.items():
            found.rates.setdefault(side, {}).setdefault(way, []).append(rate)


def figures(found: Measured) -> dict[str, Any]:
    """Return a case's figures: ratios, then medians of photos a second.

    A ratio is the median of the rounds' own ratios: both sides are from the same minute.
    """
    rates = {side: ways for side, ways in found.rates.items() if side not in found.failed}
    by_way = {side: {w: median(each) for w, each in ways.items()} for side, ways in rates.items()}
    best = {side: max(ways, key=lambda way: ways[way]) for side, ways in by_way.items()}
    middle = {side: by_way[side][way] for side, way in best.items()}
    rounds = {side: rates[side][way] for side, way in best.items()}
    return {
        "share_of_limit": _ratio(rounds, "maskopt", "limit"),
        "over_plain": _ratio(rounds, "maskopt", "plain"),
        "over_timm": _ratio(rounds, "maskopt", "timm"),
        **{side: middle.get(side) for side in (*EPOCHS, *LIMITS)},
        "precision": found.precision,
        "limit_won_by": best.get("limit"),
        "limit_by": by_way.get("limit"),
        "limit_default_memory_by": by_way.get("limit_default_memory"),
        "gpu_busy": {side: fmean(found.busy[side]) for side in EPOCHS if side in found.busy},
        "rounds": rounds,
        "not_measured": found.failed,
    }


def _ratio(rounds: Mapping[str, Sequence[float]], side: str, other: str) -> float | None:
    if side not in rounds or other not in rounds:
        return None
    return median(a / b for a, b in zip(rounds[side], rounds[other], strict=True))
