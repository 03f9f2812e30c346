"""Until when is searched, and what still fits: planned again at every report."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from math import inf, isfinite

from maskopt.plan.backwards import Export, Plan, Situation, plan_backwards
from maskopt.plan.costs import FACTOR, Costs
from maskopt.plan.networks import Candidate, Network, shapes, work
from maskopt.plan.ranking import Ranking, Seen
from maskopt.plan.speeds import Key, Speeds, key_of
from maskopt.records import EpochReport, StudyRecord, TrialRecord, TrialState, TrialTask
from maskopt.roles import Agenda
from maskopt.space import TrialConfig


@dataclass
class _Run:
    """What runs on a slot: a trial or a network."""

    key: Key
    since: float
    epoch: int
    last: int
    is_new: bool = True


class Timetable:
    """Ends a search so that all that comes after it is done by the deadline.

    Args:
        clock: Gives seconds that never go back.
        deadline: Time of that clock at which the process is gone; none is never.
        slots: Trials side by side.
        epochs: Epochs of a full trial.
        speeds: What an epoch takes; learns from every report.
        costs: What cannot be cut off; learns what a start takes.
        export: What is exported afterwards; none is nothing.
        noise: Other seeds that the best configuration is trained with.

    Attributes:
        searches: Whether the search goes on until the plan ends it; false once it is finished.
        ranking: Trials that may become members.
        fills: Whether trials may take the time of what comes after the search: slots that have
            nothing better to do.
    """

    def __init__(
        self,
        clock: Callable[[], float],
        deadline: float | None,
        slots: int,
        epochs: int,
        speeds: Speeds,
        costs: Costs,
        *,
        export: Export | None = None,
        noise: int = 0,
    ) -> None:
        self._clock, self._slots, self._epochs = clock, slots, epochs
        self._deadline, self._speeds, self._costs = deadline, speeds, costs
        self._export, self._noise = export, noise
        self._first = clock()
        self._trials: dict[int, _Run] = {}
        self._networks: dict[Network, _Run] = {}
        self.ranking = Ranking()
        self._done: set[Network] = set()
        self._shapes = (
            shapes(export.members, export.folds, export.searched) if export is not None else []
        )
        self._last = inf if deadline is None else deadline - costs.ending(exports=bool(export))
        self._planned: Plan | None = None
        self._is_old = False
        self._repeats_end = inf
        self.searches, self.fills = True, False
        self._is_search = True

    @property
    def plan(self) -> Plan:
        """What is planned now; once the training is over, the plan stays."""
        old = self._planned
        if old is not None and self._clock() >= old.search_end:
            self._is_search = False  # before a new plan finds that a smaller one would do
        if old is None or (self._is_old and not self.is_over()):
            self._is_old = False
            self._planned = self._plan_anew(old)
        assert self._planned is not None
        return self._planned

    def _plan_anew(self, old: Plan | None) -> Plan:
        """Return a new plan; where it would give all networks up, the search ends instead."""
        new = plan_backwards(self._situation(), self._costs, self._export, self._shapes)
        if new.shape is not None or old is None or old.shape is None:
            return new
        if not self._is_search:
            return old
        self._is_search = False
        return plan_backwards(self._situation(), self._costs, self._export, self._shapes)

    def recall(self, record: StudyRecord) -> None:
        """Take up what earlier sweeps left."""
        for trial in record.trials:
            self._see(trial)
            for report in trial.reports:
                self._speeds.learn(key_of(TrialConfig(trial.config)), report.seconds)
        self._is_old = True

    def is_over(self) -> bool:
        """Tell whether whatever trains has to end now."""
        planned = self._planned or self.plan
        return self._clock() >= planned.training_end

    def search_is_over(self) -> bool:
        """Tell whether slots are wanted by what comes after the search."""
        if not self.searches or self._clock() >= self.plan.search_end:
            self._is_search = False
        return not self._is_search

    def fits(self, config: TrialConfig, known_epochs: int, until: int) -> bool:
        """Tell whether a trial that has so many epochs gets to epoch `until` in time.

        Before the first report nothing can be delivered at all, so everything is tried.
        """
        seconds = self._speeds.upper(key_of(config))
        if seconds is None or not (self.ranking or self._trials):
            return True
        needed = self._costs.expected("setup") + (until - known_epochs) * seconds
        fills = self.fills or self.search_is_over()
        end = self.plan.training_end if fills else self.plan.search_end
        return self._clock() + needed <= end

    def started(self, task: TrialTask) -> None:
        """Note that a trial runs."""
        known = task.known_epochs
        self._trials[task.number] = _Run(key_of(task.config), self._clock(), known, self._epochs)
        self._is_old = True

    def reported(self, number: int, report: EpochReport) -> None:
        """Note an epoch's seconds, and plan again."""
        run = self._trials.get(number)
        if run is None:
            return
        self._note(run, report)
        if isfinite(report.score):
            self.ranking.see(number, run.key, report.score, report.epoch)

    def ended(self, trial: TrialRecord) -> None:
        """Note that a trial's run is over; what was answered from memory never began."""
        self._trials.pop(trial.number, None)
        self._see(trial)
        self._is_old = True

    def next_networks(self, able: Callable[[int], bool]) -> Iterator[Network]:
        """Yield networks that are wanted and end in time, in the order of their worth.

        Args:
            able: Tells of a trial whether it can become a member now.
        """
        shape, export = self.plan.shape, self._export
        if shape is None or export is None:
            return
        found = [each for each in self.plan.candidates if each.number >= 0]
        candidates = [each for each in found if able(each.number)]
        taken = {*self._done, *self._networks}
        for network, seconds in work(candidates, shape, export.searched, taken):
            if self._clock() + self._speeds.margin * seconds <= self.plan.training_end:
                yield network

    @property
    def is_limited(self) -> bool:
        """Whether there is a deadline."""
        return self._deadline is not None

    def repeats_begin(self, trial: int, seeds: int) -> None:
        """Note that a configuration's other seeds are begun; `repeats_over` then tells the end."""
        self._repeats_end = self._clock() + (self.plan.repeats if self.is_limited else inf)
        self._noise, self._is_old = 0, True
        for seed in range(1, seeds + 1):
            run = _Run(self.ranking[trial].key, self._clock(), 0, self._epochs)
            self._networks[-seed, 0] = run

    def repeat_ended(self, seed: int) -> None:
        """Note that one of them is over."""
        self._networks.pop((-seed, 0), None)
        self._is_old = True

    def repeats_over(self) -> bool:
        """Tell whether other seeds have had their time."""
        return self._clock() >= min(self._repeats_end, self.plan.training_end)

    def network_started(self, network: Network, epochs: int) -> None:
        """Note that a network runs, for so many epochs; 0 only predicts."""
        key = self.ranking[network[0]].key
        self._networks[network] = _Run(key, self._clock(), 0, epochs)
        self._is_old = True

    def network_reported(self, network: Network, report: EpochReport) -> None:
        """Note an epoch of a network."""
        self._note(self._networks[network], report)

    def network_ended(self, network: Network, *, is_done: bool) -> None:
        """Note that a network's run is over."""
        self._networks.pop(network, None)
        if is_done:
            self._done.add(network)
        self._is_old = True

    def drop(self, number: int) -> None:
        """Plan with a trial no more: a network of it failed."""
        self.ranking.drop(number)
        self._is_old = True

    def agenda(self) -> Agenda | None:
        """Return what people are shown of the plan; none without a deadline."""
        if self._deadline is None:
            return None
        plan, now = self.plan, self._clock()
        ending = self._deadline - self._last
        spare = (plan.networks + plan.repeats) * (1 - 1 / self._speeds.margin)
        return Agenda(
            phase="search" if not self.search_is_over() else "out of fold",
            search=max(0.0, plan.search_end - now),
            noise=plan.repeats,
            out_of_fold=plan.networks,
            closing=plan.closing,
            ending=ending,
            slack=spare + (plan.closing + ending) * (1 - 1 / FACTOR),
            members=plan.shape.members if plan.shape else 0,
            folds=plan.shape.folds if plan.shape else 0,
            networks=len(self._done),
        )

    def _see(self, trial: TrialRecord) -> None:
        if trial.state is TrialState.FAILED:
            self.ranking.drop(trial.number)
        elif trial.best:
            key = key_of(TrialConfig(trial.config))
            self.ranking.see(trial.number, key, trial.best.score, trial.best.epoch)

    def _note(self, run: _Run, report: EpochReport) -> None:
        now = self._clock()
        if run.is_new:  # the first epoch of a run waits for its worker
            self._costs.note("setup", max(0.0, now - run.since - report.seconds))
            self._speeds.learn(run.key, report.seconds)
        else:
            self._speeds.learn(run.key, max(report.seconds, now - run.since))
        run.since, run.epoch, run.is_new = now, report.epoch, False
        self._is_old = True

    def _situation(self) -> Situation:
        running = [self._speeds.seconds(run.key) or 0.0 for run in self._trials.values()]
        candidates = self._candidates()
        return Situation(
            now=self._clock(),
            first=self._first,
            last=self._last,
            slots=self._slots,
            margin=self._speeds.margin,
            candidates=self._padded(candidates),
            done=self._done,
            running={network: self._left(run) for network, run in self._networks.items()},
            searches=self._is_search,
            latency=max(running, default=0.0) / 2 if self._export else 0.0,
            noise=self._noise,
            repeat=self._train(candidates[0].number) if candidates else 0.0,
            epoch=max(self._epochs_of(candidates), default=self._speeds.typical() or 0.0),
        )

    def _epochs_of(self, candidates: list[Candidate]) -> list[float]:
        return [self._speeds.seconds(self.ranking[each.number].key) or 0.0 for each in candidates]

    def _candidates(self) -> list[Candidate]:
        """Return what may become a member, best first; what has networks is always among them."""
        best = list(islice(self.ranking, self._most))
        begun = {number for number, _ in (*self._done, *self._networks)} - {*best}
        found = [*best, *(number for number in self.ranking if number in begun)] if begun else best
        return [self._candidate(self.ranking[number], number) for number in found]

    def _candidate(self, seen: Seen, number: int) -> Candidate:
        epoch, setup = self._speeds.seconds(seen.key) or 0.0, self._costs.expected("setup")
        look = setup + self._costs.expected("look") * epoch
        return Candidate(number, look + seen.epoch * epoch, look)

    def _padded(self, candidates: list[Candidate]) -> list[Candidate]:
        """Return candidates, with what is to be expected of those that are not found yet."""
        typical = self._speeds.typical()
        if not self._is_search or typical is None:
            return candidates
        setup = self._costs.expected("setup")
        seconds = setup + (self._epochs + self._costs.expected("look")) * typical
        missing = range(-1, len(candidates) - self._most - 1, -1)
        return [*candidates, *(Candidate(number, seconds, setup) for number in missing)]

    @property
    def _most(self) -> int:
        return self._export.members if self._export else 1

    def _train(self, number: int) -> float:
        """Return what training a trial from its start takes."""
        epoch = self._speeds.seconds(self.ranking[number].key) or 0.0
        return self._costs.expected("setup") + self._epochs * epoch

    def _left(self, run: _Run) -> float:
        epoch = self._speeds.seconds(run.key) or 0.0
        left = (run.last - run.epoch + self._costs.expected("look")) * epoch
        left += self._costs.expected("setup") * run.is_new
        return max(0.0, left - (self._clock() - run.since))
