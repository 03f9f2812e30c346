"""A study without storage, and the conductor of its search: halving with random scores."""

from __future__ import annotations

from bisect import insort
from dataclasses import replace
from random import Random

from maskopt.labels import LabelSpace
from maskopt.plan.timetable import Timetable
from maskopt.records import (
    Ending,
    EpochReport,
    TrialRecord,
    TrialSetup,
    TrialState,
    TrialTask,
    Verdict,
)
from maskopt.space import TrialConfig
from virtual.worlds import World

ETA = 4


class VirtualSearch:
    """Gives trials as a study and its conductor do: interrupted, promoted, new.

    Args:
        world: Its circumstances.
        random: Draws configurations and scores.
        timetable: Is asked and told as by the conductor.
    """

    def __init__(self, world: World, random: Random, timetable: Timetable) -> None:
        self._world, self._random, self._timetable = world, random, timetable
        self._setup = TrialSetup("virtual", LabelSpace(()), "", "", (0,), "macro_f1", world.epochs)
        self.records: dict[int, TrialRecord] = {}
        self._ceilings: list[float] = []
        self._verdicts: dict[int, Verdict] = {}
        first = max(2, round(0.08 * world.epochs))
        self._rungs = [r for r in (first, first * ETA) if r < world.epochs]
        self._table: dict[int, list[tuple[float, int]]] = {rung: [] for rung in self._rungs}
        self._interrupted: list[int] = []
        self._paused: set[int] = set()

    def record_of(self, number: int) -> TrialRecord:
        """Return what is known of a trial."""
        return self.records[number]

    def ask(self) -> TrialTask | None:
        """Return the next trial that fits."""
        for number in (*self._interrupted, *self._promotable()):
            trial = self.records[number]
            config, known = TrialConfig(trial.config), len(trial.reports)
            if self._timetable.fits(config, known, self._until(known)):
                return self._begin(number, config, known)
        for _ in range(4):
            if self._world.trials is not None and len(self.records) >= self._world.trials:
                return None
            key = self._random.choice(list(self._world.true))
            config = TrialConfig(key._asdict())
            if self._timetable.fits(config, 0, self._until(0)):
                number = len(self.records)
                self._ceilings.append(self._random.random())
                return self._begin(number, config, 0)
        return None

    def finished(self) -> bool:
        """Tell whether the target is reached."""
        over = (TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAILED)
        begun = len(self.records)
        if self._timetable.is_over():
            return True
        if self._world.trials is None or begun < self._world.trials:
            return False
        still = all(t.state in over or n in self._paused for n, t in self.records.items())
        return still and not self._promotable()

    def report(self, number: int, report: EpochReport) -> Verdict:
        """Judge an epoch by its rung."""
        trial = self.records[number]
        score = self._ceilings[number] * (1 - 0.5 ** (report.epoch / 3))
        report = replace(report, score=score)
        self._timetable.reported(number, report)
        self.records[number] = replace(trial, reports=(*trial.reports, report))
        verdict = Verdict.CONTINUE
        if report.epoch in self._table:
            insort(self._table[report.epoch], (-score, number))
            verdict = Verdict.CONTINUE if self._is_top(number, report.epoch) else Verdict.PAUSE
        self._verdicts[number] = verdict
        return verdict

    def close(self, number: int, ending: Ending, error: str | None = None) -> None:
        """Note how a trial's run ended."""
        trial = self.records[number]
        state = TrialState.WAITING
        if ending is Ending.FAILED:
            state = TrialState.FAILED
        elif len(trial.reports) >= self._world.epochs:
            state = TrialState.COMPLETE
        elif self._verdicts.get(number) is Verdict.PAUSE:
            self._paused.add(number)
        else:
            self._interrupted.append(number)
        self.records[number] = replace(trial, state=state)
        self._timetable.ended(self.records[number])

    def tick(self) -> bool:
        """Answer whether there is time."""
        return not self._timetable.is_over()

    def _begin(self, number: int, config: TrialConfig, known: int) -> TrialTask:
        if number in self._interrupted:
            self._interrupted.remove(number)
        self._paused.discard(number)
        self._verdicts.pop(number, None)
        old = self.records.get(number) or TrialRecord(number, TrialState.RUNNING, config.values)
        self.records[number] = replace(old, state=TrialState.RUNNING)
        task = TrialTask(number, config, 0, known, "", self._setup)
        self._timetable.started(task)
        return task

    def _promotable(self) -> list[int]:
        return [
            number
            for rung in reversed(self._rungs)
            for number in self._top(rung)
            if number in self._paused and len(self.records[number].reports) == rung
        ]

    def _top(self, rung: int) -> list[int]:
        table = self._table[rung]
        return [number for _, number in table[: max(1, len(table) // ETA)]]

    def _is_top(self, number: int, rung: int) -> bool:
        return number in self._top(rung)

    def _until(self, known: int) -> int:
        return next((rung for rung in self._rungs if rung > known), self._world.epochs)
