"""Timetables whose clock a test moves: an epoch takes 10 s, a trial ten of them."""

from collections.abc import Iterable
from typing import Any

from maskopt.labels import LabelSpace
from maskopt.plan.costs import Costs
from maskopt.plan.situation import Export
from maskopt.plan.speeds import Key, Speeds
from maskopt.plan.timetable import Timetable
from maskopt.records import EpochReport, TrialRecord, TrialSetup, TrialState
from maskopt.space import TrialConfig

KEY = Key("resnet", 96)
CONFIG = TrialConfig({"backbone": "resnet", "image_size": 96})
SETUP = TrialSetup("age", LabelSpace(()), "", "", (0,), "macro_f1", 10)
# Closing 2.5 x 2 s without a vote; ending 2.5 x (3 + 1) s with an export, 2.5 x 3 s without.
COSTS = {"begin": [1.0], "setup": [0.0], "close": [2.0], "choose": [0.0], "write": [1.0]}
COSTS |= {"look": [0.0], "fall back": [1.0], "end": [3.0]}
FIVE = Export(members=5, folds=5, searched=1, photos=100_000)


class Watch:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def table(
    watch: Watch, deadline: float | None, export: Export | None = None, **more: Any
) -> Timetable:
    costs = Costs(COSTS)
    return Timetable(watch, deadline, 1, 10, Speeds({KEY: 10.0}), costs, export=export, **more)


def seen(score: float, number: int = 0, epochs: int = 10) -> TrialRecord:
    reports = [EpochReport(e, score * e / epochs, 1, 1, 10.0) for e in range(1, epochs + 1)]
    return TrialRecord(number, TrialState.COMPLETE, CONFIG.values, tuple(reports))


def begin(timetable: Timetable, numbers: Iterable[int]) -> None:
    for number in numbers:
        timetable.ended(seen(0.9 - number / 10, number))
