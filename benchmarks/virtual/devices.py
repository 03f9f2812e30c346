"""Slots on a virtual clock, driven as Ray Tune drives a conductor."""

from __future__ import annotations

import heapq
from random import Random

from maskopt.plan.speeds import key_of
from maskopt.plan.timetable import Timetable
from maskopt.records import Ending, EpochReport, TrialTask, Verdict
from maskopt.sweep.relay import Relay
from virtual.shelf import VirtualShelf
from virtual.worlds import World

_LOOK = 0.4  # of an epoch: what predicting a fold takes
_IMPORTS = 0.5  # of the beginning: what a worker takes that begins where another one died
_GLANCES = 300  # wake-ups of a sweep besides its events: Tune asks ten times a second


class Clock:
    """Seconds that only the simulation moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


class Devices:
    """Runs what a relay gives, until it has no more or says that all is over.

    Attributes:
        busy: Device-seconds of epochs that were reported and networks that were finished.
    """

    def __init__(
        self, world: World, random: Random, clock: Clock, timetable: Timetable, shelf: VirtualShelf
    ) -> None:
        self._world, self._random, self._clock = world, random, clock
        self._timetable, self._shelf = timetable, shelf
        self._events: list[tuple[float, int, TrialTask, int]] = []
        self._began: dict[int, float] = {}
        self._spent: dict[int, float] = {}
        self._cold = 0  # workers that died, in whose place others will import first
        self._running: set[int] = set()
        self.busy = 0.0

    def run(self, relay: Relay) -> None:
        """Run everything; the clock then shows when it was over."""
        step = self._world.seconds / _GLANCES
        while True:
            self._fill(relay)
            if not self._running:
                return
            upcoming = min(self._events[0][0], self._clock.now + step)
            end = self._timetable.plan.training_end
            if upcoming >= end:  # the tick that comes a tenth of a second after it
                self._clock.now = max(self._clock.now, end)
                relay.tick()
                for number in list(self._running):
                    self._running.remove(number)
                    relay.close(number, Ending.LOST)
                return
            self._clock.now = upcoming
            if upcoming == self._events[0][0]:
                self._happen(relay, *heapq.heappop(self._events)[2:])

    def _fill(self, relay: Relay) -> None:
        while len(self._running) < self._world.slots:
            if relay.finished():
                return
            task = relay.ask()
            if task is None:
                return
            self._running.add(task.number)
            setup = self._world.fixed["setup"]
            if self._cold:
                self._cold -= 1
                setup += _IMPORTS * self._world.fixed["begin"]
            self._spent[task.number] = 0.0
            self._schedule(task, task.known_epochs, setup)

    def _schedule(self, task: TrialTask, done: int, before: float = 0.0) -> None:
        last = self._world.epochs if task.last_epoch is None else task.last_epoch
        share = 1.0 if done < last else _LOOK
        noise = self._random.lognormvariate(0, 0.05)
        seconds = share * self._world.true[key_of(task.config)] * noise + before
        seconds *= self._world.pace(self._clock.now)
        self._began[task.number] = self._clock.now
        heapq.heappush(self._events, (self._clock.now + seconds, task.number, task, done))

    def _happen(self, relay: Relay, task: TrialTask, done: int) -> None:
        number, now = task.number, self._clock.now
        if self._random.random() < self._world.crash:
            self._running.remove(number)
            self._cold += 1
            relay.close(number, Ending.LOST, "the worker died")
            return
        is_network = task.kept_epoch is not None
        last = self._world.epochs if task.last_epoch is None else task.last_epoch
        seconds = now - self._began[number]
        self._spent[number] += seconds
        if done >= last:  # a network has predicted its fold
            self._shelf.runs[number].done = True
            self._end(relay, number, Ending.ENDED, self._spent[number])
            return
        if not is_network and done == 0 and self._random.random() < self._world.fail:
            self._end(relay, number, Ending.FAILED, 0.0)
            return
        verdict = relay.report(number, EpochReport(done + 1, 0.5, 1.0, 1.0, seconds))
        self.busy += 0.0 if is_network else seconds
        if verdict is not Verdict.CONTINUE:
            self._end(relay, number, Ending.STOPPED, 0.0)
        elif done + 1 >= last and not is_network:
            self._end(relay, number, Ending.ENDED, 0.0)
        else:
            self._schedule(task, done + 1)

    def _end(self, relay: Relay, number: int, ending: Ending, busy: float) -> None:
        self._running.remove(number)
        self.busy += busy
        relay.close(number, ending, "it raised" if ending is Ending.FAILED else None)
