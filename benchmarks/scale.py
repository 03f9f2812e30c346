"""What grows with size: an ask among 10,000 trials, and export's selection over 200 members.

    python benchmarks/scale.py [--json] [--quick]

200 members x 20,000 photos x 18 classes, of which one out-of-fold table is simulated a kind:
`alike` members share most of their mistakes, as real ones do; `hard` ones are random (Dirichlet)
and no photo's decision is ever safe; `product` has three heads of 3, 2 and 3 classes. Beside it
in the same run a plain greedy selection with `numpy.argmax`, one bag over all members, for a few
rounds, from which its whole time is reckoned.

`ask_ms` is of the slowest storage: see `asking`.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from asking import measure_asks, postgres
from numpy.typing import NDArray

from maskopt.votes.scores import confusion, macro_f1
from maskopt.votes.selection import BAGS, ROUNDS, greedy_shares

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

MEMBERS, PHOTOS = 200, 20_000
SHAPES = {"alike": (18,), "hard": (18,), "product": (3, 2, 3)}
PLAIN_ROUNDS = 2
TRIALS, QUICK_TRIALS = 10_000, 2_000
NO_SERVER = "PostgreSQL's server programs are not installed"


def simulate(kind: str) -> tuple[list[Floats], list[Ints]]:
    """Return probabilities [M, N, C] and class ids [N] by attribute."""
    random = np.random.default_rng(0)
    tables, targets = [], []
    for classes in SHAPES[kind]:
        true = random.integers(0, classes, PHOTOS)
        table = np.empty((MEMBERS, PHOTOS, classes), np.float32)
        common = random.gumbel(size=(PHOTOS, classes))
        for member in table:
            if kind == "hard":
                member[:] = random.dirichlet(np.ones(classes), PHOTOS)
                continue
            odds = 0.7 * common + 0.7 * random.gumbel(size=(PHOTOS, classes))
            odds[np.arange(PHOTOS), true] += 1.5
            np.exp(odds, out=odds)
            member[:] = odds / odds.sum(axis=1, keepdims=True)
        tables.append(table)
        targets.append(true)
    return tables, targets


def plain_rounds(table: Floats, targets: Ints) -> None:
    """Select greedily as a first draft would, for a few rounds."""
    chosen = np.zeros_like(table[0])
    for _ in range(PLAIN_ROUNDS):
        scores = [
            macro_f1(confusion(targets, (chosen + each).argmax(axis=1), table.shape[2]))
            for each in table
        ]
        chosen += table[int(np.argmax(scores))]


def seconds(work: Callable[[], object], repeats: int) -> float:
    """Return the median time of some work."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return median(times)


def measure(quick: bool) -> dict[str, Any]:
    """Return what the benchmark prints."""
    repeats = 1 if quick else 3
    found: dict[str, Any] = {}
    for kind in SHAPES:
        tables, targets = simulate(kind)
        found[kind] = seconds(partial(greedy_shares, tables, targets, "macro_f1"), repeats)
        if kind == "hard":
            rounds = seconds(partial(plain_rounds, tables[0], targets[0]), 1)
            found["plain"] = rounds / PLAIN_ROUNDS * ROUNDS * BAGS
    slowest = max(found[kind] for kind in SHAPES)
    return {
        "select_seconds": slowest,
        "select_seconds_by_kind": {kind: found[kind] for kind in SHAPES},
        "plain_select_seconds": found["plain"],
        "ratio": found["plain"] / found["hard"],
        **measure_storages(QUICK_TRIALS if quick else TRIALS),
    }


def measure_storages(trials: int) -> dict[str, Any]:
    """Return what asks cost with so many trials stored, by storage and at worst."""
    found: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        found["sqlite"] = measure_asks(f"sqlite:///{folder / 'studies.db'}", folder, trials)
        with postgres() as url:
            if url is not None:
                found["postgresql"] = measure_asks(url, folder / "server", trials)
    return {
        "trials": trials,
        "ask_ms": max(each["ask_ms"] for each in found.values()),
        "kb_per_trial": max(each["kb_per_trial"] for each in found.values()),
        "by_storage": found,
        "not_measured": {} if "postgresql" in found else {"postgresql": NO_SERVER},
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--quick", action="store_true", help="once instead of three times")
    chosen = parser.parse_args()
    found = measure(chosen.quick)
    if chosen.json:
        print(json.dumps(found))
        return
    print(f"{found['ratio']:.0f} x as fast as plain greedy selection over as many bags")
    for kind, each in found["select_seconds_by_kind"].items():
        print(f"{each:.1f} s for {MEMBERS} members x {PHOTOS:,} photos, {kind}")
    print(f"{found['plain_select_seconds']:.0f} s reckoned of plain greedy selection")
    for storage, each in found["by_storage"].items():
        print(
            f"{each['ask_ms']:.0f} ms an ask (slowest {each['slowest_ask_ms']:.0f}) and "
            f"{each['kb_per_trial']:.0f} kB a trial with {found['trials']:,} trials stored and 64 "
            f"running, {storage}; {each['open_seconds']:.1f} s to take the study up"
        )
    for key, why in found["not_measured"].items():
        print(f"{key}: {why}")


if __name__ == "__main__":
    main()
