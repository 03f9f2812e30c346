"""maskopt's own search: the strategy that a sweep builds, halving and referee included."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from maskopt.catalog import Entry
from maskopt.catalog.searching import DEFAULT_PRUNER, DEFAULT_SEARCHER, PRUNERS, SEARCHERS
from maskopt.labels import LabelSpace
from maskopt.records import Start, TrialState, Verdict
from maskopt.space import Part
from maskopt.spec.model import BudgetSpec, DataSpec, FoldsSpec, StudySpec
from maskopt.study.building import build_strategy
from protocol.clock import Job
from protocol.tasks import Point, Task

ANSWERS = {Verdict.CONTINUE: "go", Verdict.PAUSE: "pause", Verdict.STOP: "stop"}


class Maskopt:
    """Drives a `Strategy`, in memory, as `Study` does.

    Args:
        task: What is searched over.
        seed: Of the study.
        starts: Points to try first.
        searcher: Another searcher than the default.
    """

    def __init__(
        self, task: Task, seed: int, starts: Sequence[Point] = (), searcher: str = DEFAULT_SEARCHER
    ) -> None:
        self._strategy = build_strategy(_spec(task, seed, searcher))
        self._strategy.enqueue([Start(point, "other tasks") for point in starts])
        self._begun: set[int] = set()

    def ask(self) -> Job | None:
        """Return what to train next."""
        asked = self._strategy.ask()
        if asked is None:
            return None
        if asked.number in self._begun:
            return Job(asked.number, None, asked.known_epochs)
        self._begun.add(asked.number)
        return Job(asked.number, dict(asked.config.values))  # type: ignore[arg-type]

    def correct(self, number: int, point: Point) -> None:
        """Hear which parameters were really trained."""
        self._strategy.trials[number].seen.params = point

    def report(self, number: int, report: int, value: float) -> str:
        """Hear a value and answer it."""
        return ANSWERS[self._strategy.report(number, report, value)]

    def end(self, number: int, how: str) -> None:
        """Hear that a run ended."""
        if how == "pause":
            self._strategy.pause(number)
        else:
            self._strategy.end(number, TrialState.COMPLETE)


def _spec(task: Task, seed: int, searcher: str) -> StudySpec:
    return StudySpec(
        study=f"{task.name}-{seed}",
        data=DataSpec(None, None, (), None),
        label_space=LabelSpace(()),
        folds=FoldsSpec(),
        objective="macro_f1",
        budget=BudgetSpec(None, task.reports),
        searcher=_default(SEARCHERS, searcher),
        pruner=_default(PRUNERS, DEFAULT_PRUNER),
        try_first=(),
        space=task.space,
        pretrained="none",
        content={},
    )


def _default(table: Mapping[str, Entry], name: str) -> Part:
    return Part(name, {key: each.default for key, each in table[name].parameters.items()})
