"""One random sweep from its command to its process's end."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import cast

from maskopt.export.fold_queue import FoldQueue
from maskopt.export.shelf import Shelf
from maskopt.plan.costs import Costs
from maskopt.plan.situation import Export
from maskopt.plan.speeds import Speeds
from maskopt.plan.timetable import Timetable
from maskopt.sweep.conduct import SweepConductor
from maskopt.sweep.relay import Follower, Relay
from maskopt.sweep.timing import MEMBERS, MOST_MEMBERS
from virtual.devices import Clock, Devices
from virtual.shelf import VirtualShelf
from virtual.study import VirtualSearch
from virtual.worlds import World, draw_world

SEARCHED = 1


@dataclass(frozen=True)
class Ended:
    """How a sweep ended; seconds.

    Attributes:
        late: After the deadline; before it where it is negative.
        busy: Device-seconds that were used.
        usable: Device-seconds that could have been.
        members: Members of the bundle; 0 is the best trial alone.
        has_bundle: Whether one stands at the end.
        by_time: Whether the clock ended it, and not that nothing was left to do.
    """

    seed: int
    late: float
    busy: float
    usable: float
    exports: bool
    has_bundle: bool
    members: int
    folds: int
    by_time: bool

    @property
    def used(self) -> float:
        """Share of the usable time that was used."""
        return self.busy / self.usable


def simulate(seed: int, world: World | None = None) -> Ended:
    """Return how a random sweep ends.

    Args:
        seed: Of everything that is drawn.
        world: Its circumstances; none draws them.
    """
    random = Random(seed)
    world = world or draw_world(random)
    clock, costs = Clock(), Costs()
    clock.now = world.fixed["begin"] * world.pace(0.0)
    first = clock.now
    members = min(max(MEMBERS, world.slots // max(1, world.folds - SEARCHED)), MOST_MEMBERS)
    timetable = Timetable(
        clock,
        world.seconds,
        world.slots,
        world.epochs,
        Speeds(world.told),
        costs,
        export=Export(members, world.folds, SEARCHED, world.photos) if world.exports else None,
    )
    search = VirtualSearch(world, random, timetable)
    shelf = VirtualShelf(SEARCHED, world.epochs)
    folds = FoldQueue(
        cast(Shelf, shelf), search.record_of, timetable, members=members, warn=lambda line: None
    )
    followers: list[Follower] = [folds] if world.exports else []
    relay = Relay(cast(SweepConductor, search), followers, timetable)
    devices = Devices(world, random, clock, timetable, shelf)
    devices.run(relay)
    over = clock.now
    members_found = folds.members()
    sizes = [len(each) for each in members_found.values()]
    has_weights = any(trial.reports for trial in search.records.values())
    composed = _end(world, random, clock, costs, sizes)
    usable = (world.seconds - first - (clock.now - over)) * world.slots
    return Ended(
        seed,
        clock.now - world.seconds,
        devices.busy,
        usable,
        world.exports,
        has_weights,
        len(sizes) if composed else 0,
        max(sizes, default=0),
        timetable.searches,
    )


def _end(world: World, random: Random, clock: Clock, costs: Costs, sizes: list[int]) -> bool:
    """Let the clock run through what cannot be cut off; tell whether the vote was composed."""
    fixed = world.fixed

    def spend(seconds: float) -> None:
        clock.now += seconds * random.uniform(0.8, 1.0) * world.pace(clock.now)

    spend(fixed["close"])
    composed = False
    if world.exports:
        photo = max(world.true.values()) / world.photos
        ring = world.seconds - costs.ending(exports=True)
        count = costs.members_in_time(sizes, world.photos, photo, ring - clock.now)
        del sizes[count:]
        needed = 1.0 + fixed["choose"] * world.photos * len(sizes) + fixed["write"]
        needed += sum(sizes) * (0.1 + 40 * photo)
        needed *= random.uniform(0.5, 1.0) * world.pace(clock.now)
        composed = bool(sizes) and clock.now + needed <= ring
        clock.now = min(clock.now + needed, max(ring, clock.now)) if sizes else clock.now
        if not composed:
            spend(fixed["fall back"])
    spend(fixed["end"])
    return composed
