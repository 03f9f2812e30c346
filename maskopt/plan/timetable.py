"""Until when is searched, and what still fits: planned again at every report."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from math import inf, isfinite

from maskopt.plan.agenda import agenda_of
from maskopt.plan.costs import Costs
from maskopt.plan.handing_over import finishes, wanted
from maskopt.plan.networks import Network
from maskopt.plan.planner import Planner
from maskopt.plan.prospects import Prospects
from maskopt.plan.ranking import Ranking
from maskopt.plan.situation import Export, Plan, Situation
from maskopt.plan.slots import Slots
from maskopt.plan.speeds import Speeds, key_of
from maskopt.records import EpochReport, Owed, StudyRecord, TrialRecord, TrialTask
from maskopt.roles import Agenda
from maskopt.space import TrialConfig


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
        owed: Tells what is to be trained whatever the plan.

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
        owed: Callable[[], Iterable[Owed]] = tuple,
    ) -> None:
        self._clock, self._slots, self._epochs = clock, slots, epochs
        self._deadline, self._speeds, self._costs = deadline, speeds, costs
        self._export, self._noise, self._owed = export, noise, owed
        self._first, self._running = clock(), Slots(clock, speeds, costs)
        members, judged = (export.members, export.judged) if export else (1, 1)
        self.ranking = Ranking(judged)
        known = self.ranking, speeds, costs, epochs, members
        self._prospects = Prospects(*known, limited=deadline is not None)
        self._last = inf if deadline is None else deadline - costs.ending(exports=bool(export))
        self._planner = Planner(
            clock, costs, export, self._situation, self._running.epoch, self.ranking
        )
        self._repeats_end = inf
        self.searches, self.fills = True, False

    @property
    def plan(self) -> Plan:
        """What is planned now; once the training is over, the plan stays."""
        return self._planner.plan

    def recall(self, record: StudyRecord) -> None:
        """Take up what earlier sweeps left."""
        for trial in record.trials:
            self.ranking.take(trial)
            for report in trial.reports:
                self._speeds.learn(key_of(TrialConfig(trial.config)), report.seconds)
        self._planner.is_old = True

    def begin(self) -> None:
        """Note that the first trial begins now: workers were waited for."""
        self._first, self._planner.is_old = self._clock(), True

    def is_over(self) -> bool:
        """Tell whether whatever trains has to end now."""
        return self._planner.is_over()

    def search_is_over(self) -> bool:
        """Tell whether slots are wanted by what comes after the search."""
        if not self.searches or self._clock() >= self.plan.search_end:
            self._planner.is_search = False
        return not self._planner.is_search

    def ends_idle(self) -> bool:
        """End the search where nothing runs, as no trial that fits is left; tell whether it did.

        What is left of its time would pass without a trial, and an engine with nothing to do ends.
        """
        if self._running.trials or self._running.networks or self.search_is_over():
            return False
        self._planner.end_search()
        return True

    def fits(self, config: TrialConfig, known_epochs: int, until: int) -> bool:
        """Tell whether a trial that has so many epochs gets to epoch `until` in time.

        Before the first report nothing can be delivered at all, so everything is tried.
        """
        seconds = self._speeds.upper(key_of(config))
        if seconds is None or not (self.ranking or self._running.trials):
            return True
        begins, is_over = self._clock() + self._costs.expected("setup"), self.search_is_over()
        ends = begins + (until - known_epochs) * seconds
        if not self.fills and not is_over:
            return ends <= self.plan.search_end
        # What fills a slot gives it back when networks are to have it.
        free = is_over or begins + seconds <= self.plan.search_end
        return free and ends <= self.plan.training_end

    def started(self, task: TrialTask) -> None:
        """Note that a trial runs."""
        known = task.known_epochs
        run = self._running.run(key_of(task.config), known, self._epochs)
        self._running.trials[task.number] = run
        self._planner.is_old = True

    def reported(self, number: int, report: EpochReport) -> None:
        """Note an epoch's seconds, and plan again."""
        run = self._running.trials.get(number)
        if run is None:
            return
        self._running.note(run, report)
        self._planner.is_old = True
        if isfinite(report.score):
            self.ranking.see(number, run.key, report)

    def ended(self, trial: TrialRecord) -> None:
        """Note that a trial's run is over; what was answered from memory never began."""
        self._running.trials.pop(trial.number, None)
        self.ranking.take(trial)
        self._planner.is_old = True

    def next_networks(self, able: Callable[[int], bool]) -> Iterator[Network]:
        """Yield networks that end in time, of trials that are able to vote, see `wanted`."""
        return wanted(self.plan, self._export, self._running, able, self._clock)

    def awaits(self) -> bool:
        """Tell whether a network is wanted of a trial that runs."""
        trials = self._running.trials
        return any(trial in trials for trial, _ in self.next_networks(lambda number: True))

    def finishes(self, number: int) -> bool:
        """Tell whether a trial takes its last epoch although its slot is wanted."""
        return finishes(self.plan, self._running, number)

    @property
    def is_limited(self) -> bool:
        """Whether there is a deadline."""
        return self._deadline is not None

    def repeats_begin(self, trial: int, seeds: int) -> None:
        """Note that a configuration's other seeds are begun; `repeats_over` then tells the end."""
        self._repeats_end = self._clock() + (self.plan.repeats if self.is_limited else inf)
        self._noise, self._planner.is_old = 0, True
        for seed in range(1, seeds + 1):
            run = self._running.run(self.ranking[trial].key, 0, self._epochs)
            self._running.networks[-seed, 0] = run

    def repeat_ended(self, seed: int) -> None:
        """Note that one of them is over."""
        self._running.networks.pop((-seed, 0), None)
        self._planner.is_old = True

    def repeats_over(self) -> bool:
        """Tell whether other seeds have had their time."""
        return self._clock() >= min(self._repeats_end, self.plan.training_end)

    def network_started(self, network: Network, epochs: int) -> None:
        """Note that a network runs, for so many epochs; 0 only predicts."""
        key = self.ranking[network[0]].key
        self._running.networks[network] = self._running.run(key, 0, epochs)
        self._planner.is_old = True

    def network_reported(self, network: Network, report: EpochReport) -> None:
        """Note an epoch of a network."""
        self._running.note(self._running.networks[network], report)
        self._planner.is_old = True

    def network_ended(self, network: Network, *, is_done: bool) -> None:
        """Note that a network's run is over."""
        self._running.networks.pop(network, None)
        if is_done:
            self._running.done.add(network)
        self._planner.is_old = True

    def drop(self, number: int) -> None:
        """Plan with a trial no more: a network of it failed."""
        self.ranking.drop(number)
        self._planner.is_old = True

    def prefer(self, numbers: Sequence[int]) -> None:
        """Plan with these trials before all others, in their order."""
        self._planner.is_old |= self.ranking.prefer(numbers)

    def agenda(self) -> Agenda | None:
        """Return what people are shown of the plan; none without a deadline."""
        if self._deadline is None:
            return None
        plan = self.plan
        return agenda_of(
            plan,
            now=self._clock(),
            ending=self._deadline - self._last,
            done=len(self._running.done),
            phase=self._running.phase if self.search_is_over() else "search",
        )

    def _situation(self) -> Situation:
        running, prospects, is_search = self._running, self._prospects, self._planner.is_search
        begun = {number for number, _ in (*running.done, *running.networks)}
        candidates = prospects.candidates(begun, running.trials if is_search else ())
        return Situation(
            now=self._clock(),
            first=self._first,
            last=self._last,
            slots=self._slots,
            margin=self._speeds.margin,
            candidates=prospects.padded(candidates) if is_search else candidates,
            done=running.done,
            running=running.left(),
            searches=is_search,
            latency=running.epoch() / 2 if self._export else 0.0,
            noise=self._noise,
            repeat=prospects.repeat(),
            epoch=prospects.epoch(candidates),
            owed=prospects.owed(self._owed(), running, self._slots) if is_search else 0.0,
        )
